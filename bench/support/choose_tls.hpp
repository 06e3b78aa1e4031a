// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Selects a TLS library by its name.
#pragma once

#include <coquest/sender.hpp>
#if COQUEST_HAS_OPENSSL
#include <coquest/openssl.hpp>
#endif
#if COQUEST_HAS_WOLFSSL
#include <coquest/wolfssl.hpp>
#endif

#include <string_view>

namespace coquest::bench {

/// Makes @p builder use the library; does nothing if it is not in this build.
inline void choose_tls([[maybe_unused]] sender_builder& builder,
                       [[maybe_unused]] std::string_view library)
{
#if COQUEST_HAS_OPENSSL
    if (library == "openssl") {
        builder.tls<openssl_backend>();
    }
#endif
#if COQUEST_HAS_WOLFSSL
    if (library == "wolfssl") {
        builder.tls<wolfssl_backend>();
    }
#endif
}

} // namespace coquest::bench
