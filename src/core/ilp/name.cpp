// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/name.hpp"

namespace coquest::detail {

std::string quoted(std::string_view text)
{
    constexpr std::size_t most_shown = 64;
    constexpr std::string_view hex = "0123456789abcdef";
    const bool ascii_only = valid_utf8_prefix(text) != text.size();
    std::string shown = "\"";
    for (const char c : text.substr(0, most_shown)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && ascii_only)) {
            shown += "\\x";
            shown += hex[byte >> 4];
            shown += hex[byte & 15];
        } else {
            shown += c;
        }
    }
    // a multi-byte character that the bound cut goes whole
    shown.resize(ascii_only ? shown.size() : valid_utf8_prefix(shown));
    shown += text.size() > most_shown ? "...\"" : "\"";
    return shown;
}

std::string explain(const name_check& found, std::string_view name, name_kind kind)
{
    const std::string what = kind == name_kind::table ? "table name" : "column name";
    const std::string at = " at byte " + std::to_string(found.position);
    switch (found.problem) {
    case name_problem::none: break;
    case name_problem::empty: return what + " is empty";
    case name_problem::forbidden_character:
        return what + " " + quoted(name) + ": character " + quoted(name.substr(found.position, 1)) +
               at + " is not allowed";
    case name_problem::misplaced_dot:
        return what + " " + quoted(name) + ": dot" + at +
               " is not allowed: dots go between other characters, one at a time";
    case name_problem::byte_order_mark:
        return what + " " + quoted(name) + ": byte order mark (U+FEFF)" + at + " is not allowed";
    case name_problem::invalid_utf8: return what + " " + quoted(name) + ": invalid UTF-8" + at;
    }
    return what + " " + quoted(name) + " is valid";
}

} // namespace coquest::detail
