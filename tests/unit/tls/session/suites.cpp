// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/session/suites.hpp"

#include <gtest/gtest.h>

#include <set>

#include <openssl/ssl.h>

namespace coquest::test {
namespace {

TEST(suites, numbers_match_the_names)
{
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_method()),
                                                                    &SSL_CTX_free);
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);

    for (const detail::cipher_suite& suite : detail::cipher_suites) {
        const std::array<unsigned char, 2> number{static_cast<unsigned char>(suite.id >> 8U),
                                                  static_cast<unsigned char>(suite.id & 0xffU)};
        const SSL_CIPHER* const found = SSL_CIPHER_find(ssl.get(), number.data());
        ASSERT_NE(found, nullptr) << suite.openssl;
        EXPECT_EQ(SSL_CIPHER_get_name(found), suite.openssl);
        EXPECT_TRUE(SSL_CIPHER_is_aead(found));
        EXPECT_TRUE(detail::is_our_suite(suite.id));
    }
    EXPECT_FALSE(detail::is_our_suite(0x0034)); // ADH-AES128-SHA
    EXPECT_FALSE(detail::is_our_suite(0x002f)); // AES128-SHA
    EXPECT_FALSE(detail::is_our_suite(0));
}

TEST(suites, order_prefers_the_suites_that_the_processor_accelerates)
{
    const auto aes_first = detail::preferred_suites(true);
    const auto chacha_first = detail::preferred_suites(false);
    std::set<std::uint16_t> ids;

    EXPECT_EQ(aes_first[0].openssl, "TLS_AES_128_GCM_SHA256");
    EXPECT_EQ(chacha_first[0].openssl, "TLS_CHACHA20_POLY1305_SHA256");
    for (const detail::cipher_suite& suite : chacha_first) {
        ids.insert(suite.id);
    }
    EXPECT_EQ(ids.size(), detail::cipher_suites.size());
}

} // namespace
} // namespace coquest::test
