// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

/// Returns @p count and @p noun, with an s unless the count is 1: "1 row", "2 rows".
[[nodiscard]] inline std::string counted(std::size_t count, std::string_view noun)
{
    std::string text = std::to_string(count);
    text.append(" ").append(noun);
    return count == 1 ? text : text + "s";
}

} // namespace coquest::inline v0::detail
