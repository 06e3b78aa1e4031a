// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/text/utf8.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace {

using coquest::detail::valid_utf8_prefix;

// RFC 3629 4, as ranges of code points.
bool reference_valid(const std::string& text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80                   ? 1
                                   : lead >= 0xc0 && lead < 0xe0 ? 2
                                   : lead >= 0xe0 && lead < 0xf0 ? 3
                                   : lead >= 0xf0 && lead < 0xf8 ? 4
                                                                 : 0;
        if (length == 0 || i + length > text.size()) {
            return false;
        }
        static constexpr unsigned masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
        static constexpr unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
        unsigned code = lead & masks[length];
        for (std::size_t k = 1; k < length; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if (next >> 6 != 2) {
                return false;
            }
            code = code << 6 | (next & 0x3f);
        }
        if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
            return false;
        }
        i += length;
    }
    return true;
}

TEST(utf8, all_sequences_of_up_to_three_bytes_agree_with_the_definition)
{
    std::string text;
    for (unsigned value = 0; value < 0x1000000; ++value) {
        // Sequences of one byte are covered by those that end in zero bytes.
        text = {static_cast<char>(value >> 16), static_cast<char>(value >> 8),
                static_cast<char>(value)};
        ASSERT_EQ(valid_utf8_prefix(text) == text.size(), reference_valid(text)) << value;
    }
    for (unsigned value = 0; value < 0x10000; ++value) {
        text = {static_cast<char>(value >> 8), static_cast<char>(value)};
        ASSERT_EQ(valid_utf8_prefix(text) == text.size(), reference_valid(text)) << value;
    }
}

TEST(utf8, all_leads_of_four_bytes_agree_with_the_definition)
{
    static constexpr unsigned char thirds[] = {0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff};
    for (unsigned lead = 0xe0; lead < 0x100; ++lead) {
        for (unsigned second = 0; second < 0x100; ++second) {
            for (const unsigned char third : thirds) {
                const std::string text = {static_cast<char>(lead), static_cast<char>(second),
                                          static_cast<char>(third), '\x80'};
                ASSERT_EQ(valid_utf8_prefix(text) == text.size(), reference_valid(text))
                    << lead << ' ' << second;
            }
        }
    }
}

} // namespace
