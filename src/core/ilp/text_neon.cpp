// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/ilp/text_kernel.hpp"

#if defined(COQUEST_NEON)

#include "core/ilp/text_vector.hpp"

#include <arm_neon.h>

namespace coquest::inline v0::detail {
namespace {

struct neon {
    using reg = uint8x16_t;
    static constexpr std::size_t width = 16;

    static reg load(const char* source) noexcept
    {
        return vld1q_u8(reinterpret_cast<const std::uint8_t*>(source));
    }
    static reg load(const unsigned char* source) noexcept { return vld1q_u8(source); }
    static void store(char* target, reg bytes) noexcept
    {
        vst1q_u8(reinterpret_cast<std::uint8_t*>(target), bytes);
    }
    static reg fill(char c) noexcept { return vdupq_n_u8(static_cast<std::uint8_t>(c)); }
    static reg both(reg a, reg b) noexcept { return vandq_u8(a, b); }
    static reg either(reg a, reg b) noexcept { return vorrq_u8(a, b); }
    static reg differ(reg a, reg b) noexcept { return veorq_u8(a, b); }
    static reg equal(reg a, reg b) noexcept { return vceqq_u8(a, b); }
    static reg subtract(reg a, reg b) noexcept { return vqsubq_u8(a, b); }
    static bool is_ascii(reg bytes) noexcept { return vmaxvq_u8(bytes) < 0x80; }
    static bool any(reg bytes) noexcept { return vmaxvq_u8(bytes) != 0; }
    static reg high_halves(reg bytes) noexcept { return vshrq_n_u8(bytes, 4); }
    static reg low_halves(reg bytes) noexcept { return both(bytes, load(low_half_bits.entries)); }
    static reg look_up(const vector_table& table, reg index) noexcept
    {
        return vqtbl1q_u8(load(table.entries), index);
    }
    static reg look_up_low(const vector_table& table, reg bytes) noexcept
    {
        return look_up(table, low_halves(bytes));
    }
    template <int N>
    static reg shift_in(reg before, reg bytes) noexcept
    {
        return vextq_u8(before, bytes, 16 - N);
    }
    // the mask has four bits for each byte, of which one is used: NEON has no movemask
    static std::uint64_t mask(reg bytes) noexcept
    {
        const uint8x8_t narrowed = vshrn_n_u16(vreinterpretq_u16_u8(bytes), 4);
        return vget_lane_u64(vreinterpret_u64_u8(narrowed), 0) & 0x1111111111111111;
    }
    static std::size_t first(std::uint64_t mask) noexcept
    {
        return static_cast<std::size_t>(std::countr_zero(mask)) / 4;
    }
};

} // namespace

template <context Where>
char* put_text_neon(char* out, const char* in, std::size_t n) noexcept
{
    return text_writer<neon, Where>::put(out, in, n);
}

template char* put_text_neon<context::unquoted>(char*, const char*, std::size_t) noexcept;
template char* put_text_neon<context::quoted>(char*, const char*, std::size_t) noexcept;

} // namespace coquest::inline v0::detail

#endif
