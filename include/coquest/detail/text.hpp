// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The kernels of the encoder: text with escapes, numbers as text. Each writes at `out`, which has
// room for the worst case plus text_slack bytes, and returns the end of what it wrote.
#pragma once

#include <coquest/name.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coquest::detail {

/// Bytes that a kernel may write, and leave undefined, behind what it returns.
inline constexpr std::size_t text_slack = 32;
/// Most bytes of a 64-bit integer as text, with the sign.
inline constexpr std::size_t max_integer_text = 20;
/// Most bytes of a double as text: sign, 17 digits, point, exponent.
inline constexpr std::size_t max_double_text = 32;

/// Why a text can't be sent.
enum class text_problem : unsigned char { none, invalid_utf8, zero_byte };

/// Writes a symbol's value, escaped for the unquoted context (contract §5.1). Null where the text
/// is not UTF-8 or holds a zero byte.
[[nodiscard]] char* put_symbol(char* out, std::string_view value) noexcept;

/// Writes a string's value with its quotes, escaped for the quoted context. Null where the text is
/// not UTF-8.
[[nodiscard]] char* put_string(char* out, std::string_view value) noexcept;

/// Writes a name that is valid, with a backslash before each space and `=`.
[[nodiscard]] char* put_escaped_name(char* out, std::string_view name) noexcept;

/// Writes @p value in decimal.
[[nodiscard]] char* put_unsigned(char* out, std::uint64_t value) noexcept;
[[nodiscard]] char* put_integer(char* out, std::int64_t value) noexcept;

/// The digits of a timestamp but its last eight: those that change from row to row are few.
class timestamp_text {
public:
    /// Says whether @p value begins with these digits.
    [[nodiscard]] bool leads(std::uint64_t value) const noexcept
    {
        return value / 100'000'000 == high_;
    }
    /// Keeps the leading digits of @p value, which are none below 10^8.
    void take(std::uint64_t value) noexcept;

private:
    friend char* put_timestamp(char* out, std::uint64_t value, const timestamp_text& lead) noexcept;

    std::uint64_t high_ = UINT64_MAX;
    std::size_t size_ = 0;
    char text_[16] = {}; // 12 digits at most
};

/// Writes the shortest text that reads back as @p value, in the form of contract §5.3.
[[nodiscard]] char* put_double(char* out, double value) noexcept;

} // namespace coquest::detail
