// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/connect/tcp_auth.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using namespace coquest;
using detail::auth_challenge;
using detail::status;
using detail::tcp_key;
using step = auth_challenge::step;

// A signer whose public key is the private key twice, and that rejects a key of zeros.
const detail::any_signer twice{
    [](p256_private_key, std::span<const std::byte>, p256_signature) { return false; },
    [](p256_private_key key, p256_public_key point) {
        std::ranges::copy(key, point.begin());
        std::ranges::copy(key, point.begin() + 32);
        return std::ranges::any_of(key, [](std::byte value) { return value != std::byte{0}; });
    }};

// Two keys of 32 bytes that differ in the last byte.
const std::string ones = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
const std::string other = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQI";

config config_with(std::string_view token, std::string_view x = "", std::string_view y = "")
{
    config options;
    options.transport = protocol::tcp;
    options.username = "key";
    options.token = secret(token);
    if (!x.empty()) {
        options.token_x = x;
        options.token_y = y;
    }
    return options;
}

status read(const config& options)
{
    tcp_key key;
    return key.read(options, twice);
}

TEST(tcp_key, the_greeting_names_the_key)
{
    tcp_key key;
    ASSERT_TRUE(key.read(config_with(ones, ones, ones), twice).ok());
    EXPECT_EQ(key.greeting(), "key\n");
    EXPECT_TRUE(std::ranges::all_of(key.bytes(), [](std::byte b) { return b == std::byte{1}; }));
}

TEST(tcp_key, short_number_is_padded_in_front)
{
    tcp_key key;
    ASSERT_TRUE(key.read(config_with("Aw"), twice).ok());
    EXPECT_EQ(key.bytes()[31], std::byte{3});
    EXPECT_EQ(key.bytes()[0], std::byte{0});
}

TEST(tcp_key, error_names_the_key_without_its_value)
{
    const struct {
        config options;
        const char* message;
    } cases[] = {
        {config_with("A+/="), "\"token\" is not base64url (A-Z a-z 0-9 - _)"},
        {config_with(ones + "B"), "\"token\" is too long for a number of 32 bytes"},
        {config_with(ones + "AQ"), "\"token\" is too long for a number of 32 bytes"},
        {config_with(std::string(1000, 'A')), "\"token\" is too long for a number of 32 bytes"},
        {config_with("AA"), "\"token\" is not a private key of the curve P-256"},
        {config_with(ones, "!", ones), "\"token_x\" is not base64url (A-Z a-z 0-9 - _)"},
        {config_with(ones, ones, ones + "AQ"), "\"token_y\" is too long for a number of 32 bytes"},
        {config_with(ones, other, ones),
         "\"token_x\" and \"token_y\" are not the public key of \"token\": take all three from "
         "one key, or leave these two out"},
        {config_with(ones, ones, other),
         "\"token_x\" and \"token_y\" are not the public key of \"token\": take all three from "
         "one key, or leave these two out"},
    };
    for (const auto& test : cases) {
        const status result = read(test.options);
        EXPECT_EQ(result.code(), errc::auth_error);
        EXPECT_EQ(result.info().message, test.message);
    }
}

std::span<const std::byte> bytes(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

TEST(auth_challenge, is_read_in_pieces_of_any_size)
{
    std::string text(auth_challenge::size, 'x');
    text[3] = '\0';
    for (std::size_t piece = 1; piece <= text.size() + 1; piece = piece * 2 + 1) {
        auth_challenge challenge;
        step last = step::need_input;
        const std::string line = text + "\n";
        for (std::size_t at = 0; at < line.size(); at += piece) {
            EXPECT_EQ(last, step::need_input);
            last = challenge.feed(bytes(std::string_view(line).substr(at, piece)));
        }
        EXPECT_EQ(last, step::complete);
        EXPECT_TRUE(std::ranges::equal(challenge.bytes(), bytes(text)));
    }
}

TEST(auth_challenge, any_other_length_is_refused)
{
    const std::string text(auth_challenge::size, 'x');
    const auto feed = [](const std::string& input, auth_challenge& challenge) {
        return challenge.feed(bytes(input));
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
