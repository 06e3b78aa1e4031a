// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The session of the backends that come with coquest. session_core hides their differences.
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/detail/tls_event.hpp>
#include <coquest/tls.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace coquest::inline v0::detail {

class session_core;

/// Implements tls_session for wolfSSL and OpenSSL.
class library_session {
public:
    /// Takes the part that depends on the TLS library.
    explicit library_session(std::unique_ptr<session_core> core) noexcept;
    library_session(const library_session&) = delete;
    library_session& operator=(const library_session&) = delete;
    ~library_session();

    // the functions of tls_session
    tls_step handshake(tls_diagnosis& diagnosis);
    tls_step read(std::span<std::byte> in, std::size_t& n, tls_diagnosis& diagnosis);
    tls_step write(std::span<const std::byte> out, std::size_t& n, tls_diagnosis& diagnosis);
    void shutdown();
    std::size_t put_input(std::span<const std::byte> bytes);
    [[nodiscard]] std::span<const std::byte> output() const;
    void consume_output(std::size_t n);
    [[nodiscard]] tls_peer peer() const;
    /// Returns the events to report after a handshake.
    [[nodiscard]] std::vector<tls_event> events() const;
    /// Returns true if the handshake resumed an earlier session.
    [[nodiscard]] bool resumed() const noexcept;

private:
    std::unique_ptr<session_core> core_;
};

} // namespace coquest::inline v0::detail
