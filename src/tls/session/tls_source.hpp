// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Where the connections of a sender get their TLS from: a backend that equal options share all over
// the process, and that another takes the place of when files are loaded again.
#pragma once

#include <coquest/detail/any_tls.hpp>

#include "tls/file_stamp.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::detail {

/// A backend with what it was made of.
struct tls_context {
    tls_factory make = nullptr;
    tls_options options;
    std::vector<file_stamp> stamps; // of the files, just before they were read
    std::shared_ptr<const any_tls_backend> backend;
};

/// Any thread may use it.
class tls_source final : public any_tls_backend {
public:
    /// Makes a source; null with @p why where there can be no backend.
    [[nodiscard]] static std::shared_ptr<tls_source> create(const tls_options& options,
                                                            tls_factory make, tls_diagnosis& why);
    explicit tls_source(std::shared_ptr<const tls_context> first) : current_(std::move(first)) {}

    using any_tls_backend::make_session;
    /// With tls_options::reload, looks for changed files first; see the session's notices.
    [[nodiscard]] std::unique_ptr<any_tls_session> make_session(std::string_view host,
                                                                std::uint16_t port,
                                                                tls_diagnosis& why) const override;
    /// Loads the files again; false with @p why where that fails, and nothing changes.
    [[nodiscard]] bool reload(tls_diagnosis& why);

private:
    [[nodiscard]] std::vector<tls_notice> refresh() const;

    mutable std::mutex mutex_;
    mutable std::shared_ptr<const tls_context> current_;
    mutable std::vector<file_stamp> failed_; // files that could not be loaded; empty: none
};

} // namespace coquest::detail
