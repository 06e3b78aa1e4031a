// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The values of configuration keys. No message quotes a value: with a ';' forgotten, the value of a
// harmless key holds the password.
#pragma once

#include <coquest/config.hpp>
#include <coquest/detail/fault.hpp>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace coquest::detail {

/// The longest duration, so that a deadline cannot overflow a clock.
inline constexpr std::chrono::milliseconds longest_timeout = std::chrono::hours(24 * 365);

inline constexpr std::size_t min_name_len = 16;    // bytes, as the official clients demand
inline constexpr std::size_t min_buf_size = 1024;  // bytes, likewise
inline constexpr int min_backoff = 10;             // milliseconds, likewise
inline constexpr std::size_t max_connections = 64; // a server takes 64 or 256 in all

/// Returns an errc::config_error that says @p message.
[[nodiscard]] fault config_fault(std::string message);

/// Returns an errc::config_error that says `"<key>" <rest>`.
[[nodiscard]] fault key_fault(std::string_view key, std::string_view rest);

/// Finds the first character that no value may hold: a control character, or a byte that is not
/// UTF-8. Returns the size of @p text where there is none.
[[nodiscard]] std::size_t find_illegal(std::string_view text) noexcept;

/// Fails where find_illegal() finds something.
[[nodiscard]] fault check_text(std::string_view key, std::string_view text);

/// Says whether @p host is a DNS name in ASCII, an IPv4 or an IPv6 literal.
[[nodiscard]] bool is_host(std::string_view host) noexcept;

/// Parses whole milliseconds from @p least to longest_timeout.
[[nodiscard]] fault parse_millis(std::string_view key, std::string_view text, int least,
                                 std::chrono::milliseconds& out);

/// Fails for a duration outside that range.
[[nodiscard]] fault check_millis(std::string_view key, std::chrono::milliseconds value, int least);

/// Parses a count of at least @p least.
[[nodiscard]] fault parse_count(std::string_view key, std::string_view text, std::size_t least,
                                std::size_t& out);

/// Parses bytes, at least @p least, with an optional suffix k, m or g (or kb, mb, gb) of any case.
[[nodiscard]] fault parse_size(std::string_view key, std::string_view text, std::size_t least,
                               std::size_t& out);

/// Parses a comma-separated list of addresses and appends it to those of @p target.
[[nodiscard]] fault append_addresses(config& target, std::string_view text);

/// Checks addresses, each alone, against each other and against the transport.
[[nodiscard]] fault check_addresses(std::span<const server_address> all);

} // namespace coquest::detail
