// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/openssl.hpp>

#include <algorithm>
#include <array>
#include <memory>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

namespace coquest::inline v0 {
namespace {

struct deleter {
    void operator()(BIGNUM* object) const noexcept { BN_clear_free(object); }
    void operator()(EC_GROUP* object) const noexcept { EC_GROUP_free(object); }
    void operator()(EC_POINT* object) const noexcept { EC_POINT_free(object); }
    void operator()(EVP_PKEY* object) const noexcept { EVP_PKEY_free(object); }
    void operator()(EVP_PKEY_CTX* object) const noexcept { EVP_PKEY_CTX_free(object); }
    void operator()(EVP_MD_CTX* object) const noexcept { EVP_MD_CTX_free(object); }
    void operator()(OSSL_PARAM_BLD* object) const noexcept { OSSL_PARAM_BLD_free(object); }
    void operator()(OSSL_PARAM* object) const noexcept { OSSL_PARAM_free(object); }
    void operator()(ECDSA_SIG* object) const noexcept { ECDSA_SIG_free(object); }
};
template <class T>
using handle = std::unique_ptr<T, deleter>;

constexpr std::size_t point_size = 65; // a byte that says "uncompressed", x, y

const unsigned char* bytes_of(std::span<const std::byte> bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

handle<BIGNUM> number_of(p256_private_key key)
{
    return handle<BIGNUM>(BN_bin2bn(bytes_of(key), static_cast<int>(key.size()), nullptr));
}

bool find_point(const BIGNUM* number, std::array<unsigned char, point_size>& out)
{
    const handle<EC_GROUP> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    if (!group || number == nullptr || BN_is_zero(number) ||
        BN_cmp(number, EC_GROUP_get0_order(group.get())) >= 0) {
        return false;
    }
    const handle<EC_POINT> point(EC_POINT_new(group.get()));
    return point &&
           EC_POINT_mul(group.get(), point.get(), number, nullptr, nullptr, nullptr) == 1 &&
           EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, out.data(),
                              out.size(), nullptr) == out.size();
}

handle<EVP_PKEY> make_key(p256_private_key bytes)
{
    const handle<BIGNUM> number = number_of(bytes);
    std::array<unsigned char, point_size> point{};
    const handle<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
    if (!builder || !find_point(number.get(), point) ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                        SN_X9_62_prime256v1, 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get()) != 1) {
        return nullptr;
    }
    const handle<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const handle<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) != 1) {
        return nullptr;
    }
    return handle<EVP_PKEY>(key);
}

} // namespace

bool openssl_signer::sign(p256_private_key key, std::span<const std::byte> message,
                          p256_signature signature)
{
    const handle<EVP_PKEY> signer = make_key(key);
    const handle<EVP_MD_CTX> context(EVP_MD_CTX_new());
    std::array<unsigned char, 80> der{};
    std::size_t size = der.size();
    if (!signer || !context ||
        EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, signer.get()) != 1 ||
        EVP_DigestSign(context.get(), der.data(), &size, bytes_of(message), message.size()) != 1) {
        return false;
    }
    const unsigned char* at = der.data();
    const handle<ECDSA_SIG> parts(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    auto* const out = reinterpret_cast<unsigned char*>(signature.data());
    return parts && BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), out, 32) == 32 &&
           BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), out + 32, 32) == 32;
}

bool openssl_signer::public_key(p256_private_key key, p256_public_key point)
{
    std::array<unsigned char, point_size> found{};
    if (!find_point(number_of(key).get(), found)) {
        return false;
    }
    std::ranges::copy(std::as_bytes(std::span(found).subspan<1>()), point.begin());
    return true;
}

std::string_view openssl_signer::name() noexcept
{
    return "OpenSSL";
}

} // namespace coquest::inline v0
