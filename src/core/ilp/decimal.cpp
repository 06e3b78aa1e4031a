// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/ilp/decimal.hpp"

#include "core/text/ascii.hpp"
#include "core/text/quoted.hpp"

#include <coquest/detail/null_text.hpp>
#include <coquest/detail/write_column.hpp>

#include <algorithm>
#include <cstring>

namespace coquest::inline v0 {
namespace {

constexpr int max_digits = 76;                              // of any DECIMAL
using magnitude = std::array<std::byte, decimal::max_size>; // the most significant byte first

/// Multiplies @p value by ten and adds a digit. Returns false if the result reaches the sign bit.
bool append_digit(magnitude& value, unsigned digit) noexcept
{
    unsigned carry = digit;
    for (auto byte = value.rbegin(); byte != value.rend(); ++byte) {
        carry += std::to_integer<unsigned>(*byte) * 10;
        *byte = static_cast<std::byte>(carry);
        carry >>= 8;
    }
    return carry == 0 && (value.front() & std::byte{0x80}) == std::byte{};
}

void negate(magnitude& value) noexcept
{
    unsigned carry = 1;
    for (auto byte = value.rbegin(); byte != value.rend(); ++byte) {
        carry += std::to_integer<unsigned>(~*byte);
        *byte = static_cast<std::byte>(carry);
        carry >>= 8;
    }
}

/// Removes the leading bytes that only repeat the sign bit. At least one byte stays.
std::span<const std::byte> without_sign_bytes(std::span<const std::byte> value) noexcept
{
    const auto negative = [](std::byte b) { return (b & std::byte{0x80}) != std::byte{}; };
    while (value.size() > 1 && value[0] == (negative(value[1]) ? std::byte{0xff} : std::byte{})) {
        value = value.subspan(1);
    }
    return value;
}

} // namespace

decimal::decimal(std::int64_t unscaled, int scale) noexcept : scale_(scale)
{
    std::array<std::byte, sizeof unscaled> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::byte>(unscaled >> (8 * (bytes.size() - 1 - i)));
    }
    set(bytes);
    multiply_out();
}

decimal::decimal(std::span<const std::byte> unscaled, int scale) noexcept : scale_(scale)
{
    set(unscaled);
    multiply_out();
}

void decimal::set(std::span<const std::byte> unscaled) noexcept
{
    const std::span<const std::byte> needed = without_sign_bytes(unscaled);
    size_ = needed.size();
    if (size_ <= max_size) {
        std::ranges::copy(needed, bytes_.end() - static_cast<std::ptrdiff_t>(size_));
    }
}

// Replaces a negative scale, which ILP does not have (docs/protocol.md, Types and values).
void decimal::multiply_out() noexcept
{
    if (scale_ >= 0 || size_ > max_size) {
        return;
    }
    if (size_ == 0) { // NULL
        scale_ = 0;
        return;
    }
    const std::span<const std::byte> value = unscaled();
    const bool negative = (value[0] & std::byte{0x80}) != std::byte{};
    magnitude product;
    product.fill(negative ? std::byte{0xff} : std::byte{});
    std::ranges::copy(value, product.end() - static_cast<std::ptrdiff_t>(value.size()));
    if (negative) {
        negate(product);
    }
    bool fits = true;
    const bool zero = std::ranges::all_of(product, [](std::byte b) { return b == std::byte{}; });
    for (; scale_ < 0 && fits && !zero; ++scale_) {
        fits = append_digit(product, 0);
    }
    scale_ = 0;
    if (negative) {
        negate(product);
    }
    set(product);
    if (!fits) {
        size_ = max_size + 1;
    }
}

decimal decimal::parse(detail::text_argument argument)
{
    const std::string_view text = argument;
    if (detail::is_null_text(text)) {
        throw error(errc::invalid_decimal, "the text of a decimal is a null pointer");
    }
    detail::decimal_digits parsed;
    if (const std::string message = detail::read_decimal(text, parsed); !message.empty()) {
        throw error(errc::invalid_decimal, "decimal " + detail::quoted(text) + ": " + message);
    }
    decimal value;
    value.scale_ = parsed.scale;
    if (parsed.null) {
        value.size_ = 0;
        return value;
    }
    magnitude bytes{};
    for (int i = 0; i < parsed.count; ++i) {
        append_digit(bytes, parsed.digits[static_cast<std::size_t>(i)]); // 76 digits fit
    }
    if (parsed.negative) {
        negate(bytes);
    }
    value.set(bytes);
    return value;
}

std::string detail::read_decimal(std::string_view text, decimal_digits& out)
{
    std::size_t position = 0;
    const auto peek = [&] { return position < text.size() ? text[position] : '\0'; };
    const auto unexpected = [&] {
        return position == text.size()
                   ? "it ends where a digit was expected"
                   : "unexpected byte at byte " + std::to_string(position) +
                         ": write digits with an optional sign, point and exponent";
    };
    const auto sign = [&] {
        const bool minus = peek() == '-';
        position += minus || peek() == '+' ? 1 : 0;
        return minus;
    };
    out.negative = sign();
    if (const std::string_view word = text.substr(position); word == "NaN" || word == "Infinity") {
        out.null = true;
        return {};
    }
    constexpr std::string_view too_many = "it has more than 76 digits, the maximum of a DECIMAL";
    bool has_digit = false;
    bool point = false;
    for (;; ++position) {
        if (peek() == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(peek())) {
            break;
        }
        has_digit = true;
        out.scale += point ? 1 : 0;
        const auto digit = static_cast<unsigned char>(peek() - '0');
        out.places += point || out.count != 0 || digit != 0 ? 1 : 0;
        if (out.count == 0 && digit == 0) {
            continue;
        }
        if (out.count == static_cast<int>(out.digits.size())) {
            return std::string(too_many);
        }
        out.digits[static_cast<std::size_t>(out.count++)] = digit;
    }
    if (!has_digit) {
        return unexpected();
    }
    if (peek() == 'e' || peek() == 'E') {
        ++position;
        const bool minus = sign();
        int exponent = 0;
        if (!is_digit(peek())) {
            return unexpected();
        }
        for (; is_digit(peek()); ++position) {
            exponent = std::min(exponent * 10 + (peek() - '0'), 1'000'000);
        }
        out.scale += minus ? exponent : -exponent;
    }
    if (position != text.size()) {
        return unexpected();
    }
    // QuestDB also counts the zeros after the point, the zeros that the exponent adds, and at least
    // one digit before the point
    out.places = std::max(std::max(out.places, 1) + std::max(-out.scale, 0), out.scale + 1);
    if (out.count == 0) {
        out.scale = std::max(out.scale, 0);
    }
    for (; out.scale < 0; ++out.scale) {
        if (out.count == static_cast<int>(out.digits.size())) {
            return std::string(too_many);
        }
        out.digits[static_cast<std::size_t>(out.count++)] = 0;
    }
    if (out.scale > decimal::max_scale) {
        return "it has " + std::to_string(out.scale) +
               " digits after the point; a DECIMAL has at most 76";
    }
    return {};
}

namespace detail {
namespace {

// Writes everything before the value. Returns null if the row is broken.
char* begin_decimal(row_writer& rows, column_name name, std::size_t value_bytes)
{
    if (rows.version() < protocol_version::v3) {
        rows.refuse(errc::protocol_version_error, name,
                    "protocol version " + std::to_string(static_cast<int>(rows.version())) +
                        " has no decimals: use version 3");
        return nullptr;
    }
    return rows.begin_column(name, value_bytes);
}

} // namespace

void write_decimal(row_writer& rows, column_name name, std::string_view value)
{
    char* out = begin_decimal(rows, name, value.size() + 1);
    if (out == nullptr) {
        return;
    }
    if (is_null_text(value)) {
        rows.refuse_text(name.view(), value, false);
        return;
    }
    decimal_digits parsed;
    if (const std::string message = read_decimal(value, parsed); !message.empty()) {
        rows.refuse(errc::invalid_decimal, name, "decimal " + quoted(value) + ": " + message);
        return;
    }
    if (parsed.places > max_digits) {
        rows.refuse(errc::invalid_decimal, name,
                    "decimal " + quoted(value) + ": the server counts " +
                        std::to_string(parsed.places) +
                        " digits in this text and takes 76: pass a coquest::decimal");
        return;
    }
    std::memcpy(out, value.data(), value.size());
    out += value.size();
    *out = 'd';
    rows.end_column(out + 1);
}

void write_decimal(row_writer& rows, column_name name, const decimal& value)
{
    char* out = begin_decimal(rows, name, 4 + decimal::max_size);
    if (out == nullptr) {
        return;
    }
    if (value.size() > decimal::max_size) {
        rows.refuse(errc::invalid_decimal, name,
                    "the decimal's unscaled value has more than 32 bytes");
        return;
    }
    if (value.scale() < 0 || value.scale() > decimal::max_scale) {
        rows.refuse(errc::invalid_decimal, name,
                    "the decimal's scale is " + std::to_string(value.scale()) + ", not 0 to 76");
        return;
    }
    const std::span<const std::byte> bytes = value.unscaled();
    out[0] = '='; // a second "=": a binary value follows
    out[1] = 0x17;
    out[2] = static_cast<char>(value.scale());
    out[3] = static_cast<char>(bytes.size());
    if (!bytes.empty()) {
        std::memcpy(out + 4, bytes.data(), bytes.size());
    }
    rows.end_column(out + 4 + bytes.size());
}

} // namespace detail
} // namespace coquest::inline v0
