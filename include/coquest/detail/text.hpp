// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The kernels of the encoder: text with escapes, and numbers as text. Each writes at `out`, which
// has room for the longest result and text_slack bytes more, and returns the end of what it wrote.
#pragma once

#include <coquest/detail/language.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coquest::inline v0::detail {

/// The bytes that a kernel may overwrite after the end that it returns.
inline constexpr std::size_t text_slack = 32;
/// The most bytes of a 64-bit integer as text, with the sign.
inline constexpr std::size_t max_integer_text = 20;
/// The most bytes of a double as text: sign, 17 digits, point, exponent.
inline constexpr std::size_t max_double_text = 32;

/// Names why a text cannot be sent.
enum class text_problem : unsigned char { none, invalid_utf8, zero_byte };

/// Writes the value of a symbol, with the escapes outside quotes (docs/protocol.md, Rows). Returns
/// null if the text is not UTF-8 or contains a zero byte.
[[nodiscard]] char* put_symbol(char* out, std::string_view value) noexcept;

/// Writes the value of a string in quotes, with the escapes inside quotes. Returns null if the text
/// is not UTF-8.
[[nodiscard]] char* put_string(char* out, std::string_view value) noexcept;

/// Writes a valid name, with a backslash before each space and `=`.
[[nodiscard]] char* put_escaped_name(char* out, std::string_view name) noexcept;

/// Writes @p value as decimal digits.
[[nodiscard]] char* put_unsigned(char* out, std::uint64_t value) noexcept;
/// \copydoc put_unsigned
[[nodiscard]] char* put_integer(char* out, std::int64_t value) noexcept;

/// Caches all digits of a timestamp except the last eight, because few digits change from row to
/// row.
class timestamp_text {
public:
    /// Returns true if @p value begins with the cached digits.
    [[nodiscard]] bool leads(std::uint64_t value) const noexcept
    {
        return value / 100'000'000 == high_;
    }
    /// Caches the leading digits of @p value. Below 10^8 there are none.
    void take(std::uint64_t value) noexcept;

private:
    friend char* put_timestamp(char* out, std::uint64_t value, const timestamp_text& lead) noexcept;

    std::uint64_t high_ = UINT64_MAX;
    std::size_t size_ = 0;
    char text_[16] = {}; // 12 digits at most
};

/// Writes the shortest text that reads back as @p value (docs/protocol.md, Types and values).
[[nodiscard]] char* put_double(char* out, double value) noexcept;

} // namespace coquest::inline v0::detail
