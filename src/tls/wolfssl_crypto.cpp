// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// wolfCrypt, for our own checks of certificates.

#include "tls/crypto.hpp"

#include "tls/wolfssl_context.hpp"

#include <wolfssl/wolfcrypt/sha256.h>

namespace coquest::detail {
namespace {

const byte* bytes_of(der_bytes of) noexcept
{
    return reinterpret_cast<const byte*>(of.data());
}

bool sha256(der_bytes of, key_hash& out)
{
    wc_Sha256 state;
    const bool good = wc_InitSha256(&state) == 0 &&
                      wc_Sha256Update(&state, bytes_of(of), static_cast<word32>(of.size())) == 0 &&
                      wc_Sha256Final(&state, reinterpret_cast<byte*>(out.data())) == 0;
    wc_Sha256Free(&state);
    return good;
}

} // namespace

const crypto wolfssl_crypto{&sha256};

} // namespace coquest::detail
