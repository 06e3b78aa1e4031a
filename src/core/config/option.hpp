// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The table of configuration keys: one line each, from which everything about a key follows.
#pragma once

#include <coquest/config.hpp>
#include <coquest/detail/fault.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coquest::detail {

enum class option_scope : std::uint8_t { any, http, tcp, tls };

enum class option_text : std::uint8_t {
    plain,       // a number, a keyword, an address: no value holds a ';'
    free_text,   // any text
    secret_text, // any text, which no message repeats
};

struct option {
    std::string_view name;
    option_scope scope;
    option_text text;
    fault (*set)(config& target, std::string_view key, std::string_view value);
};

/// Returns the option that @p key or its alias names; null where there is none.
[[nodiscard]] const option* find_option(std::string_view key) noexcept;

/// Returns the known key that @p key is a misspelling of; empty where none is near.
[[nodiscard]] std::string_view nearest_key(std::string_view key) noexcept;

/// Fails where an option of @p scope, called @p key, has no effect on @p transport.
[[nodiscard]] fault check_scope(std::string_view key, option_scope scope, protocol transport);

/// Fails for tls_verify::unsafe_off unless this build allows it.
[[nodiscard]] fault check_verify(tls_verify verify);

/// Returns the fault of a pin that is none.
[[nodiscard]] fault pin_fault(std::string_view key);

/// Returns the fault of tls_roots beside a tls_ca other than pem_file.
[[nodiscard]] fault roots_conflict();

} // namespace coquest::detail
