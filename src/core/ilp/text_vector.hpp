// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Writes text with escapes and multi-byte characters in whole vectors. UTF-8 is checked by the
// lookup algorithm of Keiser and Lemire ("Validating UTF-8 in less than one instruction per byte").
// Each escape costs one more store, of the bytes from the escaped one on.
//
// The file of an instruction set defines COQUEST_VECTOR, the attribute of its functions, includes
// this header, and defines `Vector` with width, reg and the operations used below.
#pragma once

#include "core/ilp/text_kernel.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifndef COQUEST_VECTOR
#define COQUEST_VECTOR
#endif

namespace coquest::inline v0::detail {

/// The errors of two adjacent bytes, a bit for each. The last bit stands for two continuations,
/// which are correct in a longer character.
enum utf8_error : unsigned char {
    too_short = 1,       // a lead byte without its continuation
    too_long = 2,        // a continuation after ASCII
    overlong_3 = 4,      // three bytes for what fits two
    too_large = 8,       // above U+10FFFF
    surrogate = 16,      // U+D800 to U+DFFF
    overlong_2 = 32,     // two bytes for ASCII
    too_large_1000 = 64, // above U+13FFFF; shares its bit with overlong_4
    overlong_4 = 64,
    two_continuations = 128,
};

/// A table of sixteen entries, repeated for each half of a vector of 32 bytes.
struct alignas(32) vector_table {
    unsigned char entries[32];
};

template <class... Entry>
consteval vector_table make_table(Entry... entry)
{
    return {{static_cast<unsigned char>(entry)..., static_cast<unsigned char>(entry)...}};
}

consteval vector_table make_constant(unsigned char byte)
{
    vector_table table{};
    for (unsigned char& entry : table.entries) {
        entry = byte;
    }
    return table;
}

// The tables are indexed by the high half of the first byte, its low half, and the high half of the
// second byte.
inline constexpr unsigned char utf8_any_low = too_short | too_long | two_continuations;
inline constexpr unsigned char utf8_large_low = utf8_any_low | too_large | too_large_1000;
inline constexpr unsigned char utf8_continued = too_long | overlong_2 | two_continuations;
inline constexpr vector_table utf8_first_high =
    make_table(too_long, too_long, too_long, too_long, too_long, too_long, too_long, too_long,
               two_continuations, two_continuations, two_continuations, two_continuations,
               too_short | overlong_2, too_short, too_short | overlong_3 | surrogate,
               too_short | too_large | too_large_1000 | overlong_4);
inline constexpr vector_table utf8_first_low =
    make_table(utf8_any_low | overlong_2 | overlong_3 | overlong_4, utf8_any_low | overlong_2,
               utf8_any_low, utf8_any_low, utf8_any_low | too_large, utf8_large_low, utf8_large_low,
               utf8_large_low, utf8_large_low, utf8_large_low, utf8_large_low, utf8_large_low,
               utf8_large_low, utf8_large_low | surrogate, utf8_large_low, utf8_large_low);
inline constexpr vector_table utf8_second_high =
    make_table(too_short, too_short, too_short, too_short, too_short, too_short, too_short,
               too_short, utf8_continued | overlong_3 | too_large_1000 | overlong_4,
               utf8_continued | overlong_3 | too_large, utf8_continued | surrogate | too_large,
               utf8_continued | surrogate | too_large, too_short, too_short, too_short, too_short);

inline constexpr vector_table below_three_bytes = make_constant(0x60); // 0xe0 - 0x80
inline constexpr vector_table below_four_bytes = make_constant(0x70);  // 0xf0 - 0x80
inline constexpr vector_table highest_bits = make_constant(0x80);
inline constexpr vector_table low_half_bits = make_constant(0x0f);
inline constexpr vector_table filler = make_constant('a'); // needs no escape

// A byte is special if it equals the entry for its low half. An entry without a special byte has a
// value with another low half.
inline constexpr vector_table quoted_special =
    make_table(1, 0, '"', 0, 0, 0, 0, 0, 0, 0, '\n', 0, '\\', '\r', 0, 0);
inline constexpr vector_table unquoted_special =
    make_table(' ', 0, 0, 0, 0, 0, 0, 0, 0, 0, '\n', 0, ',', '=', 0, 0);
inline constexpr vector_table unquoted_special_too =
    make_table(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\\', '\r', 0, 0);

// The maximum of each byte in the last vector of a text. A lead byte needs room for its character.
alignas(32) inline constexpr unsigned char last_lead_limits[32] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,  255,  255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0xef, 0xdf, 0xbf};

/// Copies @p n bytes, fewer than 32.
COQUEST_VECTOR inline void copy_below_32(char* target, const char* source, std::size_t n) noexcept
{
    if (n >= 16) {
        std::memcpy(target, source, 16);
        std::memcpy(target + n - 16, source + n - 16, 16);
    } else if (n >= 8) {
        std::memcpy(target, source, 8);
        std::memcpy(target + n - 8, source + n - 8, 8);
    } else if (n >= 4) {
        std::memcpy(target, source, 4);
        std::memcpy(target + n - 4, source + n - 4, 4);
    } else if (n > 0) {
        target[0] = source[0];
        target[n / 2] = source[n / 2];
        target[n - 1] = source[n - 1];
    }
}

template <class Vector, context Where>
class text_writer {
    using reg = typename Vector::reg;
    static constexpr std::size_t width = Vector::width;

public:
    /// Writes the @p n bytes at @p in with their escapes. Returns null if put_symbol or put_string
    /// has to refuse them.
    COQUEST_VECTOR static char* put(char* out, const char* in, std::size_t n) noexcept
    {
        text_writer writer;
        alignas(width) char padded[2 * width];
        while (n != 0) {
            const char* source = in;
            std::size_t taken = width;
            if (n < 2 * width) { // put_vector would read past the text
                if (n >= width) {
                    Vector::store(padded, Vector::load(in));
                } else {
                    taken = n;
                    Vector::store(padded, Vector::load(filler.entries));
                    copy_below_32(padded, in, n);
                }
                source = padded;
            }
            out = writer.put_vector(out, source, taken);
            in += taken;
            n -= taken;
        }
        writer.end();
        return Vector::any(writer.wrong_) ? nullptr : out;
    }

private:
    COQUEST_VECTOR text_writer() noexcept {}

    /// Writes @p n bytes at @p in, at which two vectors can be read.
    COQUEST_VECTOR char* put_vector(char* out, const char* in, std::size_t n) noexcept
    {
        const reg bytes = Vector::load(in);
        Vector::store(out, bytes);
        check(bytes);
        auto special = find_special(bytes);
        for (; special != 0; special &= special - 1, ++out) {
            const std::size_t position = Vector::first(special);
            out[position] = '\\';
            Vector::store(out + position + 1, Vector::load(in + position));
        }
        return out + n;
    }

    COQUEST_VECTOR auto find_special(reg bytes) noexcept
    {
        if constexpr (Where == context::quoted) {
            return Vector::mask(Vector::equal(bytes, Vector::look_up_low(quoted_special, bytes)));
        } else {
            wrong_ = Vector::either(wrong_, Vector::equal(bytes, Vector::fill('\0')));
            return Vector::mask(Vector::either(
                Vector::equal(bytes, Vector::look_up_low(unquoted_special, bytes)),
                Vector::equal(bytes, Vector::look_up_low(unquoted_special_too, bytes))));
        }
    }

    COQUEST_VECTOR void check(reg bytes) noexcept
    {
        if (Vector::is_ascii(Vector::either(bytes, last_))) {
            return; // and the previous vector does not end inside a character
        }
        const reg one_back = Vector::template shift_in<1>(last_, bytes);
        const reg errors = Vector::both(
            Vector::both(Vector::look_up(utf8_first_high, Vector::high_halves(one_back)),
                         Vector::look_up(utf8_first_low, Vector::low_halves(one_back))),
            Vector::look_up(utf8_second_high, Vector::high_halves(bytes)));
        // the third and the fourth byte of a character are continuations after continuations
        const reg third = Vector::subtract(Vector::template shift_in<2>(last_, bytes),
                                           Vector::load(below_three_bytes.entries));
        const reg fourth = Vector::subtract(Vector::template shift_in<3>(last_, bytes),
                                            Vector::load(below_four_bytes.entries));
        const reg expected =
            Vector::both(Vector::either(third, fourth), Vector::load(highest_bits.entries));
        wrong_ = Vector::either(wrong_, Vector::differ(expected, errors));
        last_ = bytes;
    }

    /// Checks whether the text ends inside a character.
    COQUEST_VECTOR void end() noexcept
    {
        const reg most = Vector::load(last_lead_limits + sizeof last_lead_limits - width);
        wrong_ = Vector::either(wrong_, Vector::subtract(last_, most));
    }

    reg wrong_ = Vector::fill('\0'); // not zero: the text has to be refused
    reg last_ = Vector::fill('\0');  // the previous vector
};

} // namespace coquest::inline v0::detail
