// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A TLS library by its name.
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

/// Has @p made use the library; one that is not in this build is passed over.
inline void choose_tls([[maybe_unused]] sender_builder& made,
                       [[maybe_unused]] std::string_view library)
{
#if COQUEST_HAS_OPENSSL
    if (library == "openssl") {
        made.tls<openssl_backend>();
    }
#endif
#if COQUEST_HAS_WOLFSSL
    if (library == "wolfssl") {
        made.tls<wolfssl_backend>();
    }
#endif
}

} // namespace coquest::bench
