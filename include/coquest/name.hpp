// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Names of tables and columns (docs/protocol.md, Names). The compiler checks a literal, so that it
// costs nothing at run time; any other string is checked when it is written.
#pragma once

#include <coquest/detail/check_name.hpp>
#include <coquest/detail/language.hpp>
#include <coquest/detail/null_text.hpp>

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace coquest::inline v0 {
namespace detail {

// Called for a bad literal. They are not constexpr, so that the compiler shows their names.
void this_name_is_empty();
void this_name_holds_a_character_that_questdb_forbids();
void this_table_name_begins_or_ends_with_a_dot_or_holds_two_in_a_row();
void this_table_name_begins_or_ends_with_a_blank();
void this_name_holds_a_byte_order_mark();
void this_name_is_not_utf8();
void this_name_is_not_terminated();

template <class T>
inline constexpr bool is_literal_array = false;
template <std::size_t N>
inline constexpr bool is_literal_array<const char (&)[N]> = true;

/// A string that converts to text and is not a literal; literals have a consteval constructor.
template <class T>
concept runtime_name = std::convertible_to<T, std::string_view> && !is_literal_array<T&&> &&
                       !std::same_as<std::remove_cvref_t<T>, std::string_view>;

/// Refers to a name, and holds what is known of it. Lifetime: the characters must outlive the call
/// to which the name is passed.
template <name_kind Kind>
class basic_name {
public:
    /// Refers to a literal. A literal that breaks the rules does not compile.
    template <std::size_t N>
    consteval basic_name(const char (&literal)[N]) // NOLINT(google-explicit-constructor)
        : data_(literal), size_and_flags_((N - 1) * size_unit | checked_flag)
    {
        const std::string_view name(literal, N - 1);
        if (literal[N - 1] != '\0') {
            this_name_is_not_terminated();
        }
        const name_check result = check_name(name, Kind);
        size_and_flags_ |= result.escaped ? escaped_flag : 0;
        switch (result.problem) {
        case name_problem::none: break;
        case name_problem::empty: this_name_is_empty(); break;
        case name_problem::forbidden_character:
            this_name_holds_a_character_that_questdb_forbids();
            break;
        case name_problem::misplaced_dot:
            this_table_name_begins_or_ends_with_a_dot_or_holds_two_in_a_row();
            break;
        case name_problem::outer_blank: this_table_name_begins_or_ends_with_a_blank(); break;
        case name_problem::byte_order_mark: this_name_holds_a_byte_order_mark(); break;
        case name_problem::invalid_utf8: this_name_is_not_utf8(); break;
        }
    }

    /// Refers to a string, which is checked when it is written. A null pointer is
    /// errc::invalid_name then.
    template <runtime_name T>
    constexpr basic_name(T&& name) noexcept // NOLINT(google-explicit-constructor)
        : basic_name(runtime_text<std::remove_cvref_t<T>>(name))
    {
    }
    basic_name(std::nullptr_t) = delete;
    /// Refers to a string, which is checked when it is written.
    constexpr basic_name(std::string_view name) noexcept // NOLINT(google-explicit-constructor)
        : data_(name.data()), size_and_flags_(name.size() * size_unit)
    {
    }

    /// Returns the name without escapes.
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {data_, size()}; }
    /// Returns the number of bytes.
    [[nodiscard]] constexpr std::size_t size() const noexcept
    {
        return size_and_flags_ / size_unit;
    }
    /// Returns true if the name was checked and is sent without escapes.
    [[nodiscard]] constexpr bool plain() const noexcept
    {
        return size_and_flags_ % size_unit == checked_flag;
    }
    /// Returns true if the name was checked by the compiler.
    [[nodiscard]] constexpr bool checked() const noexcept
    {
        return (size_and_flags_ & checked_flag) != 0;
    }

private:
    static constexpr std::size_t checked_flag = 1;
    static constexpr std::size_t escaped_flag = 2;
    static constexpr std::size_t size_unit = 4; // the size is above the flags

    template <class T>
    static constexpr std::string_view runtime_text(const T& name) noexcept
    {
        if constexpr (c_string<T>) {
            return text_of(static_cast<const char*>(name));
        } else {
            return static_cast<std::string_view>(name);
        }
    }

    const char* data_;
    std::size_t size_and_flags_; // in one word, so that a name is passed in two registers
};

} // namespace detail

/// Refers to the name of a table. Converts from a literal, which the compiler checks, or from any
/// string, which is checked when it is written.
using table_name = detail::basic_name<detail::name_kind::table>;

/// Refers to the name of a column or symbol. Converts as table_name does.
using column_name = detail::basic_name<detail::name_kind::column>;

} // namespace coquest::inline v0
