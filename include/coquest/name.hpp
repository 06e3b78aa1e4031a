// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Names of tables and columns. A literal is checked by the compiler and costs nothing later; a
// string of the run time is checked when it is written. The rules are the server's (contract §3.1).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace coquest {
namespace detail {

/// What a byte means in a name; the classes of all bytes of a name are or-ed together.
enum name_byte : unsigned char {
    name_forbidden = 1,        // in any name
    name_column_forbidden = 2, // in a symbol or column name
    name_escaped = 4,          // legal, and preceded by a backslash on the wire
    name_dot = 8,              // legal in a table name, depending on its neighbours
    name_not_ascii = 16,       // part of a multi-byte character, which must be valid UTF-8
};

consteval std::array<unsigned char, 256> make_name_bytes()
{
    std::array<unsigned char, 256> classes{};
    for (unsigned c = 0; c < 0x10; ++c) { // 0x10 to 0x1f are legal, strange as it is
        classes[c] = name_forbidden;
    }
    for (const char c : std::string_view("?,'\"\\/:)(+*%~\x7f")) {
        classes[static_cast<unsigned char>(c)] = name_forbidden;
    }
    classes['-'] = name_column_forbidden;
    classes['.'] = name_column_forbidden | name_dot;
    classes[' '] = name_escaped;
    classes['='] = name_escaped;
    for (unsigned c = 0x80; c < 0x100; ++c) {
        classes[c] = name_not_ascii;
    }
    return classes;
}

inline constexpr std::array<unsigned char, 256> name_bytes = make_name_bytes();

enum class name_kind : unsigned char { table, column };

enum class name_problem : unsigned char {
    none,
    empty,
    forbidden_character,
    misplaced_dot,
    byte_order_mark,
    invalid_utf8,
};

struct name_check {
    name_problem problem = name_problem::none;
    std::size_t position = 0; // of the offending byte
    bool escaped = false;     // whether a byte needs a backslash
};

/// Returns the offset of the first byte that is not part of valid UTF-8, or @p text's size.
constexpr std::size_t valid_utf8_prefix(std::string_view text) noexcept
{
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](std::size_t i) {
        return i < text.size() && (byte(i) & 0xc0) == 0x80;
    };
    std::size_t i = 0;
    while (i < text.size()) {
        const unsigned char lead = byte(i);
        if (lead < 0x80) {
            ++i;
        } else if (lead >= 0xc2 && lead < 0xe0) {
            if (!continues(i + 1)) {
                return i;
            }
            i += 2;
        } else if (lead >= 0xe0 && lead < 0xf0) {
            // no overlong form below U+0800, no surrogate U+D800 to U+DFFF
            if (!continues(i + 1) || !continues(i + 2) || (lead == 0xe0 && byte(i + 1) < 0xa0) ||
                (lead == 0xed && byte(i + 1) >= 0xa0)) {
                return i;
            }
            i += 3;
        } else if (lead >= 0xf0 && lead < 0xf5) {
            // no overlong form below U+10000, nothing above U+10FFFF
            if (!continues(i + 1) || !continues(i + 2) || !continues(i + 3) ||
                (lead == 0xf0 && byte(i + 1) < 0x90) || (lead == 0xf4 && byte(i + 1) >= 0x90)) {
                return i;
            }
            i += 4;
        } else {
            return i;
        }
    }
    return i;
}

/// Finds the first problem of a name of the given kind.
constexpr name_check check_name(std::string_view name, name_kind kind) noexcept
{
    if (name.empty()) {
        return {name_problem::empty, 0, false};
    }
    unsigned seen = 0;
    for (const char c : name) {
        seen |= name_bytes[static_cast<unsigned char>(c)];
    }
    const unsigned fatal = kind == name_kind::column ? name_forbidden | name_column_forbidden
                                                     : name_forbidden | name_dot;
    const bool escaped = (seen & name_escaped) != 0;
    if ((seen & (fatal | name_not_ascii)) == 0) {
        return {name_problem::none, 0, escaped};
    }
    for (std::size_t i = 0; i < name.size(); ++i) {
        const unsigned byte_class = name_bytes[static_cast<unsigned char>(name[i])];
        if (kind == name_kind::table && (byte_class & name_dot) != 0) {
            if (i == 0 || i + 1 == name.size() || name[i - 1] == '.') {
                return {name_problem::misplaced_dot, i, false};
            }
        } else if ((byte_class & fatal) != 0) {
            return {name_problem::forbidden_character, i, false};
        }
    }
    if ((seen & name_not_ascii) != 0) {
        if (const std::size_t mark = name.find("\xef\xbb\xbf"); mark != name.npos) {
            return {name_problem::byte_order_mark, mark, false};
        }
        if (const std::size_t valid = valid_utf8_prefix(name); valid != name.size()) {
            return {name_problem::invalid_utf8, valid, false};
        }
    }
    return {name_problem::none, 0, escaped};
}

// Called where a literal is wrong: not constexpr, so that their names are the compiler's message.
void this_name_is_empty();
void this_name_holds_a_character_that_questdb_forbids();
void this_table_name_begins_or_ends_with_a_dot_or_holds_two_in_a_row();
void this_name_holds_a_byte_order_mark();
void this_name_is_not_utf8();
void this_name_is_not_terminated();

template <class T>
inline constexpr bool is_literal_array = false;
template <std::size_t N>
inline constexpr bool is_literal_array<const char (&)[N]> = true;

/// A string of the run time that converts to text: not a literal, which is consteval's.
template <class T>
concept runtime_name = std::convertible_to<T, std::string_view> && !is_literal_array<T&&> &&
                       !std::same_as<std::remove_cvref_t<T>, std::string_view>;

/// A name and what is known of it. It refers to its characters: they outlive the call it is for.
template <name_kind Kind>
class basic_name {
public:
    /// Checks a literal; one that breaks the rules does not compile.
    template <std::size_t N>
    consteval basic_name(const char (&literal)[N]) // NOLINT(google-explicit-constructor)
        : data_(literal), size_and_flags_((N - 1) * one | checked_flag)
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
        case name_problem::byte_order_mark: this_name_holds_a_byte_order_mark(); break;
        case name_problem::invalid_utf8: this_name_is_not_utf8(); break;
        }
    }

    /// Takes a string of the run time; it is checked when it is written.
    template <runtime_name T>
    constexpr basic_name(T&& name) noexcept // NOLINT(google-explicit-constructor)
        : basic_name(static_cast<std::string_view>(name))
    {
    }
    constexpr basic_name(std::string_view name) noexcept // NOLINT(google-explicit-constructor)
        : data_(name.data()), size_and_flags_(name.size() * one)
    {
    }

    /// Returns the name as given, without escapes.
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {data_, size()}; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_and_flags_ / one; }
    /// Says whether the name was checked and goes on the wire as it is.
    [[nodiscard]] constexpr bool plain() const noexcept
    {
        return size_and_flags_ % one == checked_flag;
    }
    /// Says whether the name was checked already.
    [[nodiscard]] constexpr bool checked() const noexcept
    {
        return (size_and_flags_ & checked_flag) != 0;
    }

private:
    static constexpr std::size_t checked_flag = 1;
    static constexpr std::size_t escaped_flag = 2;
    static constexpr std::size_t one = 4; // of the size

    const char* data_;
    std::size_t size_and_flags_; // in one word, so that a name is passed in two registers
};

} // namespace detail

/// Names a table. Converts from a literal, checked by the compiler, or from any string.
using table_name = detail::basic_name<detail::name_kind::table>;

/// Names a column or symbol. Converts from a literal, checked by the compiler, or from any string.
using column_name = detail::basic_name<detail::name_kind::column>;

} // namespace coquest
