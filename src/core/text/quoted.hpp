// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

/// Returns @p text in quotes for an error message. Replaces control characters by \xNN, and all
/// bytes above 0x7f too if @p text is not valid UTF-8. Cuts the text after 64 bytes.
[[nodiscard]] std::string quoted(std::string_view text);

} // namespace coquest::inline v0::detail
