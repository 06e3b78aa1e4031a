// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Counts every call of operator new in the process, except under sanitizers, which have operators
// of their own.
#pragma once

#include <cstddef>

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

} // namespace coquest::test
