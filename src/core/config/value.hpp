// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The values of configuration keys. No message quotes a value: if a ';' is missing, the value of a
// harmless key may contain the password.
#pragma once

#include <coquest/config.hpp>
#include <coquest/detail/status.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

/// The longest duration. A deadline that is this far away does not overflow a clock.
inline constexpr std::chrono::milliseconds longest_timeout = std::chrono::hours(24 * 365);

/// The largest size: 1 TiB, or a sixteenth of the address space if that is less. A small multiple
/// of it, or the sum of several sizes, does not overflow.
inline constexpr std::size_t largest_size =
    std::min<std::uint64_t>(std::uint64_t{1} << 40, std::numeric_limits<std::size_t>::max() / 16);

inline constexpr std::size_t max_connections = 64; // a server accepts 64 or 256 in total

/// Returns the default of auto_flush_rows, that of the official clients.
[[nodiscard]] constexpr std::size_t default_rows_per_batch(protocol transport) noexcept
{
    return is_http(transport) ? 75'000 : 600;
}

/// Returns an errc::config_error with the message @p message.
[[nodiscard]] status config_error(std::string message);

/// Returns an errc::config_error with the message `"<key>" <text>`.
[[nodiscard]] status key_error(std::string_view key, std::string_view text);

/// Returns the position of the first character that no value may hold: a control character, or a
/// byte of invalid UTF-8. Returns the size of @p text if every byte is valid.
[[nodiscard]] std::size_t find_illegal(std::string_view text) noexcept;

/// Fails if text_of() made @p value, the value of @p key, from a null pointer.
[[nodiscard]] status check_not_null(std::string_view key, std::string_view value);

/// Fails if @p text, the value of @p key, holds a character that find_illegal() finds.
[[nodiscard]] status check_text(std::string_view key, std::string_view text);

/// Returns whether @p host is a DNS name in ASCII, or an IPv4 or IPv6 literal.
[[nodiscard]] bool is_host(std::string_view host) noexcept;

/// Parses a number of bytes, with an optional suffix k, m or g (or kb, mb, gb) in any case. Returns
/// false if @p text is malformed, or if the number does not fit.
[[nodiscard]] bool parse_bytes(std::string_view text, std::size_t& out) noexcept;

/// Parses a comma-separated list of addresses and appends it to the addresses of @p target.
[[nodiscard]] status append_addresses(config& target, std::string_view text);

/// Fails if one of @p addresses is invalid or appears twice.
[[nodiscard]] status check_addresses(std::span<const server_address> addresses);

} // namespace coquest::inline v0::detail
