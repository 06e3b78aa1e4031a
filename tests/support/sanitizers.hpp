// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The sanitizers that this program is built with: 1 or 0, for both compilers.
#pragma once

#if defined(__has_feature) // clang
#define COQUEST_HAS_FEATURE(x) __has_feature(x)
#else
#define COQUEST_HAS_FEATURE(x) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || COQUEST_HAS_FEATURE(address_sanitizer)
#define COQUEST_ADDRESS_SANITIZER 1
#else
#define COQUEST_ADDRESS_SANITIZER 0
#endif

#if defined(__SANITIZE_THREAD__) || COQUEST_HAS_FEATURE(thread_sanitizer)
#define COQUEST_THREAD_SANITIZER 1
#else
#define COQUEST_THREAD_SANITIZER 0
#endif
