// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/ilp/name.hpp"

#include "core/text/quoted.hpp"

#include <coquest/detail/null_text.hpp>

namespace coquest::inline v0::detail {

std::string explain(const name_check& result, std::string_view name, name_kind kind)
{
    const std::string subject = kind == name_kind::table ? "table name" : "column name";
    if (is_null_text(name)) {
        return subject + " is a null pointer";
    }
    const std::string position = " at byte " + std::to_string(result.position);
    switch (result.problem) {
    case name_problem::none: break;
    case name_problem::empty: return subject + " is empty";
    case name_problem::forbidden_character:
        return subject + " " + quoted(name) + ": character " +
               quoted(name.substr(result.position, 1)) + position + " is not allowed";
    case name_problem::misplaced_dot:
        return subject + " " + quoted(name) + ": dot" + position +
               " is not allowed: dots go between other characters, one at a time";
    case name_problem::outer_blank:
        return subject + " " + quoted(name) + ": blank" + position +
               " is not allowed: a table name neither begins nor ends with one";
    case name_problem::byte_order_mark:
        return subject + " " + quoted(name) + ": byte order mark (U+FEFF)" + position +
               " is not allowed";
    case name_problem::invalid_utf8:
        return subject + " " + quoted(name) + ": invalid UTF-8" + position;
    }
    return subject + " " + quoted(name) + " is valid";
}

} // namespace coquest::inline v0::detail
