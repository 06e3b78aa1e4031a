// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The TLS backend on OpenSSL. No OpenSSL header is needed to use it.
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/detail/library_session.hpp>
#include <coquest/ecdsa.hpp>
#include <coquest/tls.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace coquest::inline v0 {

/// Implements tls_backend with OpenSSL: TLS 1.2 and 1.3, with ECDHE and AEAD suites only. coquest
/// itself finds the path to a trusted root and matches the name.
///
/// Threads: any thread may make sessions; one session is used by one thread at a time.
class openssl_backend {
public:
    /// The type of a session.
    using session = detail::library_session;

    /// Makes a backend. Returns null and sets @p diagnosis if an option cannot be applied. Blocks
    /// on the file system.
    [[nodiscard]] static std::shared_ptr<const openssl_backend> create(const tls_options& options,
                                                                       tls_diagnosis& diagnosis);
    /// Makes a session with the server @p host, a DNS name or an IP address. Returns null and sets
    /// @p diagnosis on failure.
    [[nodiscard]] std::unique_ptr<session> make_session(std::string_view host,
                                                        tls_diagnosis& diagnosis) const;
    /// Makes a session with the server @p host on @p port. It resumes an earlier session of this
    /// backend with the same host and port if everything that was checked then is still in date.
    /// Returns null and sets @p diagnosis on failure.
    [[nodiscard]] std::unique_ptr<session> make_session(std::string_view host, std::uint16_t port,
                                                        tls_diagnosis& diagnosis) const;
    /// Returns "OpenSSL" and the version of the library.
    [[nodiscard]] static std::string_view name() noexcept;

    /// The configuration of the TLS library.
    struct impl;
    /// Takes a configuration; create() calls it.
    explicit openssl_backend(std::unique_ptr<const impl> state) noexcept;
    openssl_backend(const openssl_backend&) = delete;
    openssl_backend& operator=(const openssl_backend&) = delete;
    /// Frees the configuration. Sessions keep what they need of it.
    ~openssl_backend();

private:
    std::unique_ptr<const impl> impl_;
};

/// Implements ecdsa_signer with OpenSSL.
struct openssl_signer {
    /// Signs a message. Returns false if the key is not valid, or if the library fails.
    [[nodiscard]] static bool sign(p256_private_key key, std::span<const std::byte> message,
                                   p256_signature signature);
    /// Computes the public half of a key. Returns false as sign() does.
    [[nodiscard]] static bool public_key(p256_private_key key, p256_public_key point);
    /// Returns the name of the library.
    [[nodiscard]] static std::string_view name() noexcept;
};

} // namespace coquest::inline v0
