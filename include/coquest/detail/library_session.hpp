// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The session of the backends that come with this library. What differs between them is behind it.
#pragma once

#include <coquest/detail/tls_notice.hpp>
#include <coquest/tls.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <system_error>
#include <vector>

namespace coquest::detail {

class session_core;

/// Models coquest::tls_session, which see for its functions.
class library_session {
public:
    explicit library_session(std::unique_ptr<session_core> core) noexcept;
    library_session(const library_session&) = delete;
    library_session& operator=(const library_session&) = delete;
    ~library_session();

    tls_step handshake(std::error_code& ec);
    tls_step read(std::span<std::byte> in, std::size_t& n, std::error_code& ec);
    tls_step write(std::span<const std::byte> out, std::size_t& n, std::error_code& ec);
    tls_step shutdown(std::error_code& ec);
    std::size_t put_input(std::span<const std::byte> bytes);
    [[nodiscard]] std::span<const std::byte> output() const;
    void consume_output(std::size_t n);
    [[nodiscard]] tls_diagnosis diagnosis() const;
    [[nodiscard]] tls_peer peer() const;
    [[nodiscard]] std::vector<tls_notice> notices() const;
    /// Whether the handshake resumed an earlier session.
    [[nodiscard]] bool resumed() const noexcept;

private:
    std::unique_ptr<session_core> core_;
};

} // namespace coquest::detail
