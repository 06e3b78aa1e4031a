// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Text goes out in blocks of 16 bytes: one load, one comparison for everything that needs care, one
// store. A text that is longer, or has a byte that needs care (an escape, a multi-byte character),
// goes to the kernel of the instruction set where there is one; else that byte is looked at alone.

#include "core/text_block.hpp"
#include "core/text_kernel.hpp"

#include <coquest/buffer.hpp>
#include <coquest/detail/text.hpp>

#include <bit>
#include <cstring>

namespace coquest::detail {
namespace {

#if defined(COQUEST_NEON)

template <context Where>
char* put_long_text(char* out, std::string_view text) noexcept
{
    return put_text_neon<Where>(out, text.data(), text.size());
}

#else

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

/// Goes block by block, and from one byte that needs care to the next.
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

/// Writes a text of 1 to 16 plain bytes, as most are; null for any other.
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

// Here, so that the kernels for short texts are inlined, and with calls at the end only, which save
// no registers.

char* buffer::put_runtime_name(char* out, std::string_view name, detail::name_kind kind,
                               bool checked)
{
    char* const end = detail::put_word_name(out, name); // 16 bytes are never too long
    return end != nullptr ? end : put_odd_name(out, name, kind, checked);
}

void buffer::end_symbol(char* out, std::string_view value)
{
    char* const end = detail::put_short_text<detail::context::unquoted>(out, value);
    if (end == nullptr) {
        end_long_symbol(out, value);
        return;
    }
    pos_ = end;
    state_ = state::symbol;
}

void buffer::end_long_symbol(char* out, std::string_view value)
{
    char* const end = detail::put_long_text<detail::context::unquoted>(out, value);
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
