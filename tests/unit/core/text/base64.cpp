// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/text/base64.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {
namespace {

std::string encode(std::string_view text, base64 alphabet)
{
    std::string out;
    base64_encode(std::as_bytes(std::span(text)), alphabet, out);
    return out;
}

/// Returns the decoded text, or "refused".
std::string decode(std::string_view text, base64 alphabet, std::size_t room = 64)
{
    std::array<std::byte, 64> out{};
    const auto size = base64_decode(text, alphabet, std::span(out).first(room));
    return size ? std::string(reinterpret_cast<const char*>(out.data()), *size) : "refused";
}

// The compiler decodes, too.
static_assert([] {
    std::array<std::byte, 3> out{};
    return base64_decode("Zm9v", base64::standard, out) == 3 && out[2] == std::byte{'o'} &&
           !base64_decode("Zm9*", base64::standard, out);
}());

TEST(base64, encodes_and_decodes_the_vectors_of_rfc_4648)
{
    const struct {
        std::string_view plain;
        std::string_view standard;
        std::string_view url;
    } cases[] = {
        {"", "", ""},
        {"f", "Zg==", "Zg"},
        {"fo", "Zm8=", "Zm8"},
        {"foo", "Zm9v", "Zm9v"},
        {"foob", "Zm9vYg==", "Zm9vYg"},
        {"fooba", "Zm9vYmE=", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
        {"\xfb\xff\xfe", "+//+", "-__-"},
    };
    for (const auto& [plain, standard, url] : cases) {
        EXPECT_EQ(encode(plain, base64::standard), standard);
        EXPECT_EQ(encode(plain, base64::url), url);
        EXPECT_EQ(base64_length(plain.size(), base64::standard), standard.size());
        EXPECT_EQ(base64_length(plain.size(), base64::url), url.size());
        EXPECT_EQ(decode(standard, base64::standard), plain);
        EXPECT_EQ(decode(url, base64::url), plain);
    }
}

TEST(base64, encoding_appends_to_the_text)
{
    std::string out = "Basic ";
    base64_encode(std::as_bytes(std::span(std::string_view("a:b"))), base64::standard, out);
    EXPECT_EQ(out, "Basic YTpi");
}

TEST(base64, padding_may_be_absent_or_present)
{
    EXPECT_EQ(decode("Zg", base64::standard), "f");
    EXPECT_EQ(decode("Zg==", base64::url), "f");
    EXPECT_EQ(decode("Zm8=", base64::url), "fo");
}

TEST(base64, malformed_text_is_refused)
{
    for (const std::string_view text : {"Z", "Zg=", "Zg===", "=", "====", "Z===", "A", "AAAAA",
                                        "Zm9vZ", "Zh", "Zm9", "Zm 9v", "Zm9v\n", "Zm-_", "Z=g="}) {
        EXPECT_EQ(decode(text, base64::standard), "refused") << text;
    }
    EXPECT_EQ(decode("Zm+/", base64::url), "refused");
}

TEST(base64, decoding_writes_no_more_than_fits)
{
    EXPECT_EQ(decode("Zm9v", base64::standard, 3), "foo");
    EXPECT_EQ(decode("Zm9v", base64::standard, 2), "refused");
    EXPECT_EQ(decode("", base64::standard, 0), "");
}

} // namespace
} // namespace coquest::inline v0::detail
