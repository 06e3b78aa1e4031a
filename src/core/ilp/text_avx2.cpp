// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/ilp/text_kernel.hpp"

#if defined(COQUEST_X86)

#define COQUEST_VECTOR COQUEST_V3
#include "core/ilp/text_vector.hpp"

#include <immintrin.h>

namespace coquest::inline v0::detail {
namespace {

struct avx2 {
    using reg = __m256i;
    static constexpr std::size_t width = 32;

    COQUEST_VECTOR static reg load(const char* source) noexcept
    {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(source));
    }
    COQUEST_VECTOR static reg load(const unsigned char* source) noexcept
    {
        return _mm256_load_si256(reinterpret_cast<const __m256i*>(source));
    }
    COQUEST_VECTOR static void store(char* target, reg bytes) noexcept
    {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(target), bytes);
    }
    COQUEST_VECTOR static reg fill(char c) noexcept { return _mm256_set1_epi8(c); }
    COQUEST_VECTOR static reg both(reg a, reg b) noexcept { return _mm256_and_si256(a, b); }
    COQUEST_VECTOR static reg either(reg a, reg b) noexcept { return _mm256_or_si256(a, b); }
    COQUEST_VECTOR static reg differ(reg a, reg b) noexcept { return _mm256_xor_si256(a, b); }
    COQUEST_VECTOR static reg equal(reg a, reg b) noexcept { return _mm256_cmpeq_epi8(a, b); }
    /// Subtracts with saturation at zero.
    COQUEST_VECTOR static reg subtract(reg a, reg b) noexcept { return _mm256_subs_epu8(a, b); }
    COQUEST_VECTOR static bool is_ascii(reg bytes) noexcept
    {
        return _mm256_movemask_epi8(bytes) == 0;
    }
    COQUEST_VECTOR static bool any(reg bytes) noexcept
    {
        return _mm256_testz_si256(bytes, bytes) == 0;
    }
    COQUEST_VECTOR static reg high_halves(reg bytes) noexcept
    {
        return low_halves(_mm256_srli_epi16(bytes, 4));
    }
    COQUEST_VECTOR static reg low_halves(reg bytes) noexcept
    {
        return both(bytes, load(low_half_bits.entries));
    }
    /// Returns the entry of the table for each index, which is below 16.
    COQUEST_VECTOR static reg look_up(const vector_table& table, reg index) noexcept
    {
        return _mm256_shuffle_epi8(load(table.entries), index);
    }
    /// Returns the entry of the table for the low half of each byte, or zero for a byte above 0x7f.
    COQUEST_VECTOR static reg look_up_low(const vector_table& table, reg bytes) noexcept
    {
        return look_up(table, bytes);
    }
    /// Returns the last N bytes of @p before, followed by @p bytes without its last N.
    template <int N>
    COQUEST_VECTOR static reg shift_in(reg before, reg bytes) noexcept
    {
        return _mm256_alignr_epi8(bytes, _mm256_permute2x128_si256(before, bytes, 0x21), 16 - N);
    }
    /// Returns a mask of the bytes that are 0xff. The others must be zero.
    COQUEST_VECTOR static std::uint32_t mask(reg bytes) noexcept
    {
        return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
    }
    /// Returns the index of the first byte in @p mask.
    COQUEST_VECTOR static std::size_t first(std::uint32_t mask) noexcept
    {
        return static_cast<std::size_t>(std::countr_zero(mask));
    }
};

} // namespace

template <context Where>
COQUEST_VECTOR char* put_text_v3(char* out, const char* in, std::size_t n) noexcept
{
    return text_writer<avx2, Where>::put(out, in, n);
}

template char* put_text_v3<context::unquoted>(char*, const char*, std::size_t) noexcept;
template char* put_text_v3<context::quoted>(char*, const char*, std::size_t) noexcept;

} // namespace coquest::inline v0::detail

#endif
