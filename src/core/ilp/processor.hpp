// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The instruction sets for which kernels are compiled, in addition to the baseline of the target.
#pragma once

#if defined(__GNUC__)
#define COQUEST_INLINE [[gnu::always_inline]] inline
#else
#define COQUEST_INLINE inline
#endif

// COQUEST_TEST_KERNELS selects one kind of kernel for the tests, whatever this machine supports:
// 1 portable, 2 SSE2, 3 NEON (through a header that emulates it).
#if !defined(COQUEST_TEST_KERNELS)
#define COQUEST_TEST_KERNELS 0
#endif

#if COQUEST_TEST_KERNELS == 0 && defined(__x86_64__) && defined(__GNUC__)
#define COQUEST_X86 1
/// Compiles a function for AVX2 and the other instructions of level 3. Call it only if has_v3().
#define COQUEST_V3 [[gnu::target("arch=x86-64-v3")]]
#endif
#if (COQUEST_TEST_KERNELS == 0 || COQUEST_TEST_KERNELS == 2) && defined(__SSE2__)
#define COQUEST_SSE2 1
#elif (COQUEST_TEST_KERNELS == 0 && defined(__aarch64__)) || COQUEST_TEST_KERNELS == 3
#define COQUEST_NEON 1
#endif

namespace coquest::inline v0::detail {

#if defined(COQUEST_X86)
/// Returns whether the processor and the operating system support level 3 of x86-64.
[[nodiscard]] inline bool has_v3() noexcept
{
    return __builtin_cpu_supports("x86-64-v3");
}
#endif

} // namespace coquest::inline v0::detail
