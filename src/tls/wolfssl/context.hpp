// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The wolfSSL context that all sessions of a backend share. Include it last, and only from the
// backend's own files: the headers of wolfSSL and OpenSSL cannot be included together.
#pragma once

#include "tls/trust/client_identity.hpp"
#include "tls/trust/roots.hpp"

#include <cwchar>
#include <memory>
#include <string>

#ifndef WOLFSSL_USER_SETTINGS
#include <wolfssl/options.h> // configures all headers that follow
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

namespace coquest::inline v0::detail {

struct context_deleter {
    void operator()(WOLFSSL_CTX* context) const noexcept { wolfSSL_CTX_free(context); }
};
using context_ptr = std::unique_ptr<WOLFSSL_CTX, context_deleter>;

/// The functions of wolfCrypt.
extern const crypto wolfssl_crypto;

/// Makes a context with coquest's suites, versions, groups and key sizes. Returns null and sets
/// @p diagnosis if this build of the library lacks one of them.
[[nodiscard]] context_ptr make_wolfssl_context(tls_min min, tls_diagnosis& diagnosis);

/// Loads the client certificate and its key into @p context; false with @p diagnosis if the library
/// refuses one of them.
[[nodiscard]] bool load_identity(WOLFSSL_CTX* context, const tls_options& options,
                                 const client_identity& identity, tls_diagnosis& diagnosis);

/// Maps an error code of wolfSSL to its kind.
[[nodiscard]] tls_failure wolfssl_failure(int code) noexcept;

/// Returns the code with the library's text for it.
[[nodiscard]] std::string wolfssl_error_text(int code);

/// Describes that this build of the library refused @p feature.
[[nodiscard]] tls_diagnosis wolfssl_refused(const char* feature);

} // namespace coquest::inline v0::detail
