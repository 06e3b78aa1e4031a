// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Makes text from a server safe for a message. The text may hold anything, and the message may be
// shown on a terminal or written to a log.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

/// Returns @p text as one line of valid UTF-8. Replaces line ends and tabs by blanks and invalid
/// bytes by U+FFFD. Removes other control and direction characters, leading and trailing blanks,
/// and all but one of several blanks in a row. Cuts the result to @p limit bytes; a text that was
/// cut ends with "...".
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit);

} // namespace coquest::inline v0::detail
