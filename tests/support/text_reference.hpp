// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reference implementations for the text kernels: byte by byte, straight from the definitions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coquest::test {

/// Returns the length of the first character of @p text, which must not be empty; 0 if it is not
/// valid UTF-8.
inline std::size_t utf8_character_length(std::string_view text)
{
    const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    if (byte(0) < 0x80) {
        return 1;
    }
    // 110xxxxx, 1110xxxx, 11110xxx
    const std::size_t length = (byte(0) & 0xe0) == 0xc0   ? 2
                               : (byte(0) & 0xf0) == 0xe0 ? 3
                               : (byte(0) & 0xf8) == 0xf0 ? 4
                                                          : 0;
    if (length == 0 || length > text.size()) {
        return 0;
    }
    std::uint32_t code_point = byte(0) & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) {
            return 0;
        }
        code_point = code_point << 6 | (byte(i) & 0x3fU);
    }
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    return code_point < least[length] || code_point > 0x10ffff || surrogate ? 0 : length;
}

/// Returns the length of the longest prefix of @p text that is valid UTF-8.
inline std::size_t utf8_prefix(std::string_view text)
{
    std::size_t valid = 0;
    while (valid < text.size()) {
        const std::size_t length = utf8_character_length(text.substr(valid));
        if (length == 0) {
            break;
        }
        valid += length;
    }
    return valid;
}

/// Returns @p text with a backslash before each byte of @p special.
inline std::string escaped(std::string_view text, std::string_view special)
{
    std::string result;
    for (const char c : text) {
        if (special.find(c) != special.npos) {
            result += '\\';
        }
        result += c;
    }
    return result;
}

/// Returns what put_symbol writes; nullopt if it rejects the value.
inline std::optional<std::string> symbol_text(std::string_view value)
{
    if (utf8_prefix(value) != value.size() || value.find('\0') != value.npos) {
        return std::nullopt;
    }
    return escaped(value, " ,=\n\r\\");
}

/// Returns what put_string writes; nullopt if it rejects the value.
inline std::optional<std::string> string_text(std::string_view value)
{
    if (utf8_prefix(value) != value.size()) {
        return std::nullopt;
    }
    return '"' + escaped(value, "\n\r\"\\") + '"';
}

} // namespace coquest::test
