// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/text/quoted.hpp"

#include "core/text/ascii.hpp"
#include "core/text/utf8.hpp"

#include <cstddef>

namespace coquest::inline v0::detail {

std::string quoted(std::string_view text)
{
    constexpr std::size_t max_shown = 64;
    const bool ascii_only = valid_utf8_prefix(text) != text.size();
    std::string shown = "\"";
    for (const char c : text.substr(0, max_shown)) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_control(c) || (byte >= 0x80 && ascii_only)) {
            shown += "\\x";
            shown += hex_digits[byte >> 4];
            shown += hex_digits[byte & 15];
        } else {
            shown += c;
        }
    }
    // removes a multi-byte character that the limit cut
    shown.resize(ascii_only ? shown.size() : valid_utf8_prefix(shown));
    shown += text.size() > max_shown ? "...\"" : "\"";
    return shown;
}

} // namespace coquest::inline v0::detail
