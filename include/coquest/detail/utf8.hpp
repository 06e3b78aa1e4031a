// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Checks UTF-8, also when the compiler checks a literal.
#pragma once

#include <coquest/detail/language.hpp>

#include <cstddef>
#include <string_view>

namespace coquest::inline v0::detail {

/// Returns the offset of the first byte that is not part of valid UTF-8, or the size of @p text.
constexpr std::size_t valid_utf8_prefix(std::string_view text) noexcept
{
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](std::size_t i) {
        return i < text.size() && (byte(i) & 0xc0) == 0x80;
    };
    std::size_t i = 0;
    while (i < text.size()) {
        const unsigned char lead = byte(i);
        if (lead < 0x80) {
            ++i;
        } else if (lead >= 0xc2 && lead < 0xe0) {
            if (!continues(i + 1)) {
                return i;
            }
            i += 2;
        } else if (lead >= 0xe0 && lead < 0xf0) {
            // no overlong form below U+0800, no surrogate U+D800 to U+DFFF
            if (!continues(i + 1) || !continues(i + 2) || (lead == 0xe0 && byte(i + 1) < 0xa0) ||
                (lead == 0xed && byte(i + 1) >= 0xa0)) {
                return i;
            }
            i += 3;
        } else if (lead >= 0xf0 && lead < 0xf5) {
            // no overlong form below U+10000, nothing above U+10FFFF
            if (!continues(i + 1) || !continues(i + 2) || !continues(i + 3) ||
                (lead == 0xf0 && byte(i + 1) < 0x90) || (lead == 0xf4 && byte(i + 1) >= 0x90)) {
                return i;
            }
            i += 4;
        } else {
            return i;
        }
    }
    return i;
}

} // namespace coquest::inline v0::detail
