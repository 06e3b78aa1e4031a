// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/openssl.hpp>
#include <coquest/wolfssl.hpp>

#include "core/text/base64.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

namespace {

using namespace coquest;

using number = std::array<std::byte, 32>;
using pair = std::array<std::byte, 64>;

// The key that the tests of QuestDB use.
constexpr const char* test_d = "5UjEMuA0Pj5pjK8a-fa24dyIf-Es5mYny3oE_Wmus48";
constexpr const char* test_x = "fLKYEaoEb9lrn3nkwLDA-M_xnuFOdSt9y0Z7_vWSHLU";
constexpr const char* test_y = "Dt5tbS1dEDMSYfym3fgMv0B99szno-dFc1rYF9t0aac";

number decode(std::string_view text)
{
    number out{};
    EXPECT_EQ(detail::base64_decode(text, detail::base64::url, out), out.size());
    return out;
}

// Verifies a signature with OpenSSL.
bool verifies(const pair& signature, std::span<const std::byte> message)
{
    std::array<unsigned char, 65> point{4};
    std::ranges::copy(decode(test_x), std::as_writable_bytes(std::span(point)).begin() + 1);
    std::ranges::copy(decode(test_y), std::as_writable_bytes(std::span(point)).begin() + 33);
    OSSL_PARAM_BLD* const builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_utf8_string(builder, "group", "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(builder, "pub", point.data(), point.size());
    OSSL_PARAM* const parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context);
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);

    const auto* const raw = reinterpret_cast<const unsigned char*>(signature.data());
    ECDSA_SIG* const parts = ECDSA_SIG_new();
    ECDSA_SIG_set0(parts, BN_bin2bn(raw, 32, nullptr), BN_bin2bn(raw + 32, 32, nullptr));
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(parts, &der);
    EVP_MD_CTX* const digest = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(digest, nullptr, EVP_sha256(), nullptr, key);
    const bool good = EVP_DigestVerify(digest, der, static_cast<std::size_t>(size),
                                       reinterpret_cast<const unsigned char*>(message.data()),
                                       message.size()) == 1;
    EVP_MD_CTX_free(digest);
    OPENSSL_free(der);
    ECDSA_SIG_free(parts);
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    return good;
}

struct signer_case {
    const char* name;
    detail::any_signer signer;

    friend std::ostream& operator<<(std::ostream& out, const signer_case& which)
    {
        return out << which.name;
    }
};

std::vector<signer_case> all_signers()
{
    return {
#ifdef COQUEST_HAS_WOLFSSL
        {"wolfssl", detail::erased_signer<wolfssl_signer>},
#endif
#ifdef COQUEST_HAS_OPENSSL
        {"openssl", detail::erased_signer<openssl_signer>},
#endif
    };
}

class signer_test : public testing::TestWithParam<signer_case> {};

TEST_P(signer_test, computes_the_public_key)
{
    pair point{};
    ASSERT_TRUE(GetParam().signer.public_key(decode(test_d), point));
    EXPECT_TRUE(std::ranges::equal(std::span(point).first<32>(), decode(test_x)));
    EXPECT_TRUE(std::ranges::equal(std::span(point).last<32>(), decode(test_y)));
}

TEST_P(signer_test, makes_signatures_that_verify)
{
    const number key = decode(test_d);
    std::vector<std::byte> message(512, std::byte{7});
    for (int i = 0; i < 300; ++i) { // some have leading zeros in r or s
        message[0] = static_cast<std::byte>(i);
        pair signature{};
        ASSERT_TRUE(GetParam().signer.sign(key, message, signature));
        ASSERT_TRUE(verifies(signature, message)) << i;
    }
    pair signature{};
    ASSERT_TRUE(GetParam().signer.sign(key, message, signature));
    message[1] = std::byte{8};
    EXPECT_FALSE(verifies(signature, message));
}

TEST_P(signer_test, refuses_numbers_that_are_not_keys_of_the_curve)
{
    number order{};
    BIGNUM* n = nullptr;
    BN_hex2bn(&n, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    BN_bn2binpad(n, reinterpret_cast<unsigned char*>(order.data()), 32);
    BN_free(n);
    number largest = order;
    largest[31] = std::byte{0x50};
    number ones{};
    ones.fill(std::byte{0xff});
    pair out{};
    EXPECT_TRUE(GetParam().signer.public_key(largest, out));
    for (const number& key : {number{}, order, ones}) {
        EXPECT_FALSE(GetParam().signer.public_key(key, out));
        EXPECT_FALSE(GetParam().signer.sign(key, out, out));
    }
}

INSTANTIATE_TEST_SUITE_P(signers, signer_test, testing::ValuesIn(all_signers()),
                         testing::PrintToStringParamName());

} // namespace
