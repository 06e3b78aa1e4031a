// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// wolfCrypt, for our own checks of certificates.

#include "tls/crl.hpp"
#include "tls/der.hpp"

#include "tls/wolfssl_context.hpp"

#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/ed25519.h>
#include <wolfssl/wolfcrypt/rsa.h>
#include <wolfssl/wolfcrypt/sha256.h>
#include <wolfssl/wolfcrypt/signature.h>

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

// SHA-256, -384 and -512 stand one behind the other in the arcs of RSA and of ECDSA.
wc_HashType hash_of(unsigned arc, unsigned first) noexcept
{
    constexpr wc_HashType types[] = {WC_HASH_TYPE_SHA256, WC_HASH_TYPE_SHA384, WC_HASH_TYPE_SHA512};
    return arc >= first && arc < first + 3 ? types[arc - first] : WC_HASH_TYPE_NONE;
}

bool verify(const revocation_list& list, wc_HashType hash, wc_SignatureType type, void* key,
            std::size_t key_size)
{
    return hash != WC_HASH_TYPE_NONE &&
           wc_SignatureVerify(hash, type, bytes_of(list.signed_part),
                              static_cast<word32>(list.signed_part.size()),
                              bytes_of(list.signature), static_cast<word32>(list.signature.size()),
                              key, static_cast<word32>(key_size)) == 0;
}

bool verify_rsa(const revocation_list& list, der_bytes info, wc_HashType hash)
{
    RsaKey key;
    word32 at = 0;
    bool good = false;
    if (wc_InitRsaKey(&key, nullptr) == 0) {
        good = wc_RsaPublicKeyDecode(bytes_of(info), &at, &key, static_cast<word32>(info.size())) ==
                   0 &&
               verify(list, hash, WC_SIGNATURE_TYPE_RSA_W_ENC, &key, sizeof key);
        wc_FreeRsaKey(&key);
    }
    return good;
}

bool verify_ecdsa(const revocation_list& list, der_bytes info, wc_HashType hash)
{
    ecc_key key;
    word32 at = 0;
    bool good = false;
    if (wc_ecc_init(&key) == 0) {
        good = wc_EccPublicKeyDecode(bytes_of(info), &at, &key, static_cast<word32>(info.size())) ==
                   0 &&
               verify(list, hash, WC_SIGNATURE_TYPE_ECC, &key, sizeof key);
        wc_ecc_free(&key);
    }
    return good;
}

#ifdef HAVE_ED25519
bool verify_ed25519(const revocation_list& list, der_bytes info)
{
    ed25519_key key;
    word32 at = 0;
    int good = 0;
    if (wc_ed25519_init(&key) == 0) {
        if (wc_Ed25519PublicKeyDecode(bytes_of(info), &at, &key,
                                      static_cast<word32>(info.size())) != 0 ||
            wc_ed25519_verify_msg(bytes_of(list.signature),
                                  static_cast<word32>(list.signature.size()),
                                  bytes_of(list.signed_part),
                                  static_cast<word32>(list.signed_part.size()), &good, &key) != 0) {
            good = 0;
        }
        wc_ed25519_free(&key);
    }
    return good == 1;
}
#endif

bool verify_crl(const revocation_list& list, der_bytes info)
{
    der_bytes algorithm;
    der_bytes oid;
    if (!der_reader(list.algorithm).read(tag_sequence, algorithm) ||
        !der_reader(algorithm).read(tag_oid, oid) || oid.empty()) {
        return false;
    }
    const der_bytes arc = oid.first(oid.size() - 1);
    const unsigned last = value_of(oid.back());
    if (equals(arc, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01})) {
        return verify_rsa(list, info, hash_of(last, 11));
    }
    if (equals(arc, {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03})) {
        return verify_ecdsa(list, info, hash_of(last, 2));
    }
#ifdef HAVE_ED25519
    if (equals(oid, {0x2b, 0x65, 0x70})) {
        return verify_ed25519(list, info);
    }
#endif
    return false;
}

} // namespace

const crypto wolfssl_crypto{&sha256, &verify_crl};

} // namespace coquest::detail
