// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Counts every call of operator new in the process, and fails the one that a test wants to fail,
// except under sanitizers, which have operators of their own.
#pragma once

#include <cstddef>
#include <optional>

#if defined(__has_feature)
#define COQUEST_HAS_FEATURE(x) __has_feature(x)
#else
#define COQUEST_HAS_FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||                               \
    COQUEST_HAS_FEATURE(address_sanitizer) || COQUEST_HAS_FEATURE(thread_sanitizer)
#define COQUEST_COUNTS_ALLOCATIONS 0
#else
#define COQUEST_COUNTS_ALLOCATIONS 1
#endif

namespace coquest::test {

/// Returns the number of allocations so far, of all threads; 0 where they are not counted.
[[nodiscard]] std::size_t allocations() noexcept;

/// Has the allocation of this thread that follows @p after others throw std::bad_alloc, once.
void fail_allocation(std::size_t after) noexcept;
/// Takes that back. Returns how many are still spared; none where the allocation has failed.
[[nodiscard]] std::optional<std::size_t> spare_allocations() noexcept;

} // namespace coquest::test
