// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Provides the TLS sessions of a sender's connections. Senders with equal options share one backend
// in the process; it is replaced when its files are loaded again.
#pragma once

#include <coquest/detail/any_tls.hpp>

#include "tls/trust/file_stamp.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {

/// A backend, with the options and the files that it was made from.
struct tls_context {
    tls_factory make = nullptr;
    tls_options options;
    std::vector<file_stamp> stamps; // of the files, taken just before they were read
    std::shared_ptr<const any_tls_backend> backend;
};

/// Thread-safe.
class tls_source final : public any_tls_backend {
public:
    /// Makes a source; null with @p diagnosis if no backend can be made.
    [[nodiscard]] static std::shared_ptr<tls_source> create(const tls_options& options,
                                                            tls_factory make,
                                                            tls_diagnosis& diagnosis);
    explicit tls_source(std::shared_ptr<const tls_context> context) : current_(std::move(context))
    {
    }

    using any_tls_backend::make_session;
    /// With tls_options::reload, loads changed files first; the session's events() report it.
    [[nodiscard]] std::unique_ptr<any_tls_session> make_session(
        std::string_view host, std::uint16_t port, tls_diagnosis& diagnosis) const override;
    /// Loads the files again. If that fails, returns false, sets @p diagnosis, and keeps what was
    /// loaded before.
    [[nodiscard]] bool reload(tls_diagnosis& diagnosis);

private:
    [[nodiscard]] std::vector<tls_event> refresh() const;

    mutable std::mutex mutex_;
    mutable std::shared_ptr<const tls_context> current_;
    mutable std::vector<file_stamp> failed_stamps_; // of files that could not be loaded
};

} // namespace coquest::inline v0::detail
