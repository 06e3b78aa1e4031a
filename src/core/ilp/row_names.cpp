// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/ilp/row_names.hpp"

#include <coquest/detail/same_name.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace coquest::inline v0::detail {
namespace {

/// Returns the position of the first byte of @p ends at or after @p position that is not escaped.
std::size_t find_plain(std::string_view row, std::size_t position, std::string_view ends) noexcept
{
    while (ends.find(row[position]) == ends.npos) {
        position += row[position] == '\\' ? 2 : 1;
    }
    return position;
}

/// Returns the end of a binary value whose type byte is at @p position.
std::size_t skip_binary(std::string_view row, std::size_t position) noexcept
{
    const auto byte = [row](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(row[i]));
    };
    switch (row[position]) {
    case 0x10: return position + 1 + sizeof(double);
    case 0x17: return position + 3 + byte(position + 2);
    default: break; // array
    }
    const std::size_t rank = byte(position + 2);
    std::size_t bytes = sizeof(double);
    for (std::size_t i = 0; i < rank; ++i) {
        std::uint32_t length = 0;
        std::memcpy(&length, row.data() + position + 3 + 4 * i, sizeof length);
        bytes *= length;
    }
    return position + 3 + 4 * rank + bytes;
}

std::size_t skip_field_value(std::string_view row, std::size_t position) noexcept
{
    if (row[position] == '=') {
        return skip_binary(row, position + 1);
    }
    if (row[position] == '"') {
        return find_plain(row, position + 1, "\"") + 1;
    }
    return row.find_first_of(", \n", position);
}

bool name_less(std::string_view a, std::string_view b) noexcept
{
    return compare_names(a, b) < 0;
}

/// Calls @p visit with each name in the first row of @p rows, and returns the size of that row.
template <class Visit>
std::size_t walk_row(std::string_view rows, Visit visit)
{
    std::size_t position = find_plain(rows, 0, ", ");
    bool fields = rows[position] == ' ';
    for (;;) {
        const std::size_t begin = position + 1;
        const std::size_t end = find_plain(rows, begin, "= \n");
        if (rows[end] != '=') {
            position = end; // the timestamp of a row without columns
            break;
        }
        visit(rows.substr(begin, end - begin));
        position = fields ? skip_field_value(rows, end + 1) : find_plain(rows, end + 1, ", \n");
        if (rows[position] == '\n' || (fields && rows[position] == ' ')) {
            break;
        }
        fields = fields || rows[position] == ' ';
    }
    return rows.find('\n', position) + 1;
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
    std::ranges::sort(names, name_less);
    const auto found = std::ranges::adjacent_find(names, same_name);
    std::string name;
    for (std::size_t i = 0; found != names.end() && i < found->size(); ++i) {
        i += (*found)[i] == '\\' ? 1 : 0;
        name += (*found)[i];
    }
    return name;
}

} // namespace coquest::inline v0::detail
