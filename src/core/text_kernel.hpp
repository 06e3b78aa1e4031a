// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What the kernels for text of any length share, one for each instruction set.
#pragma once

#include <cstddef>

#if defined(__x86_64__) && defined(__GNUC__)
#define COQUEST_TEXT_AVX2 1
#elif defined(__aarch64__) && defined(__GNUC__)
#define COQUEST_TEXT_NEON 1
#endif

namespace coquest::detail {

/// Where a text stands: what is escaped there (contract §5.1).
enum class context { unquoted, quoted };

#if defined(COQUEST_TEXT_AVX2)
/// Says whether this processor can run put_text_avx2.
[[nodiscard]] inline bool has_avx2() noexcept
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
}
/// Writes a text of any length; null where put_symbol or put_string has to refuse it.
template <context Where>
[[nodiscard]] char* put_text_avx2(char* out, const char* in, std::size_t n) noexcept;
extern template char* put_text_avx2<context::unquoted>(char*, const char*, std::size_t) noexcept;
extern template char* put_text_avx2<context::quoted>(char*, const char*, std::size_t) noexcept;
#elif defined(COQUEST_TEXT_NEON)
template <context Where>
[[nodiscard]] char* put_text_neon(char* out, const char* in, std::size_t n) noexcept;
extern template char* put_text_neon<context::unquoted>(char*, const char*, std::size_t) noexcept;
extern template char* put_text_neon<context::quoted>(char*, const char*, std::size_t) noexcept;
#endif

} // namespace coquest::detail
