// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Base64 (RFC 4648). Basic authentication and signatures use the standard alphabet, JSON web keys
// use the url alphabet. The decoder writes into the caller's memory, because the result may be a
// key that has to be wiped. The compiler can run the decoder, too: it decodes the roots that are
// compiled in (tls/trust/webpki.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

enum class base64 : std::uint8_t {
    standard, // + and /, padded
    url,      // - and _, not padded
};

/// Returns the digits of @p alphabet, in the order of their values.
[[nodiscard]] constexpr std::string_view base64_alphabet(base64 alphabet) noexcept
{
    return alphabet == base64::standard
               ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
               : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
}

/// Returns the length of the text for @p bytes bytes.
[[nodiscard]] constexpr std::size_t base64_length(std::size_t bytes, base64 alphabet) noexcept
{
    return alphabet == base64::standard ? (bytes + 2) / 3 * 4 : (bytes * 4 + 2) / 3;
}

/// Appends the text of @p bytes to @p out. Allocates only if the capacity of @p out is too small.
void base64_encode(std::span<const std::byte> bytes, base64 alphabet, std::string& out);

inline constexpr std::uint8_t no_base64_digit = 64;

/// Returns the value of each character. A table is fast: a bundle of trusted roots has 290,000
/// characters.
consteval std::array<std::uint8_t, 256> base64_values_of(base64 alphabet) noexcept
{
    std::array<std::uint8_t, 256> values{};
    values.fill(no_base64_digit);
    const std::string_view digits = base64_alphabet(alphabet);
    for (std::uint8_t i = 0; i < no_base64_digit; ++i) {
        values[static_cast<unsigned char>(digits[i])] = i;
    }
    return values;
}

inline constexpr std::array<std::uint8_t, 256> base64_standard_values =
    base64_values_of(base64::standard);
inline constexpr std::array<std::uint8_t, 256> base64_url_values = base64_values_of(base64::url);

[[nodiscard]] constexpr std::string_view without_base64_padding(std::string_view text) noexcept
{
    if (text.size() % 4 != 0) {
        return text;
    }
    for (int i = 0; i < 2 && text.ends_with('='); ++i) {
        text.remove_suffix(1);
    }
    return text;
}

/// Decodes @p text into @p out and returns the number of bytes written. Padding may be absent.
/// Returns nothing if the text holds another character, ends inside a byte, or does not fit.
[[nodiscard]] constexpr std::optional<std::size_t> base64_decode(std::string_view text,
                                                                 base64 alphabet,
                                                                 std::span<std::byte> out) noexcept
{
    const auto& values = alphabet == base64::standard ? base64_standard_values : base64_url_values;
    const std::string_view digits = without_base64_padding(text);
    const auto value = [&](std::size_t i) -> std::uint32_t {
        return values[static_cast<unsigned char>(digits[i])];
    };
    std::size_t written = 0;
    std::size_t at = 0;
    for (; at + 4 <= digits.size() && written + 3 <= out.size(); at += 4) {
        const std::uint32_t a = value(at);
        const std::uint32_t b = value(at + 1);
        const std::uint32_t c = value(at + 2);
        const std::uint32_t d = value(at + 3);
        if (((a | b | c | d) & no_base64_digit) != 0) {
            return std::nullopt;
        }
        const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
        out[written++] = static_cast<std::byte>(group >> 16);
        out[written++] = static_cast<std::byte>(group >> 8 & 0xff);
        out[written++] = static_cast<std::byte>(group & 0xff);
    }
    std::uint32_t pending = 0; // bits that do not fill a byte yet
    unsigned bits = 0;
    for (; at < digits.size(); ++at) {
        const std::uint32_t digit = value(at);
        if (digit == no_base64_digit) {
            return std::nullopt;
        }
        pending = (pending << 6 | digit) & 0xfff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            if (written == out.size()) {
                return std::nullopt;
            }
            out[written++] = static_cast<std::byte>(pending >> bits & 0xff);
        }
    }
    const bool ends_inside_byte = bits == 6 || (pending & ((1U << bits) - 1)) != 0;
    return ends_inside_byte ? std::nullopt : std::optional(written);
}

} // namespace coquest::inline v0::detail
