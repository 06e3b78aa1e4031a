// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/base64.hpp"

#include <array>

namespace coquest::detail {
namespace {

constexpr std::string_view alphabet_of(base64 alphabet) noexcept
{
    return alphabet == base64::standard
               ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
               : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
}

constexpr std::uint8_t no_digit = 64;

// The value of each character. A bundle of roots has 290,000.
constexpr std::array<std::uint8_t, 256> values_of(base64 alphabet) noexcept
{
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    const std::string_view digits = alphabet_of(alphabet);
    for (std::uint8_t i = 0; i < no_digit; ++i) {
        values[static_cast<unsigned char>(digits[i])] = i;
    }
    return values;
}

constexpr std::array<std::uint8_t, 256> standard_values = values_of(base64::standard);
constexpr std::array<std::uint8_t, 256> url_values = values_of(base64::url);

std::string_view without_padding(std::string_view text) noexcept
{
    if (text.size() % 4 != 0) {
        return text;
    }
    for (int i = 0; i < 2 && text.ends_with('='); ++i) {
        text.remove_suffix(1);
    }
    return text;
}

} // namespace

void base64_encode(std::span<const std::byte> bytes, base64 alphabet, std::string& out)
{
    const std::string_view digits = alphabet_of(alphabet);
    while (!bytes.empty()) {
        const std::size_t n = bytes.size() < 3 ? bytes.size() : 3;
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            group = group << 8 | (i < n ? std::to_integer<std::uint32_t>(bytes[i]) : 0);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            if (i <= n) {
                out += digits[group >> (18 - 6 * i) & 63];
            } else if (alphabet == base64::standard) {
                out += '=';
            }
        }
        bytes = bytes.subspan(n);
    }
}

std::optional<std::size_t> base64_decode(std::string_view text, base64 alphabet,
                                         std::span<std::byte> out) noexcept
{
    const auto& values = alphabet == base64::standard ? standard_values : url_values;
    const std::string_view digits = without_padding(text);
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
        if (((a | b | c | d) & no_digit) != 0) {
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
        if (digit == no_digit) {
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

} // namespace coquest::detail
