// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The TLS backend on wolfSSL. No wolfSSL header is needed to use it.
#pragma once

#include <coquest/detail/library_session.hpp>
#include <coquest/ecdsa.hpp>
#include <coquest/tls.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace coquest {

/// Implements TlsBackend with wolfSSL, hardened: TLS 1.2 and 1.3 with ECDHE and AEAD suites only,
/// verification by chain and by this library's own name check. Sessions may be made from several
/// threads; one session belongs to one strand.
class wolfssl_backend {
public:
    /// One connection.
    using session = detail::library_session;

    /// Makes a backend; null with @p why where an option cannot be honoured.
    [[nodiscard]] static std::shared_ptr<const wolfssl_backend> create(const tls_options& options,
                                                                       tls_diagnosis& why);
    /// Makes a session with the server that is called @p host: a DNS name or an IP address.
    [[nodiscard]] std::unique_ptr<session> make_session(std::string_view host,
                                                        tls_diagnosis& why) const;
    /// Makes one with a server of that host on @p port. It resumes a session that this backend had
    /// with the same host and port before, where all that was checked then is still in date.
    [[nodiscard]] std::unique_ptr<session> make_session(std::string_view host, std::uint16_t port,
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

/// Implements EcdsaSigner with wolfCrypt.
struct wolfssl_signer {
    [[nodiscard]] static bool sign(p256_private_key key, std::span<const std::byte> message,
                                   p256_signature signature);
    [[nodiscard]] static bool public_key(p256_private_key key, p256_public_key point);
    [[nodiscard]] static std::string_view name() noexcept;
};

} // namespace coquest
