// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The rules for names of tables and columns (docs/protocol.md, Names).
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/detail/utf8.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace coquest::inline v0::detail {

/// Classifies a byte of a name. The classes of all bytes of a name are combined by `|`.
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
    for (unsigned c = 0; c < 0x10; ++c) { // the server accepts 0x10 to 0x1f
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
    outer_blank,
    byte_order_mark,
    invalid_utf8,
};

struct name_check {
    name_problem problem = name_problem::none;
    std::size_t position = 0; // of the offending byte
    bool escaped = false;     // whether a byte needs a backslash
};

/// Finds the first byte that breaks the rules for a name of the given kind.
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
    if (escaped && kind == name_kind::table && (name.front() == ' ' || name.back() == ' ')) {
        return {name_problem::outer_blank, name.front() == ' ' ? 0 : name.size() - 1, false};
    }
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

} // namespace coquest::inline v0::detail
