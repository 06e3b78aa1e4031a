// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/tcp_auth.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using namespace coquest;
using detail::auth_challenge;
using detail::fault;
using detail::tcp_key;
using step = auth_challenge::step;

// A library whose public keys are the private one twice, and that knows no key of zeros.
const detail::any_signer twice{
    [](p256_private_key, std::span<const std::byte>, p256_signature) { return false; },
    [](p256_private_key key, p256_public_key point) {
        std::ranges::copy(key, point.begin());
        std::ranges::copy(key, point.begin() + 32);
        return std::ranges::any_of(key, [](std::byte one) { return one != std::byte{0}; });
    }};

// 32 bytes of 1, of which the first may be left out, and one bit of another.
const std::string ones = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
const std::string other = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQI";

config with(std::string_view token, std::string_view x = "", std::string_view y = "")
{
    config made;
    made.transport = protocol::tcp;
    made.username = "key";
    made.token = secret(token);
    if (!x.empty()) {
        made.token_x = x;
        made.token_y = y;
    }
    return made;
}

fault read(const config& options)
{
    tcp_key key;
    return key.read(options, twice);
}

TEST(tcp_key, the_greeting_names_the_key)
{
    tcp_key key;
    ASSERT_FALSE(key.read(with(ones, ones, ones), twice));
    EXPECT_EQ(key.greeting(), "key\n");
    EXPECT_TRUE(std::ranges::all_of(key.bytes(), [](std::byte b) { return b == std::byte{1}; }));
}

TEST(tcp_key, a_short_number_is_filled_up_in_front)
{
    tcp_key key;
    ASSERT_FALSE(key.read(with("Aw"), twice));
    EXPECT_EQ(key.bytes()[31], std::byte{3});
    EXPECT_EQ(key.bytes()[0], std::byte{0});
}

TEST(tcp_key, what_is_wrong_is_named_without_its_value)
{
    const struct {
        config options;
        const char* message;
    } cases[] = {
        {with("A+/="), "\"token\" is not base64url (A-Z a-z 0-9 - _)"},
        {with(ones + "AQ"), "\"token\" is too long for a number of 32 bytes"},
        {with(std::string(1000, 'A')), "\"token\" is too long for a number of 32 bytes"},
        {with("AA"), "\"token\" is no private key of the curve P-256"},
        {with(ones, "!", ones), "\"token_x\" is not base64url (A-Z a-z 0-9 - _)"},
        {with(ones, ones, ones + "AQ"), "\"token_y\" is too long for a number of 32 bytes"},
        {with(ones, other, ones),
         "\"token_x\" and \"token_y\" are not the public key of \"token\": take all three from "
         "one key, or leave these two out"},
        {with(ones, ones, other),
         "\"token_x\" and \"token_y\" are not the public key of \"token\": take all three from "
         "one key, or leave these two out"},
    };
    for (const auto& one : cases) {
        const fault problem = read(one.options);
        EXPECT_EQ(problem.code, errc::auth_error);
        EXPECT_EQ(problem.info.message, one.message);
    }
}

std::span<const std::byte> bytes(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

TEST(auth_challenge, is_the_same_in_pieces_of_any_size)
{
    std::string text(auth_challenge::size, 'x');
    text[3] = '\0';
    for (std::size_t piece = 1; piece <= text.size() + 1; piece = piece * 2 + 1) {
        auth_challenge challenge;
        step last = step::need_input;
        const std::string all = text + "\n";
        for (std::size_t at = 0; at < all.size(); at += piece) {
            EXPECT_EQ(last, step::need_input);
            last = challenge.feed(bytes(std::string_view(all).substr(at, piece)));
        }
        EXPECT_EQ(last, step::complete);
        EXPECT_TRUE(std::ranges::equal(challenge.bytes(), bytes(text)));
    }
}

TEST(auth_challenge, any_other_length_is_none)
{
    const std::string text(auth_challenge::size, 'x');
    const auto feed = [](const std::string& all, auth_challenge& to) {
        return to.feed(bytes(all));
    };
    auth_challenge cut;
    EXPECT_EQ(feed(text.substr(1), cut), step::need_input);
    EXPECT_EQ(cut.received(), auth_challenge::size - 1);
    EXPECT_EQ(feed("\n", cut), step::failed);
    EXPECT_EQ(cut.problem(), "a line that is shorter than a challenge of 512 bytes");

    for (const std::string& end :
         {std::string("x\n"), std::string("\nx"), std::string(1 << 20, 'x')}) {
        auth_challenge longer;
        EXPECT_EQ(feed(text + end, longer), step::failed);
        EXPECT_EQ(longer.problem(), "more than a challenge of 512 bytes");
    }
    auth_challenge empty;
    EXPECT_EQ(empty.feed({}), step::need_input);
}

TEST(auth_challenge, the_answer_is_base64_with_padding_and_a_line_feed)
{
    const std::array<std::byte, 64> signature{std::byte{0xff}};
    const std::string answer = detail::auth_answer(signature);
    EXPECT_EQ(answer.size(), 89U);
    EXPECT_EQ(answer.substr(0, 4), "/wAA");
    EXPECT_EQ(answer.substr(85), "A==\n");
}

} // namespace
