// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Text from a server on its way into a message: it may hold anything, and the message may end up on
// a terminal or in a log.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coquest::detail {

/// Returns at most @p limit bytes of @p text as valid UTF-8 on one line: blanks for line ends and
/// tabs, nothing for other control and direction characters, U+FFFD for invalid bytes, no blanks
/// around. "..." ends a text that was cut.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit);

} // namespace coquest::detail
