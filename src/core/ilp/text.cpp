// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Writes text in blocks of 16 bytes: one load, one search for bytes that need care (escapes,
// control bytes, multi-byte characters), one store. A longer text, or one with bytes that need
// care, is written by the kernel of the instruction set. Without such a kernel, these bytes are
// written one by one.

#include "core/ilp/text_block.hpp"
#include "core/ilp/text_kernel.hpp"
#include "core/text/utf8.hpp"

#include <coquest/detail/row_writer.hpp>
#include <coquest/detail/text.hpp>

#include <bit>
#include <cstring>

namespace coquest::inline v0::detail {
namespace {

#if defined(COQUEST_NEON)

template <context Where>
char* put_long_text(char* out, std::string_view text) noexcept
{
    return put_text_neon<Where>(out, text.data(), text.size());
}

#else

/// Writes a text of any length, block by block, and each byte that needs care on its own.
template <context Where>
[[gnu::noinline]] char* put_long_text(char* out, std::string_view text) noexcept
{
#if defined(COQUEST_X86)
    if (has_v3()) [[likely]] {
        return put_text_v3<Where>(out, text.data(), text.size());
    }
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

#endif

/// Writes a text of 1 to 16 plain bytes, as most texts are. Returns null for any other text.
template <context Where>
COQUEST_INLINE char* put_short_text(char* out, std::string_view text) noexcept
{
    const std::size_t n = text.size();
    if (n - 1 >= 16) {
        return nullptr;
    }
    const block bytes = load_up_to_16(text.data(), n);
    store_block(out, bytes);
    return (careful_bytes<Where>(bytes) & ((1U << n) - 1)) == 0 ? out + n : nullptr;
}

template <context Where>
COQUEST_INLINE char* put_text(char* out, std::string_view text) noexcept
{
    char* const end = put_short_text<Where>(out, text);
    return end != nullptr ? end : put_long_text<Where>(out, text);
}

/// Writes a name of 1 to 16 letters, digits and underscores. Returns null for any other name.
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

// These functions are in this file so that the kernels for short texts are inlined. They call other
// functions only at their end, so that they need not save registers.

char* row_writer::put_runtime_name(char* out, std::string_view name, name_kind kind, bool checked)
{
    char* const end = put_word_name(out, name); // max_name_len is at least 16
    return end != nullptr ? end : put_odd_name(out, name, kind, checked);
}

void row_writer::end_symbol(char* out, std::string_view value)
{
    char* const end = put_short_text<context::unquoted>(out, value);
    if (end == nullptr) {
        end_long_symbol(out, value);
        return;
    }
    set_row(end, state::symbol);
}

void row_writer::end_long_symbol(char* out, std::string_view value)
{
    char* const end = put_long_text<context::unquoted>(out, value);
    if (end == nullptr) [[unlikely]] {
        refuse_text(name_before(out), value, true);
        return;
    }
    set_row(end, state::symbol);
}

void row_writer::end_text_column(char* out, std::string_view value)
{
    char* const end = put_string(out, value);
    if (end == nullptr) [[unlikely]] {
        refuse_text(name_before(out), value, false);
        return;
    }
    end_column(end);
}

} // namespace coquest::inline v0::detail
