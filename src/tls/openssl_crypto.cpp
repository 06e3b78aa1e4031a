// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// OpenSSL's libcrypto, for our own checks of certificates.

#include "tls/openssl_context.hpp"

#include <openssl/evp.h>

namespace coquest::detail {
namespace {

bool sha256(der_bytes of, key_hash& out)
{
    return EVP_Digest(of.data(), of.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr,
                      EVP_sha256(), nullptr) == 1;
}

} // namespace

const crypto openssl_crypto{&sha256};

} // namespace coquest::detail
