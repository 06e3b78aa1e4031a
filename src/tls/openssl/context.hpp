// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// OpenSSL, set up: what all sessions of a backend share. Only for the backend's own files: these
// headers and wolfSSL's exclude each other.
#pragma once

#include "tls/client_identity.hpp"
#include "tls/roots.hpp"

#include <memory>
#include <string>
#include <vector>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace coquest::detail {

struct openssl_deleter {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    void operator()(SSL* connection) const noexcept { SSL_free(connection); }
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    void operator()(X509_CRL* list) const noexcept { X509_CRL_free(list); }
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
template <class T>
using openssl_ptr = std::unique_ptr<T, openssl_deleter>;

/// libcrypto.
extern const crypto openssl_crypto;

/// Makes a context with our suites, versions, groups and key sizes; null with @p why where this
/// build of the library refuses one of them.
[[nodiscard]] openssl_ptr<SSL_CTX> make_openssl_context(tls_min min, tls_diagnosis& why);

/// Returns null where it is none, or this build of the library lacks its algorithm.
[[nodiscard]] openssl_ptr<X509> decode(der_bytes certificate);

/// Has a store take each of @p roots when a chain names it.
[[nodiscard]] bool load_when_needed(X509_STORE* store, std::vector<der_certificate> roots);

/// Loads roots.issuers, and drops them there.
[[nodiscard]] bool load_issuers(SSL_CTX* context, trust& roots, tls_diagnosis& why);

[[nodiscard]] bool load_identity(SSL_CTX* context, const tls_options& options,
                                 const client_identity& identity, tls_diagnosis& why);

/// Returns the kind of a result of X509_verify_cert.
[[nodiscard]] tls_failure verify_failure(int code) noexcept;

/// Returns the result of X509_verify_cert that makes the library send the alert for @p kind.
[[nodiscard]] int verify_code(tls_failure kind) noexcept;

/// Returns the kind of an error in the library's queue.
[[nodiscard]] tls_failure openssl_failure(unsigned long code) noexcept;

/// Returns the library's own words.
[[nodiscard]] std::string openssl_error_text(unsigned long code);

/// Explains that this build of the library refused @p what.
[[nodiscard]] tls_diagnosis openssl_refused(const char* what);

} // namespace coquest::detail
