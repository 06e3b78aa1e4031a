// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The values of options: how they are set, checked and shown, by the row of the option.
#pragma once

#include "core/config/option.hpp"

#include <coquest/config.hpp>
#include <coquest/detail/status.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace coquest::inline v0::detail {

/// Returns the member of a config, or of its tls_options.
template <class Config, class T>
auto& member_of(Config& target, T config::* member) noexcept
{
    return target.*member;
}

/// \copydoc member_of
template <class Config, class T>
auto& member_of(Config& target, T tls_options::* member) noexcept
{
    return target.tls.*member;
}

/// Returns what a text for @p row must be, for messages: "whole milliseconds from 1 to 5".
[[nodiscard]] std::string expected_value(const option& row);

/// Fails if @p target has a value for @p row that the row does not allow.
[[nodiscard]] status check_value(const option& row, const config& target);

/// Returns whether @p target has the default of @p row.
[[nodiscard]] bool has_default(const option& row, const config& target);

/// Adapts what follows from the option @p row, which has just been set: a smaller max_buf_size
/// lowers the default of init_buf_size, and tls_roots imply tls_ca::pem_file.
void set_implied(config& target, const option& row);

/// Sets an option from the value that its member has. Changes nothing if the option has no effect
/// with the transport, or if its row does not allow the value.
template <class Owner, class T>
[[nodiscard]] status set_value(config& target, T Owner::* member, std::type_identity_t<T> value,
                               const option& row)
{
    if (status result = check_scope(row, target.transport); !result.ok()) {
        return result;
    }
    T previous = std::exchange(member_of(target, member), std::move(value));
    status result = check_value(row, target);
    if (result.ok()) {
        set_implied(target, row);
    } else {
        member_of(target, member) = std::move(previous);
    }
    return result;
}

/// \copydoc set_value
template <class Owner, class T>
[[nodiscard]] status set_value(config& target, T Owner::* member, std::type_identity_t<T> value)
{
    return set_value(target, member, std::move(value), option_of(member));
}

/// Sets an option from a text, as set_value() does. Several addresses or pins are appended.
[[nodiscard]] status set_text(config& target, const option& row, std::string_view text);

/// A value to show: a switch, a number, a text, or several. Empty: no value.
using shown_value =
    std::variant<std::monostate, bool, std::uint64_t, std::string, std::vector<std::string>>;

/// Returns the value of @p row to show. A secret is "***".
[[nodiscard]] shown_value value_of(const option& row, const config& target);

/// Returns the value of @p row as a configuration string has it, "none" if there is no value, and
/// "***" for a secret.
[[nodiscard]] std::string value_text(const option& row, const config& target);

} // namespace coquest::inline v0::detail
