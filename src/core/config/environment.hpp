// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace coquest::inline v0::detail {

/// Returns the value of the environment variable @p name, or null if it is not set. Also returns
/// null in a program that has other privileges than its caller (setuid, file capabilities), so that
/// the caller cannot choose the server or the trusted roots.
[[nodiscard]] const char* environment(const char* name) noexcept;

} // namespace coquest::inline v0::detail
