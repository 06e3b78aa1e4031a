// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// wolfSSL, set up: what all sessions of a backend share. Include it last, and only from the
// backend's own files: its headers and OpenSSL's exclude each other.
#pragma once

#include "tls/client_identity.hpp"
#include "tls/roots.hpp"

#include <cwchar>
#include <memory>
#include <string>

#ifndef WOLFSSL_USER_SETTINGS
#include <wolfssl/options.h> // rules all that follows
#endif
#include <wolfssl/error-ssl.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/error-crypt.h>

#if !defined(WOLFSSL_ALWAYS_VERIFY_CB) || !defined(WOLFSSL_ALT_CERT_CHAINS)
#error "coquest needs wolfSSL built with WOLFSSL_ALWAYS_VERIFY_CB and WOLFSSL_ALT_CERT_CHAINS"
#endif

#if defined(HAVE_SESSION_TICKET) && !defined(NO_SESSION_CACHE) &&                                  \
    (defined(OPENSSL_EXTRA) || defined(HAVE_EXT_CACHE))
#define COQUEST_WOLFSSL_RESUMES 1
#endif

namespace coquest::detail {

struct context_deleter {
    void operator()(WOLFSSL_CTX* context) const noexcept { wolfSSL_CTX_free(context); }
};
using context_ptr = std::unique_ptr<WOLFSSL_CTX, context_deleter>;

/// wolfCrypt.
extern const crypto wolfssl_crypto;

/// Makes a context with our suites, versions, groups and key sizes; null with @p why where this
/// build of the library lacks one of them.
[[nodiscard]] context_ptr make_wolfssl_context(tls_min min, tls_diagnosis& why);

/// Loads roots.issuers, and drops them there.
[[nodiscard]] bool load_issuers(WOLFSSL_CTX* context, trust& roots, tls_diagnosis& why);

[[nodiscard]] bool load_identity(WOLFSSL_CTX* context, const tls_options& options,
                                 const client_identity& identity, tls_diagnosis& why);

/// Returns the kind of an error code of wolfSSL.
[[nodiscard]] tls_failure wolfssl_failure(int code) noexcept;

/// Returns the code with the library's own words.
[[nodiscard]] std::string wolfssl_error_text(int code);

/// Explains that this build of the library refused @p what.
[[nodiscard]] tls_diagnosis wolfssl_refused(const char* what);

} // namespace coquest::detail
