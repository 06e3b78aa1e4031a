// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Base64 (RFC 4648): Basic authentication and signatures use the standard alphabet, JSON web keys
// the url one. Decodes into the caller's memory, since what comes out may be a key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace coquest::detail {

enum class base64 : std::uint8_t {
    standard, // + and /, padded
    url,      // - and _, not padded
};

/// Returns the length of the text for @p bytes bytes.
[[nodiscard]] constexpr std::size_t base64_length(std::size_t bytes, base64 alphabet) noexcept
{
    return alphabet == base64::standard ? (bytes + 2) / 3 * 4 : (bytes * 4 + 2) / 3;
}

/// Appends the text of @p bytes to @p out. Allocates only where the capacity of @p out is too
/// small.
void base64_encode(std::span<const std::byte> bytes, base64 alphabet, std::string& out);

/// Decodes @p text into @p out and returns the bytes written. Padding may be absent. Empty where
/// the text holds another character, does not end where base64 can, or does not fit.
[[nodiscard]] std::optional<std::size_t> base64_decode(std::string_view text, base64 alphabet,
                                                       std::span<std::byte> out) noexcept;

} // namespace coquest::detail
