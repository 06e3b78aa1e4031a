// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The current time for the dates of certificates, and its form in messages.
#pragma once

#include <chrono>
#include <string>

namespace coquest::inline v0::detail {

using time_source = std::chrono::sys_seconds (*)() noexcept;

/// Returns the time that dates of certificates are compared with: the system clock's, or a test's.
[[nodiscard]] std::chrono::sys_seconds current_time() noexcept;

/// Replaces that time in tests; null restores the system clock. wolfSSL has a clock of its own,
/// which a test must set as well.
void set_time_source(time_source source) noexcept;

/// Returns @p time as "2026-12-31 23:59:59 UTC".
[[nodiscard]] std::string date_text(std::chrono::sys_seconds time);

} // namespace coquest::inline v0::detail
