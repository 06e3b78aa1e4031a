// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coquest/name.hpp>

#include <string>
#include <string_view>

namespace coquest::detail {

/// Returns what to tell the user about a name that check_name refused.
[[nodiscard]] std::string explain(const name_check& found, std::string_view name, name_kind kind);

/// Returns @p text in quotes, bounded, with bytes that do not print as \xNN.
[[nodiscard]] std::string quoted(std::string_view text);

} // namespace coquest::detail
