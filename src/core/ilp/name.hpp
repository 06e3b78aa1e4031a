// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coquest/detail/check_name.hpp>

#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

/// Returns the error message for @p name, for which check_name() returned @p result.
[[nodiscard]] std::string explain(const name_check& result, std::string_view name, name_kind kind);

} // namespace coquest::inline v0::detail
