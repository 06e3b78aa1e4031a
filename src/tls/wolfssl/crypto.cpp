// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// wolfCrypt, for coquest's own checks of certificates.

#include "tls/x509/der.hpp"

#include <array>
#include <vector>

#include "tls/wolfssl/context.hpp"

#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/ed25519.h>
#include <wolfssl/wolfcrypt/ed448.h>
#include <wolfssl/wolfcrypt/hash.h>
#include <wolfssl/wolfcrypt/rsa.h>
#include <wolfssl/wolfcrypt/sha256.h>
#include <wolfssl/wolfcrypt/signature.h>

namespace coquest::inline v0::detail {
namespace {

const byte* bytes_of(der_bytes bytes) noexcept
{
    return reinterpret_cast<const byte*>(bytes.data());
}

// A parsed SubjectPublicKeyInfo.
struct key_of_issuer {
    key_kind kind = key_kind::other;
    unsigned edwards = 0; // the last octet of the OID of an Edwards key
    der_bytes info;       // the whole SubjectPublicKeyInfo
    der_bytes bytes;      // the key itself
};

bool read_key(der_bytes info, key_of_issuer& out) noexcept
{
    der_bytes content;
    der_bytes algorithm;
    der_bytes oid;
    out.info = info;
    der_reader(info).read(tag_sequence, content);
    der_reader in(content);
    if (!in.read(tag_sequence, algorithm) || !in.read(tag_bit_string, out.bytes) ||
        out.bytes.empty() || !der_reader(algorithm).read(tag_oid, oid)) {
        return false;
    }
    out.bytes = out.bytes.subspan(1); // the count of unused bits
    if (equals(oid, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01}) ||
        equals(oid, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a})) {
        out.kind = key_kind::rsa;
    } else if (equals(oid, {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01})) {
        out.kind = key_kind::ec;
    } else if (equals(oid, {0x2b, 0x65, 0x70}) || equals(oid, {0x2b, 0x65, 0x71})) {
        out.kind = key_kind::edwards;
        out.edwards = value_of(oid.back());
    }
    return true;
}

bool sha256(der_bytes data, key_hash& out)
{
    wc_Sha256 state;
    const bool good =
        wc_InitSha256(&state) == 0 &&
        wc_Sha256Update(&state, bytes_of(data), static_cast<word32>(data.size())) == 0 &&
        wc_Sha256Final(&state, reinterpret_cast<byte*>(out.data())) == 0;
    wc_Sha256Free(&state);
    return good;
}

// SHA-256, -384 and -512 have successive numbers in the arcs of RSA and of ECDSA.
wc_HashType hash_of(unsigned arc, unsigned first) noexcept
{
    constexpr wc_HashType types[] = {WC_HASH_TYPE_SHA256, WC_HASH_TYPE_SHA384, WC_HASH_TYPE_SHA512};
    return arc >= first && arc < first + 3 ? types[arc - first] : WC_HASH_TYPE_NONE;
}

// All other codes of wolfCrypt mean that the signature was verified and does not match.
signature_check outcome_of(int result) noexcept
{
    return result == 0 ? signature_check::good
           : result == MEMORY_E || result == NOT_COMPILED_IN || result == HASH_TYPE_E
               ? signature_check::unsupported
               : signature_check::bad;
}

signature_check verify(const signed_data& data, wc_HashType hash, wc_SignatureType type, void* key,
                       std::size_t key_size)
{
    if (hash == WC_HASH_TYPE_NONE) {
        return signature_check::unsupported;
    }
    return outcome_of(wc_SignatureVerify(
        hash, type, bytes_of(data.content), static_cast<word32>(data.content.size()),
        bytes_of(data.signature), static_cast<word32>(data.signature.size()), key,
        static_cast<word32>(key_size)));
}

#ifdef WC_RSA_PSS
// The parameters of RSASSA-PSS (RFC 4055 3.1).
struct pss_parameters {
    wc_HashType hash = WC_HASH_TYPE_NONE;
    int salt = 20;
};

wc_HashType sha2_of(der_bytes algorithm) noexcept
{
    der_bytes oid;
    if (!der_reader(algorithm).read(tag_oid, oid) || oid.size() != 9 ||
        !equals(oid.first(8), {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02})) {
        return WC_HASH_TYPE_NONE;
    }
    return hash_of(value_of(oid.back()), 1);
}

pss_parameters read_pss(der_reader in) noexcept
{
    pss_parameters out;
    der_bytes content;
    der_bytes hash;
    der_bytes mask;
    der_bytes salt;
    der_bytes oid;
    if (!in.read(tag_sequence, content)) {
        return {};
    }
    der_reader fields(content);
    if (!fields.read(0xa0, content) || !der_reader(content).read(tag_sequence, hash) ||
        !fields.read(0xa1, content) || !der_reader(content).read(tag_sequence, mask)) {
        return {};
    }
    der_reader mask_fields(mask);
    if (!mask_fields.read(tag_oid, oid) ||
        !equals(oid, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08}) ||
        !mask_fields.read(tag_sequence, mask) || sha2_of(mask) != sha2_of(hash)) {
        return {};
    }
    if (fields.read(0xa2, content)) {
        if (!der_reader(content).read(tag_integer, salt) || salt.size() != 1) {
            return {};
        }
        out.salt = static_cast<int>(value_of(salt[0]));
    }
    out.hash = sha2_of(hash);
    return out;
}

signature_check verify_pss(const signed_data& data, const pss_parameters& parameters, RsaKey& key)
{
    std::array<byte, WC_MAX_DIGEST_SIZE> digest{};
    const int digest_size =
        parameters.hash == WC_HASH_TYPE_NONE ? -1 : wc_HashGetDigestSize(parameters.hash);
    if (digest_size <= 0 ||
        wc_Hash(parameters.hash, bytes_of(data.content), static_cast<word32>(data.content.size()),
                digest.data(), static_cast<word32>(digest_size)) != 0) {
        return signature_check::unsupported;
    }
    const int mask = parameters.hash == WC_HASH_TYPE_SHA256   ? WC_MGF1SHA256
                     : parameters.hash == WC_HASH_TYPE_SHA384 ? WC_MGF1SHA384
                                                              : WC_MGF1SHA512;
    std::vector<byte> signature(bytes_of(data.signature),
                                bytes_of(data.signature) + data.signature.size());
    std::vector<byte> padded(signature.size());
    const int size = wc_RsaPSS_Verify_ex(signature.data(), static_cast<word32>(signature.size()),
                                         padded.data(), static_cast<word32>(padded.size()),
                                         parameters.hash, mask, parameters.salt, &key);
    if (size <= 0) {
        return outcome_of(size == 0 ? BAD_PADDING_E : size);
    }
    return outcome_of(wc_RsaPSS_CheckPadding_ex(
        digest.data(), static_cast<word32>(digest_size), padded.data(), static_cast<word32>(size),
        parameters.hash, parameters.salt, wc_RsaEncryptSize(&key) * 8));
}
#endif

// A key in the library's form; has_value() is false if this build lacks the algorithm or the curve.
class rsa_key {
public:
    explicit rsa_key(der_bytes bytes)
        : initialised_(wc_InitRsaKey(&key_, nullptr) == 0),
          usable_(initialised_ && wc_RsaPublicKeyDecode(bytes_of(bytes), &offset_, &key_,
                                                        static_cast<word32>(bytes.size())) == 0)
    {
    }
    rsa_key(const rsa_key&) = delete;
    rsa_key& operator=(const rsa_key&) = delete;
    ~rsa_key()
    {
        if (initialised_) {
            wc_FreeRsaKey(&key_);
        }
    }

    [[nodiscard]] bool has_value() const noexcept { return usable_; }
    [[nodiscard]] RsaKey& get() noexcept { return key_; }

private:
    RsaKey key_{};
    word32 offset_ = 0;
    bool initialised_;
    bool usable_;
};

class ec_key {
public:
    explicit ec_key(der_bytes info)
        : initialised_(wc_ecc_init(&key_) == 0),
          usable_(initialised_ && wc_EccPublicKeyDecode(bytes_of(info), &offset_, &key_,
                                                        static_cast<word32>(info.size())) == 0)
    {
    }
    ec_key(const ec_key&) = delete;
    ec_key& operator=(const ec_key&) = delete;
    ~ec_key()
    {
        if (initialised_) {
            wc_ecc_free(&key_);
        }
    }

    [[nodiscard]] bool has_value() const noexcept { return usable_; }
    [[nodiscard]] ecc_key& get() noexcept { return key_; }

private:
    ecc_key key_{};
    word32 offset_ = 0;
    bool initialised_;
    bool usable_;
};

signature_check verify_rsa(const signed_data& data, const key_of_issuer& issuer, unsigned scheme,
                           der_reader parameters)
{
    rsa_key key(issuer.bytes);
    if (!key.has_value()) {
        return signature_check::unsupported;
    }
    if (scheme != 10) {
        return verify(data, hash_of(scheme, 11), WC_SIGNATURE_TYPE_RSA_W_ENC, &key.get(),
                      sizeof(RsaKey));
    }
#ifdef WC_RSA_PSS
    return verify_pss(data, read_pss(parameters), key.get());
#else
    static_cast<void>(parameters);
    return signature_check::unsupported;
#endif
}

signature_check verify_ecdsa(const signed_data& data, const key_of_issuer& issuer, wc_HashType hash)
{
    ec_key key(issuer.info);
    return key.has_value() ? verify(data, hash, WC_SIGNATURE_TYPE_ECC, &key.get(), sizeof(ecc_key))
                           : signature_check::unsupported;
}

#ifdef HAVE_ED25519
signature_check verify_ed25519(const signed_data& data, const key_of_issuer& issuer)
{
    ed25519_key key;
    signature_check result = signature_check::unsupported;
    if (wc_ed25519_init(&key) == 0) {
        int good = 0;
        if (wc_ed25519_import_public(bytes_of(issuer.bytes),
                                     static_cast<word32>(issuer.bytes.size()), &key) == 0) {
            const int code = wc_ed25519_verify_msg(
                bytes_of(data.signature), static_cast<word32>(data.signature.size()),
                bytes_of(data.content), static_cast<word32>(data.content.size()), &good, &key);
            result = outcome_of(code == 0 && good != 1 ? SIG_VERIFY_E : code);
        }
        wc_ed25519_free(&key);
    }
    return result;
}
#endif

#ifdef HAVE_ED448
signature_check verify_ed448(const signed_data& data, const key_of_issuer& issuer)
{
    ed448_key key;
    signature_check result = signature_check::unsupported;
    if (wc_ed448_init(&key) == 0) {
        int good = 0;
        if (wc_ed448_import_public(bytes_of(issuer.bytes), static_cast<word32>(issuer.bytes.size()),
                                   &key) == 0) {
            const int code = wc_ed448_verify_msg(
                bytes_of(data.signature), static_cast<word32>(data.signature.size()),
                bytes_of(data.content), static_cast<word32>(data.content.size()), &good, &key,
                nullptr, 0);
            result = outcome_of(code == 0 && good != 1 ? SIG_VERIFY_E : code);
        }
        wc_ed448_free(&key);
    }
    return result;
}
#endif

signature_check verify(const signed_data& data, der_bytes key_info)
{
    key_of_issuer issuer;
    der_bytes algorithm;
    der_bytes oid;
    if (!read_key(key_info, issuer) || !der_reader(data.algorithm).read(tag_sequence, algorithm)) {
        return signature_check::unsupported;
    }
    der_reader fields(algorithm);
    if (!fields.read(tag_oid, oid) || oid.empty()) {
        return signature_check::unsupported;
    }
    const der_bytes arc = oid.first(oid.size() - 1);
    const unsigned last = value_of(oid.back());
    if (equals(arc, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01})) {
        return issuer.kind == key_kind::rsa ? verify_rsa(data, issuer, last, fields)
                                            : signature_check::bad;
    }
    if (equals(arc, {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03})) {
        return issuer.kind == key_kind::ec ? verify_ecdsa(data, issuer, hash_of(last, 2))
                                           : signature_check::bad;
    }
#ifdef HAVE_ED25519
    if (equals(oid, {0x2b, 0x65, 0x70})) {
        return issuer.edwards == 0x70 ? verify_ed25519(data, issuer) : signature_check::bad;
    }
#endif
#ifdef HAVE_ED448
    if (equals(oid, {0x2b, 0x65, 0x71})) {
        return issuer.edwards == 0x71 ? verify_ed448(data, issuer) : signature_check::bad;
    }
#endif
    return signature_check::unsupported;
}

bool can_use(der_bytes key_info)
{
    key_of_issuer key;
    if (!read_key(key_info, key)) {
        return false;
    }
    switch (key.kind) {
    case key_kind::rsa: return rsa_key(key.bytes).has_value();
    case key_kind::ec: return ec_key(key_info).has_value();
    case key_kind::edwards:
#ifdef HAVE_ED448
        if (key.edwards == 0x71) {
            return true;
        }
#endif
#ifdef HAVE_ED25519
        return key.edwards == 0x70;
#else
        return false;
#endif
    default: return false;
    }
}

} // namespace

const crypto wolfssl_crypto{&sha256, &verify, &can_use};

} // namespace coquest::inline v0::detail
