// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Counts every call of operator new in the process. Linking this in replaces the operators.
#pragma once

#include <cstddef>

namespace coquest::test {

/// Returns the number of allocations so far, of all threads.
[[nodiscard]] std::size_t allocations() noexcept;

} // namespace coquest::test
