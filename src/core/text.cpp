// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Text goes out in blocks of 16 bytes: one load, one comparison for everything that needs care, one
// store. A text that is longer, or has a byte that needs care (an escape, a multi-byte character),
// goes to the kernel of the instruction set where there is one; else that byte is looked at alone.

#include "core/ascii.hpp"
#include "core/text_kernel.hpp"

#include <coquest/buffer.hpp>
#include <coquest/detail/text.hpp>

#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace coquest::detail {
namespace {

constexpr bool needs_backslash(unsigned char c, context where) noexcept
{
    if (c == '\n' || c == '\r' || c == '\\') {
        return true;
    }
    return where == context::quoted ? c == '"' : c == ' ' || c == ',' || c == '=';
}

std::uint64_t load_u64(const char* at) noexcept
{
    std::uint64_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
}

std::uint64_t load_u32(const char* at) noexcept
{
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
}

/// Loads 1 to 7 bytes, zeros behind them, without touching any other byte.
std::uint64_t load_below_8(const char* at, std::size_t n) noexcept
{
    if (n >= 4) {
        return load_u32(at) | (load_u32(at + n - 4) << (8 * (n - 4)));
    }
    const auto byte = [at](std::size_t i) {
        return static_cast<std::uint64_t>(static_cast<unsigned char>(at[i]));
    };
    return byte(0) | (byte(n / 2) << (8 * (n / 2))) | (byte(n - 1) << (8 * (n - 1)));
}

#if defined(__SSE2__)

using block = __m128i;

block load_block(const char* at) noexcept
{
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

/// Loads 1 to 15 bytes, zeros behind them.
block load_tail(const char* at, std::size_t n) noexcept
{
    if (n < 8) {
        return _mm_cvtsi64_si128(static_cast<long long>(load_below_8(at, n)));
    }
    // the last eight bytes, shifted down to where the first eight end
    const std::uint64_t high = load_u64(at + n - 8) >> 8 >> (8 * (15 - n));
    return _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(load_u64(at)));
}

void store_block(char* at, block bytes) noexcept
{
    _mm_storeu_si128(reinterpret_cast<__m128i*>(at), bytes);
}

/// Returns a bit for each byte that needs care: an escape, a control byte, a byte above 0x7f.
template <context Where>
unsigned careful_bytes(block bytes) noexcept
{
    const auto equals = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    // signed: bytes above 0x7f count as negative
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
unsigned word_bytes(block bytes) noexcept
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

#else

struct block {
    char bytes[16];
};

block load_block(const char* at) noexcept
{
    block loaded;
    std::memcpy(loaded.bytes, at, sizeof loaded.bytes);
    return loaded;
}

block load_tail(const char* at, std::size_t n) noexcept
{
    block loaded{};
    std::memcpy(loaded.bytes, at, n);
    return loaded;
}

void store_block(char* at, block bytes) noexcept
{
    std::memcpy(at, bytes.bytes, sizeof bytes.bytes);
}

template <context Where>
unsigned careful_bytes(block bytes) noexcept
{
    unsigned care = 0;
    for (unsigned i = 0; i < 16; ++i) {
        const auto c = static_cast<unsigned char>(bytes.bytes[i]);
        care |= static_cast<unsigned>(c < ' ' || c >= 0x80 || needs_backslash(c, Where)) << i;
    }
    return care;
}

unsigned word_bytes(block bytes) noexcept
{
    unsigned words = 0;
    for (unsigned i = 0; i < 16; ++i) {
        words |= static_cast<unsigned>(is_alnum(bytes.bytes[i]) || bytes.bytes[i] == '_') << i;
    }
    return words;
}

#endif

/// Returns the length of the multi-byte character that @p text begins with; 0 where it is invalid.
std::size_t character_length(std::string_view text) noexcept
{
    const std::size_t most = text.size() < 4 ? text.size() : 4;
    for (std::size_t n = 2; n <= most; ++n) {
        if (valid_utf8_prefix(text.substr(0, n)) == n) {
            return n;
        }
    }
    return 0;
}

/// Loads up to 16 bytes.
block load_up_to_16(const char* at, std::size_t n) noexcept
{
    return n == 16 ? load_block(at) : load_tail(at, n);
}

template <context Where>
[[gnu::noinline]] char* put_long_text(char* out, std::string_view text) noexcept
{
#if defined(COQUEST_X86)
    if (has_v3()) [[likely]] {
        return put_text_v3<Where>(out, text.data(), text.size());
    }
#elif defined(COQUEST_NEON)
    return put_text_neon<Where>(out, text.data(), text.size());
#endif
    while (!text.empty()) {
        const std::size_t n = text.size() < 16 ? text.size() : 16;
        const block bytes = load_up_to_16(text.data(), n);
        store_block(out, bytes);
        const unsigned care = careful_bytes<Where>(bytes) & ((1U << n) - 1);
        if (care == 0) [[likely]] {
            out += n;
            text.remove_prefix(n);
            continue;
        }
        const auto plain = static_cast<std::size_t>(std::countr_zero(care));
        out += plain;
        text.remove_prefix(plain);
        const auto c = static_cast<unsigned char>(text.front());
        std::size_t length = 1;
        if (c >= 0x80) {
            length = character_length(text);
            if (length == 0) {
                return nullptr;
            }
        } else if (needs_backslash(c, Where)) {
            *out++ = '\\';
        } else if (Where == context::unquoted && c == '\0') {
            return nullptr;
        }
        std::memcpy(out, text.data(), length);
        out += length;
        text.remove_prefix(length);
    }
    return out;
}

// Most texts are short and plain: one block, and no registers to save.
template <context Where>
char* put_text(char* out, std::string_view text) noexcept
{
    const std::size_t n = text.size();
    if (n - 1 < 16) [[likely]] {
        const block bytes = load_up_to_16(text.data(), n);
        store_block(out, bytes);
        if ((careful_bytes<Where>(bytes) & ((1U << n) - 1)) == 0) [[likely]] {
            return out + n;
        }
    }
    return put_long_text<Where>(out, text);
}

/// Writes a name of 1 to 16 letters, digits and underscores; null for any other.
char* put_word_name(char* out, std::string_view name) noexcept
{
    const std::size_t n = name.size();
    if (n - 1 >= 16) {
        return nullptr;
    }
    const block bytes = load_up_to_16(name.data(), n);
    store_block(out, bytes);
    return (~word_bytes(bytes) & ((1U << n) - 1)) == 0 ? out + n : nullptr;
}

} // namespace

char* put_symbol(char* out, std::string_view value) noexcept
{
    return put_text<context::unquoted>(out, value);
}

char* put_string(char* out, std::string_view value) noexcept
{
    *out = '"';
    out = put_text<context::quoted>(out + 1, value);
    if (out == nullptr) {
        return nullptr;
    }
    *out = '"';
    return out + 1;
}

char* put_escaped_name(char* out, std::string_view name) noexcept
{
    for (const char c : name) {
        if ((name_bytes[static_cast<unsigned char>(c)] & name_escaped) != 0) {
            *out++ = '\\';
        }
        *out++ = c;
    }
    return out;
}

} // namespace coquest::detail

namespace coquest {

// Here, so that the kernels for short texts are inlined.

char* buffer::put_runtime_name(char* out, std::string_view name, detail::name_kind kind,
                               bool checked)
{
    char* const end = detail::put_word_name(out, name); // 16 bytes are never too long
    return end != nullptr ? end : put_odd_name(out, name, kind, checked);
}

void buffer::end_symbol(char* out, std::string_view value)
{
    char* const end = detail::put_symbol(out, value);
    if (end == nullptr) [[unlikely]] {
        bad_value(name_before(out), value, true);
        return;
    }
    pos_ = end;
    state_ = state::symbol;
}

void buffer::end_string(char* out, std::string_view value)
{
    char* const end = detail::put_string(out, value);
    if (end == nullptr) [[unlikely]] {
        bad_value(name_before(out), value, false);
        return;
    }
    end_field(end);
}

} // namespace coquest
