// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/row_names.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace coquest::detail {
namespace {

/// Returns the offset of the first byte of @p ends, from @p at on, that has no backslash before it.
std::size_t find_plain(std::string_view row, std::size_t at, std::string_view ends) noexcept
{
    while (ends.find(row[at]) == ends.npos) {
        at += row[at] == '\\' ? 2 : 1;
    }
    return at;
}

/// Returns the end of a binary value, whose type is at @p at.
std::size_t skip_binary(std::string_view row, std::size_t at) noexcept
{
    const auto byte = [row](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(row[i]));
    };
    switch (row[at]) {
    case 0x10: return at + 1 + sizeof(double);
    case 0x17: return at + 3 + byte(at + 2);
    default: break; // an array
    }
    const std::size_t rank = byte(at + 2);
    std::size_t bytes = sizeof(double);
    for (std::size_t i = 0; i < rank; ++i) {
        std::uint32_t length = 0;
        std::memcpy(&length, row.data() + at + 3 + 4 * i, sizeof length);
        bytes *= length;
    }
    return at + 3 + 4 * rank + bytes;
}

std::size_t skip_field_value(std::string_view row, std::size_t at) noexcept
{
    if (row[at] == '=') {
        return skip_binary(row, at + 1);
    }
    if (row[at] == '"') {
        return find_plain(row, at + 1, "\"") + 1;
    }
    return row.find_first_of(", \n", at);
}

bool less_ignoring_case(std::string_view a, std::string_view b) noexcept
{
    return std::ranges::lexicographical_compare(a, b, {}, to_lower, to_lower);
}

/// Calls @p visit with each name of the first row of @p rows, and returns the row's size.
template <class Visit>
std::size_t walk_row(std::string_view rows, Visit visit)
{
    std::size_t at = find_plain(rows, 0, ", ");
    bool fields = rows[at] == ' ';
    for (;;) {
        const std::size_t begin = at + 1;
        const std::size_t end = find_plain(rows, begin, "= \n");
        if (rows[end] != '=') {
            at = end; // the timestamp of a row without columns
            break;
        }
        visit(rows.substr(begin, end - begin));
        at = fields ? skip_field_value(rows, end + 1) : find_plain(rows, end + 1, ", \n");
        if (rows[at] == '\n' || (fields && rows[at] == ' ')) {
            break;
        }
        fields = fields || rows[at] == ' ';
    }
    return rows.find('\n', at) + 1;
}

} // namespace

void list_names(std::string_view row, std::vector<std::string_view>& out)
{
    out.clear();
    walk_row(row, [&out](std::string_view name) { out.push_back(name); });
}

std::size_t row_size(std::string_view rows)
{
    return walk_row(rows, [](std::string_view) {});
}

std::string find_duplicate(std::string_view row, std::vector<std::string_view>& names)
{
    list_names(row, names);
    std::ranges::sort(names, less_ignoring_case);
    const auto equal = [](std::string_view a, std::string_view b) {
        return std::ranges::equal(a, b, {}, to_lower, to_lower);
    };
    const auto found = std::ranges::adjacent_find(names, equal);
    std::string name;
    for (std::size_t i = 0; found != names.end() && i < found->size(); ++i) {
        i += (*found)[i] == '\\' ? 1 : 0;
        name += (*found)[i];
    }
    return name;
}

} // namespace coquest::detail
