// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The rules for names, checked one after the other (docs/protocol.md, Names).
#pragma once

#include "support/text_reference.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace coquest::test {

/// What is wrong with a name, and at which byte.
struct name_fault {
    enum class kind { empty, blank, dot, character, byte_order_mark, utf8 } what = kind::empty;
    std::size_t position = 0;
};

/// Returns the first error in a name, if any. Leading and trailing blanks are checked first, then
/// dots and characters, then byte order marks and the encoding.
inline std::optional<name_fault> find_name_fault(std::string_view name, bool is_table)
{
    using kind = name_fault::kind;
    if (name.empty()) {
        return name_fault{kind::empty, 0};
    }
    if (is_table && name.front() == ' ') {
        return name_fault{kind::blank, 0};
    }
    if (is_table && name.back() == ' ') {
        return name_fault{kind::blank, name.size() - 1};
    }
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (c == '.' && is_table) {
            if (i == 0 || i == name.size() - 1 || name[i - 1] == '.') {
                return name_fault{kind::dot, i};
            }
            continue;
        }
        constexpr std::string_view forbidden = "?,'\"\\/:)(+*%~\r\n\x7f";
        const bool is_control = static_cast<unsigned char>(c) < 0x10;
        if (is_control || forbidden.find(c) != forbidden.npos ||
            (!is_table && (c == '.' || c == '-'))) {
            return name_fault{kind::character, i};
        }
    }
    if (const std::size_t mark = name.find("\xef\xbb\xbf"); mark != name.npos) {
        return name_fault{kind::byte_order_mark, mark};
    }
    if (const std::size_t valid = utf8_prefix(name); valid != name.size()) {
        return name_fault{kind::utf8, valid};
    }
    return std::nullopt;
}

} // namespace coquest::test
