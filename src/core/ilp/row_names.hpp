// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What is where in rows that this library has encoded.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::detail {

/// Puts the names of all symbols and columns of @p row into @p out, as they are on the wire.
void list_names(std::string_view row, std::vector<std::string_view>& out);

/// Returns the size of the first of @p rows, with its line end.
[[nodiscard]] std::size_t row_size(std::string_view rows);

/// Returns a name that is in @p row twice, without its escapes; empty where there is none. ASCII
/// letters are compared without regard to case. @p names is scratch space.
[[nodiscard]] std::string find_duplicate(std::string_view row,
                                         std::vector<std::string_view>& names);

} // namespace coquest::detail
