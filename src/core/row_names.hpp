// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The names in a row that this library has encoded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coquest::detail {

/// Puts the names of all symbols and columns of @p row into @p out, as they are on the wire.
void list_names(std::string_view row, std::vector<std::string_view>& out);

/// Returns a name that is in @p row twice, without its escapes; empty where there is none. ASCII
/// letters are compared without regard to case. @p names is scratch space.
[[nodiscard]] std::string find_duplicate(std::string_view row,
                                         std::vector<std::string_view>& names);

} // namespace coquest::detail
