// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Blocks of sixteen bytes of text, in registers that every processor of an architecture has.
#pragma once

#include "core/ilp/processor.hpp"
#include "core/ilp/text_kernel.hpp"
#include "core/text/ascii.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(COQUEST_SSE2)
#include <emmintrin.h>
#elif defined(COQUEST_NEON)
#include <arm_neon.h>
#endif

namespace coquest::inline v0::detail {

constexpr bool needs_backslash(unsigned char c, context where) noexcept
{
    if (c == '\n' || c == '\r' || c == '\\') {
        return true;
    }
    return where == context::quoted ? c == '"' : c == ' ' || c == ',' || c == '=';
}

inline std::uint64_t load_u64(const char* source) noexcept
{
    std::uint64_t value = 0;
    std::memcpy(&value, source, sizeof value);
    return value;
}

inline std::uint64_t load_u32(const char* source) noexcept
{
    std::uint32_t value = 0;
    std::memcpy(&value, source, sizeof value);
    return value;
}

/// Loads 1 to 7 bytes, followed by zeros. Reads no other byte.
inline std::uint64_t load_below_8(const char* source, std::size_t n) noexcept
{
    if (n >= 4) {
        return load_u32(source) | (load_u32(source + n - 4) << (8 * (n - 4)));
    }
    const auto byte = [source](std::size_t i) {
        return static_cast<std::uint64_t>(static_cast<unsigned char>(source[i]));
    };
    return byte(0) | (byte(n / 2) << (8 * (n / 2))) | (byte(n - 1) << (8 * (n - 1)));
}

#if defined(COQUEST_SSE2)

using block = __m128i;

inline block load_block(const char* source) noexcept
{
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(source));
}

/// Loads 1 to 15 bytes, followed by zeros.
inline block load_tail(const char* source, std::size_t n) noexcept
{
    if (n < 8) {
        return _mm_cvtsi64_si128(static_cast<long long>(load_below_8(source, n)));
    }
    // the last eight bytes, without those that are in the first eight
    const std::uint64_t high = load_u64(source + n - 8) >> 8 >> (8 * (15 - n));
    return _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(load_u64(source)));
}

inline void store_block(char* target, block bytes) noexcept
{
    _mm_storeu_si128(reinterpret_cast<__m128i*>(target), bytes);
}

/// Returns a bit for each byte that needs care: an escape, a control byte, a byte above 0x7f.
template <context Where>
inline unsigned careful_bytes(block bytes) noexcept
{
    const auto equals = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    // the comparison is signed, so that bytes above 0x7f are negative
    constexpr char first_plain = Where == context::quoted ? ' ' : ' ' + 1;
    block care = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(first_plain)), equals('\\'));
    if constexpr (Where == context::quoted) {
        care = _mm_or_si128(care, equals('"'));
    } else {
        care = _mm_or_si128(care, _mm_or_si128(equals(','), equals('=')));
    }
    return static_cast<unsigned>(_mm_movemask_epi8(care));
}

/// Returns a bit for each byte that is a letter, a digit or an underscore.
inline unsigned word_bytes(block bytes) noexcept
{
    const auto within = [](block shifted, char count) { // unsigned
        return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(count)), shifted);
    };
    const block lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    const block letters = within(_mm_sub_epi8(lower, _mm_set1_epi8('a')), 'z' - 'a');
    const block digits = within(_mm_sub_epi8(bytes, _mm_set1_epi8('0')), 9);
    const block underscores = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_'));
    const block words = _mm_or_si128(_mm_or_si128(letters, digits), underscores);
    return static_cast<unsigned>(_mm_movemask_epi8(words));
}

#elif defined(COQUEST_NEON)

using block = uint8x16_t;

inline block load_block(const char* source) noexcept
{
    return vld1q_u8(reinterpret_cast<const std::uint8_t*>(source));
}

inline block load_tail(const char* source, std::size_t n) noexcept
{
    if (n < 8) {
        return vreinterpretq_u8_u64(
            vcombine_u64(vcreate_u64(load_below_8(source, n)), vcreate_u64(0)));
    }
    const std::uint64_t high = load_u64(source + n - 8) >> 8 >> (8 * (15 - n));
    return vreinterpretq_u8_u64(vcombine_u64(vcreate_u64(load_u64(source)), vcreate_u64(high)));
}

inline void store_block(char* target, block bytes) noexcept
{
    vst1q_u8(reinterpret_cast<std::uint8_t*>(target), bytes);
}

/// Returns a bit for each byte of @p bytes, which are all zero or 0xff.
inline unsigned mask_of(block bytes) noexcept
{
    constexpr std::uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const block weighted = vandq_u8(bytes, vld1q_u8(weights));
    return vaddv_u8(vget_low_u8(weighted)) | static_cast<unsigned>(vaddv_u8(vget_high_u8(weighted)))
                                                 << 8;
}

template <context Where>
inline unsigned careful_bytes(block bytes) noexcept
{
    const auto equals = [bytes](char c) {
        return vceqq_u8(bytes, vdupq_n_u8(static_cast<std::uint8_t>(c)));
    };
    constexpr std::uint8_t first_plain = Where == context::quoted ? ' ' : ' ' + 1;
    // shifted so that bytes above 0x7f and those before the first plain one are the largest
    const block shifted = vsubq_u8(bytes, vdupq_n_u8(first_plain));
    block care = vorrq_u8(vcgeq_u8(shifted, vdupq_n_u8(0x80 - first_plain)), equals('\\'));
    if constexpr (Where == context::quoted) {
        care = vorrq_u8(care, equals('"'));
    } else {
        care = vorrq_u8(care, vorrq_u8(equals(','), equals('=')));
    }
    return mask_of(care);
}

inline unsigned word_bytes(block bytes) noexcept
{
    const block lower = vorrq_u8(bytes, vdupq_n_u8(0x20));
    const block letters = vcleq_u8(vsubq_u8(lower, vdupq_n_u8('a')), vdupq_n_u8('z' - 'a'));
    const block digits = vcleq_u8(vsubq_u8(bytes, vdupq_n_u8('0')), vdupq_n_u8(9));
    const block underscores = vceqq_u8(bytes, vdupq_n_u8('_'));
    return mask_of(vorrq_u8(vorrq_u8(letters, digits), underscores));
}

#else

struct block {
    char bytes[16];
};

inline block load_block(const char* source) noexcept
{
    block loaded;
    std::memcpy(loaded.bytes, source, sizeof loaded.bytes);
    return loaded;
}

inline block load_tail(const char* source, std::size_t n) noexcept
{
    block loaded{};
    std::memcpy(loaded.bytes, source, n);
    return loaded;
}

inline void store_block(char* target, block bytes) noexcept
{
    std::memcpy(target, bytes.bytes, sizeof bytes.bytes);
}

template <context Where>
inline unsigned careful_bytes(block bytes) noexcept
{
    unsigned care = 0;
    for (unsigned i = 0; i < 16; ++i) {
        const auto c = static_cast<unsigned char>(bytes.bytes[i]);
        care |= static_cast<unsigned>(c < ' ' || c >= 0x80 || needs_backslash(c, Where)) << i;
    }
    return care;
}

inline unsigned word_bytes(block bytes) noexcept
{
    unsigned words = 0;
    for (unsigned i = 0; i < 16; ++i) {
        words |= static_cast<unsigned>(is_alnum(bytes.bytes[i]) || bytes.bytes[i] == '_') << i;
    }
    return words;
}

#endif

/// Loads up to 16 bytes.
inline block load_up_to_16(const char* source, std::size_t n) noexcept
{
    return n == 16 ? load_block(source) : load_tail(source, n);
}

} // namespace coquest::inline v0::detail
