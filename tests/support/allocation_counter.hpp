// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Counts every call of operator new in the process, and makes the one that a test selects fail.
// Does nothing under sanitizers, which have their own operators.
#pragma once

#include "support/sanitizers.hpp"

#include <cstddef>
#include <optional>

#if COQUEST_ADDRESS_SANITIZER || COQUEST_THREAD_SANITIZER
#define COQUEST_COUNTS_ALLOCATIONS 0
#else
#define COQUEST_COUNTS_ALLOCATIONS 1
#endif

namespace coquest::test {

/// Returns the number of allocations so far, in all threads; 0 if they are not counted.
[[nodiscard]] std::size_t allocations() noexcept;

/// Skips @p after allocations of this thread, then makes one throw std::bad_alloc.
void fail_allocation(std::size_t after) noexcept;
/// Cancels fail_allocation(). Returns how many allocations were still to be skipped; nullopt if the
/// allocation has already failed.
[[nodiscard]] std::optional<std::size_t> spare_allocations() noexcept;

} // namespace coquest::test
