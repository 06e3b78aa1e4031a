// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Finds names and row ends in rows that this library has encoded.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {

/// Replaces @p out by the names of all symbols and columns of @p row, with their escapes.
void list_names(std::string_view row, std::vector<std::string_view>& out);

/// Returns the size of the first row of @p rows, including its line feed.
[[nodiscard]] std::size_t row_size(std::string_view rows);

/// Returns a name that appears twice in @p row, without its escapes, or an empty string. Names are
/// compared without regard to case, as the server does. @p names is scratch space.
[[nodiscard]] std::string find_duplicate(std::string_view row,
                                         std::vector<std::string_view>& names);

} // namespace coquest::inline v0::detail
