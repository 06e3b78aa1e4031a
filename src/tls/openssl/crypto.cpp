// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// OpenSSL's libcrypto, for our own checks of certificates.

#include "tls/crl.hpp"
#include "tls/openssl_context.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace coquest::detail {
namespace {

bool sha256(der_bytes of, key_hash& out)
{
    return EVP_Digest(of.data(), of.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr,
                      EVP_sha256(), nullptr) == 1;
}

bool verify_crl(const revocation_list& list, der_bytes key_info)
{
    const auto* der = reinterpret_cast<const unsigned char*>(list.der.data());
    const auto* info = reinterpret_cast<const unsigned char*>(key_info.data());
    const openssl_ptr<X509_CRL> crl(
        d2i_X509_CRL(nullptr, &der, static_cast<long>(list.der.size())));
    const openssl_ptr<EVP_PKEY> key(d2i_PUBKEY(nullptr, &info, static_cast<long>(key_info.size())));
    const bool good = crl && key && X509_CRL_verify(crl.get(), key.get()) == 1;
    ERR_clear_error();
    return good;
}

} // namespace

const crypto openssl_crypto{&sha256, &verify_crl};

} // namespace coquest::detail
