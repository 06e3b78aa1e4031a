// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The TLS backend on wolfSSL. No wolfSSL header is needed to use it.
#pragma once

#include <coquest/tls.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>

namespace coquest {

/// Implements TlsBackend with wolfSSL, hardened: TLS 1.2 and 1.3 with ECDHE and AEAD suites only,
/// verification by chain and by this library's own name check. Sessions may be made from several
/// threads; one session belongs to one strand.
class wolfssl_backend {
public:
    /// One connection. Member functions are those of coquest::tls_session.
    class session {
    public:
        struct impl;
        explicit session(std::unique_ptr<impl> state) noexcept;
        session(const session&) = delete;
        session& operator=(const session&) = delete;
        ~session();

        tls_step handshake(std::error_code& ec);
        tls_step read(std::span<std::byte> in, std::size_t& n, std::error_code& ec);
        tls_step write(std::span<const std::byte> out, std::size_t& n, std::error_code& ec);
        tls_step shutdown(std::error_code& ec);
        std::size_t put_input(std::span<const std::byte> bytes);
        [[nodiscard]] std::span<const std::byte> output() const;
        void consume_output(std::size_t n);
        [[nodiscard]] tls_diagnosis diagnosis() const;

    private:
        std::unique_ptr<impl> impl_;
    };

    /// Makes a backend; null with @p why where an option cannot be honoured.
    [[nodiscard]] static std::shared_ptr<const wolfssl_backend> create(const tls_options& options,
                                                                       tls_diagnosis& why);
    /// Makes a session with the server that is called @p host: a DNS name or an IP address.
    [[nodiscard]] std::unique_ptr<session> make_session(std::string_view host,
                                                        tls_diagnosis& why) const;
    /// Returns "wolfSSL" with the version of the linked library.
    [[nodiscard]] static std::string_view name() noexcept;

    struct impl;
    explicit wolfssl_backend(std::unique_ptr<const impl> state) noexcept;
    wolfssl_backend(const wolfssl_backend&) = delete;
    wolfssl_backend& operator=(const wolfssl_backend&) = delete;
    ~wolfssl_backend();

private:
    std::unique_ptr<const impl> impl_;
};

} // namespace coquest
