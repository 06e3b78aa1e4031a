// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The OpenSSL context that all sessions of a backend share. Only for the backend's own files: the
// headers of OpenSSL and wolfSSL cannot be included together.
#pragma once

#include "tls/trust/client_identity.hpp"
#include "tls/trust/roots.hpp"

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace coquest::inline v0::detail {

struct openssl_deleter {
    void operator()(STACK_OF(X509) * list) const noexcept { sk_X509_free(list); }
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    void operator()(SSL* connection) const noexcept { SSL_free(connection); }
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    void operator()(X509_CRL* list) const noexcept { X509_CRL_free(list); }
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
template <class T>
using openssl_ptr = std::unique_ptr<T, openssl_deleter>;

/// The functions of libcrypto.
extern const crypto openssl_crypto;

/// Makes a context with coquest's suites, versions, groups and key sizes. Returns null and sets
/// @p diagnosis if this build of the library refuses one of them.
[[nodiscard]] openssl_ptr<SSL_CTX> make_openssl_context(tls_min min, tls_diagnosis& diagnosis);

/// Parses a certificate; null if it is not one, or if this build of the library lacks its
/// algorithm.
[[nodiscard]] openssl_ptr<X509> decode(der_bytes certificate);

/// Loads the client certificate and its key into @p context; false with @p diagnosis if the library
/// refuses one of them.
[[nodiscard]] bool load_identity(SSL_CTX* context, const tls_options& options,
                                 const client_identity& identity, tls_diagnosis& diagnosis);

/// Maps an error of X509_verify_cert to its kind.
[[nodiscard]] tls_failure verify_failure(int code) noexcept;

/// Returns the error of X509_verify_cert with which the library sends the alert for @p kind.
[[nodiscard]] int verify_code(tls_failure kind) noexcept;

/// Maps an error from the library's queue to its kind.
[[nodiscard]] tls_failure openssl_failure(unsigned long code) noexcept;

/// Returns the library's text for @p code.
[[nodiscard]] std::string openssl_error_text(unsigned long code);

/// Describes that this build of the library refused @p feature.
[[nodiscard]] tls_diagnosis openssl_refused(const char* feature);

} // namespace coquest::inline v0::detail
