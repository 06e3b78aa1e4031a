// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Compares the text kernels with a reference that goes byte by byte: every short sequence of bytes,
// every length, every position in a block. Input and output end at the end of accessible memory.

#include "support/guarded_memory.hpp"
#include "support/text_reference.hpp"

#include <coquest/detail/text.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace coquest::test;
using namespace std::string_literals;
using coquest::detail::put_string;
using coquest::detail::put_symbol;
using coquest::detail::text_slack;

constexpr std::size_t max_text = 1024; // bytes of the longest text

using kernel = char* (*)(char*, std::string_view) noexcept;

std::string hex(std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = std::to_string(text.size()) + " bytes:";
    for (const char c : text) {
        out += ' ';
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

class text_exhaustive : public testing::Test {
protected:
    /// Returns memory for a text, right before an inaccessible page.
    char* place(std::size_t size) { return in_.last(size); }

    char* out(std::size_t size) { return out_.last(2 * size + 2 + text_slack); }

    bool writes(kernel put, std::string_view text, const std::optional<std::string>& expected)
    {
        char* const begin = out(text.size());
        const char* const end = put(begin, text);
        if (end == nullptr) {
            return !expected;
        }
        const std::string_view written(begin, static_cast<std::size_t>(end - begin));
        return expected && written == *expected;
    }

    void check(std::string_view text)
    {
        char* const placed = place(text.size());
        std::memcpy(placed, text.data(), text.size());
        text = {placed, text.size()};
        ASSERT_TRUE(writes(put_symbol, text, symbol_text(text))) << "symbol of " << hex(text);
        ASSERT_TRUE(writes(put_string, text, string_text(text))) << "string of " << hex(text);
    }

    /// Checks a text that is already in guarded memory. An invalid text needs no reference.
    bool agrees(std::string_view text, bool valid)
    {
        return valid ? writes(put_symbol, text, symbol_text(text)) &&
                           writes(put_string, text, string_text(text))
                     : put_symbol(out(text.size()), text) == nullptr &&
                           put_string(out(text.size()), text) == nullptr;
    }

private:
    guarded_memory in_{max_text};
    guarded_memory out_{2 * max_text + 2 + text_slack};
};

// The numbers of plain bytes before and after a sequence. The blocks have 16 or 32 bytes.
constexpr std::pair<std::size_t, std::size_t> places[] = {
    {0, 0}, {0, 29}, {13, 0}, {13, 40}, {15, 1}, {15, 17}, {30, 0}, {30, 33}, {31, 0}, {31, 36}};

TEST_F(text_exhaustive, all_sequences_of_one_and_two_bytes_agree_with_the_reference)
{
    for (const auto& [before, after] : places) {
        for (std::uint32_t bytes = 0; bytes < 0x100; ++bytes) {
            ASSERT_NO_FATAL_FAILURE(check(std::string(before, 'x') + static_cast<char>(bytes) +
                                          std::string(after, 'x')));
        }
        for (std::uint32_t bytes = 0; bytes < 0x10000; ++bytes) {
            const char sequence[] = {static_cast<char>(bytes >> 8), static_cast<char>(bytes)};
            ASSERT_NO_FATAL_FAILURE(check(std::string(before, 'x') + std::string(sequence, 2) +
                                          std::string(after, 'x')));
        }
    }
}

TEST_F(text_exhaustive, all_sequences_of_three_bytes_agree_with_the_reference)
{
    for (const auto& [before, after] : {places[0], places[3], places[5], places[6], places[9]}) {
        const std::size_t size = before + 3 + after;
        char* const text = place(size);
        std::fill_n(text, size, 'x');
        char* const sequence = text + before;
        for (std::uint32_t bytes = 0; bytes < 0x1000000; ++bytes) {
            sequence[0] = static_cast<char>(bytes >> 16);
            sequence[1] = static_cast<char>(bytes >> 8);
            sequence[2] = static_cast<char>(bytes);
            const bool valid = utf8_prefix({sequence, 3}) == 3;
            // Other tests cover ASCII alone: escapes do not depend on their neighbours.
            if (valid && (bytes & 0x808080) == 0) {
                continue;
            }
            ASSERT_TRUE(agrees({text, size}, valid)) << hex({text, size});
        }
    }
}

TEST_F(text_exhaustive, sequences_of_four_bytes_at_every_bound_agree_with_the_reference)
{
    const std::uint8_t last_bytes[] = {'\\', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    for (const auto& [before, after] : places) {
        const std::size_t size = before + 4 + after;
        char* const text = place(size);
        std::fill_n(text, size, 'x');
        char* const sequence = text + before;
        for (std::uint32_t lead = 0xe0; lead < 0x100; ++lead) {
            sequence[0] = static_cast<char>(lead);
            for (std::uint32_t second = 0; second < 0x100; ++second) {
                sequence[1] = static_cast<char>(second);
                for (const std::uint8_t third : last_bytes) {
                    sequence[2] = static_cast<char>(third);
                    for (const std::uint8_t fourth : last_bytes) {
                        sequence[3] = static_cast<char>(fourth);
                        const bool valid = utf8_prefix({sequence, 4}) == 4;
                        ASSERT_TRUE(agrees({text, size}, valid)) << hex({text, size});
                    }
                }
            }
        }
    }
}

TEST_F(text_exhaustive, all_characters_agree_with_the_reference)
{
    std::string text;
    for (std::uint32_t c = 0; c < 0x110000; ++c) {
        const auto continuation = [c](unsigned shift) {
            return static_cast<char>(0x80 | (c >> shift & 0x3f));
        };
        if (c < 0x80) {
            text += static_cast<char>(c);
        } else if (c < 0x800) {
            text += {static_cast<char>(0xc0 | c >> 6), continuation(0)};
        } else if (c < 0x10000) {
            text += {static_cast<char>(0xe0 | c >> 12), continuation(6), continuation(0)};
        } else {
            text += {static_cast<char>(0xf0 | c >> 18), continuation(12), continuation(6),
                     continuation(0)};
        }
        if (c >= 0xd800 && c < 0xe000) { // a surrogate is not a character
            ASSERT_NO_FATAL_FAILURE(check(text));
            text.resize(text.size() - 3);
        } else if (text.size() > 100) {
            ASSERT_NO_FATAL_FAILURE(check(text));
            text.erase(0, text.size() - c % 4); // usually begins within a character
            ASSERT_NO_FATAL_FAILURE(check(text));
            text.clear();
        }
    }
}

// One special piece at every position of texts of every length.
TEST_F(text_exhaustive, special_piece_at_every_position_agrees_with_the_reference)
{
    const std::string pieces[] = {"\0"s,
                                  "\x01",
                                  "\t",
                                  "\n",
                                  "\r",
                                  "\x1f",
                                  " ",
                                  "!",
                                  "\"",
                                  ",",
                                  "=",
                                  "\\",
                                  "\x7f",
                                  "\x80",
                                  "\xc3",
                                  "\xff",
                                  "\xc3\xa9",
                                  "\xc0\x80",
                                  "\xe6\xbc",
                                  "\xe6\xbc\xa2",
                                  "\xed\xa0",
                                  "\xed\xa0\x80",
                                  "\xe6\xbc\xa2",
                                  "\xf0\x9f\x98",
                                  "\xf0\x9f\x98\x80"};
    for (std::size_t before = 0; before <= 130; ++before) {
        for (std::size_t after = 0; before + after <= 130; ++after) {
            const std::string head(before, 'x');
            const std::string tail(after, 'x');
            for (const std::string& piece : pieces) {
                ASSERT_NO_FATAL_FAILURE(check(head + piece + tail));
            }
        }
    }
}

TEST_F(text_exhaustive, every_byte_at_every_position_agrees_with_the_reference)
{
    for (std::size_t before = 0; before < 70; ++before) {
        std::string text(70, 'x');
        for (std::uint32_t byte = 0; byte < 0x100; ++byte) {
            text[before] = static_cast<char>(byte);
            ASSERT_NO_FATAL_FAILURE(check(text));
        }
    }
}

TEST_F(text_exhaustive, texts_of_one_repeated_character_agree_with_the_reference)
{
    for (const auto& piece :
         {" "s, "\\"s, "\""s, "\n"s, "\0"s, "\xc3\xa9"s, "\xe6\xbc\xa2"s, "\xf0\x9f\x98\x80"s}) {
        std::string text;
        for (int times = 0; times <= 130; ++times) {
            ASSERT_NO_FATAL_FAILURE(check(text));
            ASSERT_NO_FATAL_FAILURE(check(text + "\x80"));
            ASSERT_NO_FATAL_FAILURE(check(text + "\xf0\x9f"));
            ASSERT_NO_FATAL_FAILURE(check("\xf0\x9f" + text));
            text += piece;
        }
    }
}

// Valid and invalid sequences next to each other: tests the state that passes between blocks.
TEST_F(text_exhaustive, random_mixtures_agree_with_the_reference)
{
    const std::string pieces[] = {"a",
                                  "xxxxxxxxxxxxxxx",
                                  " ",
                                  "\\",
                                  "\"",
                                  "\n",
                                  "\0"s,
                                  "\xc3\xa9",
                                  "\xdf\xbf",
                                  "\xe0\xa0\x80",
                                  "\xe6\xbc\xa2",
                                  "\xed\x9f\xbf",
                                  "\xee\x80\x80",
                                  "\xef\xbf\xbf",
                                  "\xf0\x90\x80\x80",
                                  "\xf0\x9f\x98\x80",
                                  "\xf4\x8f\xbf\xbf"};
    std::mt19937 random(1);
    for (int round = 0; round < 200'000; ++round) {
        std::string text;
        for (std::size_t left = random() % 50; left != 0; --left) {
            text += pieces[random() % std::size(pieces)];
        }
        if (!text.empty() && random() % 2 == 0) { // usually breaks a character
            text[random() % text.size()] = static_cast<char>(random());
        }
        if (!text.empty() && random() % 4 == 0) {
            text.resize(random() % text.size());
        }
        ASSERT_NO_FATAL_FAILURE(check(text));
    }
}

} // namespace
