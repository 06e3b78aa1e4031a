// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <system_error>

namespace coquest::net {

/// Says what a socket's or resolver's error means, in the words that users search for, and what to
/// do about it.
[[nodiscard]] std::string explain(std::error_code ec);

} // namespace coquest::net
