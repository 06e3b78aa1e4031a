// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// OpenSSL's libcrypto, for coquest's own checks of certificates.

#include "tls/openssl/context.hpp"

#include <memory>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

namespace coquest::inline v0::detail {
namespace {

bool sha256(der_bytes data, key_hash& out)
{
    return EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(out.data()),
                      nullptr, EVP_sha256(), nullptr) == 1;
}

struct deleter {
    void operator()(X509_ALGOR* algorithm) const noexcept { X509_ALGOR_free(algorithm); }
    void operator()(ASN1_BIT_STRING* bits) const noexcept { ASN1_BIT_STRING_free(bits); }
    void operator()(ASN1_TYPE* element) const noexcept { ASN1_TYPE_free(element); }
};

signature_check compare(const signed_data& data, der_bytes key_info)
{
    const auto bytes = [](der_bytes der) {
        return reinterpret_cast<const unsigned char*>(der.data());
    };
    const auto* algorithm_der = bytes(data.algorithm);
    const auto* content_der = bytes(data.content);
    const auto* key_der = bytes(key_info);
    const std::unique_ptr<X509_ALGOR, deleter> algorithm(
        d2i_X509_ALGOR(nullptr, &algorithm_der, static_cast<long>(data.algorithm.size())));
    const std::unique_ptr<ASN1_TYPE, deleter> content(
        d2i_ASN1_TYPE(nullptr, &content_der, static_cast<long>(data.content.size())));
    const std::unique_ptr<ASN1_BIT_STRING, deleter> signature(ASN1_BIT_STRING_new());
    const openssl_ptr<EVP_PKEY> key(
        d2i_PUBKEY(nullptr, &key_der, static_cast<long>(key_info.size())));
    if (!algorithm || !content || !signature || !key ||
        ASN1_BIT_STRING_set(signature.get(), const_cast<unsigned char*>(bytes(data.signature)),
                            static_cast<int>(data.signature.size())) != 1 ||
        OBJ_find_sigid_algs(OBJ_obj2nid(algorithm->algorithm), nullptr, nullptr) != 1) {
        return signature_check::unsupported;
    }
    // a whole number of octets, even if the last bits are zeros
    signature->flags =
        (signature->flags & ~(ASN1_STRING_FLAG_BITS_LEFT | 0x07L)) | ASN1_STRING_FLAG_BITS_LEFT;
    const int result = ASN1_item_verify(ASN1_ITEM_rptr(ASN1_ANY), algorithm.get(), signature.get(),
                                        content.get(), key.get());
    const bool no_memory = ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
    return result == 1 ? signature_check::good
           : no_memory ? signature_check::unsupported
                       : signature_check::bad;
}

signature_check verify(const signed_data& data, der_bytes key_info)
{
    ERR_clear_error();
    const signature_check result = compare(data, key_info);
    ERR_clear_error();
    return result;
}

bool can_use(der_bytes key_info)
{
    const auto* der = reinterpret_cast<const unsigned char*>(key_info.data());
    const openssl_ptr<EVP_PKEY> key(d2i_PUBKEY(nullptr, &der, static_cast<long>(key_info.size())));
    ERR_clear_error();
    return key != nullptr;
}

} // namespace

const crypto openssl_crypto{&sha256, &verify, &can_use};

} // namespace coquest::inline v0::detail
