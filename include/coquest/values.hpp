// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Types for values of QuestDB for which C++ has no type (docs/protocol.md, Types and values).
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/detail/text_argument.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace coquest::inline v0 {

/// Holds a decimal number: an integer of at most 256 bits, times 10^-scale.
///
/// The constructors accept values that QuestDB cannot store (a scale above 76, or more than 32
/// bytes without the bytes that only repeat the sign); buffer::column_dec refuses them with
/// errc::invalid_decimal.
class decimal {
public:
    static constexpr int max_scale = 76;        ///< most digits after the point
    static constexpr std::size_t max_size = 32; ///< most bytes of the unscaled value

    /// Makes zero.
    decimal() noexcept = default;
    /// Makes @p unscaled times 10^-scale. A negative scale is multiplied out.
    decimal(std::int64_t unscaled, int scale) noexcept;
    /// Makes a decimal from an unscaled value in two's complement, the most significant byte first.
    /// An empty span is NULL. The bytes are copied.
    decimal(std::span<const std::byte> unscaled, int scale) noexcept;
    /// Parses digits with an optional sign, point and exponent. NaN and Infinity give NULL. Errors:
    /// errc::invalid_decimal, with the byte.
    [[nodiscard]] static decimal parse(detail::text_argument text);

    /// Returns the unscaled value in two's complement, the most significant byte first, in as few
    /// bytes as possible; empty for NULL. Lifetime: that of this object.
    [[nodiscard]] std::span<const std::byte> unscaled() const noexcept
    {
        return std::span(bytes_).last(size_ <= max_size ? size_ : 0);
    }
    /// Returns the bytes that the unscaled value needs. If they exceed max_size, unscaled() is
    /// empty.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// Returns the number of digits after the point.
    [[nodiscard]] int scale() const noexcept { return scale_; }

private:
    void set(std::span<const std::byte> unscaled) noexcept;
    void multiply_out() noexcept;

    std::array<std::byte, max_size> bytes_{}; // the value is in the last bytes
    std::size_t size_ = 1;
    int scale_ = 0;
};

/// Models a type of a program that goes into DECIMAL columns. Declare
/// `coquest::decimal to_coquest_decimal(const T&)` in the namespace of the type.
template <class T>
concept decimal_like = requires(const T& value) {
    { to_coquest_decimal(value) } -> std::same_as<decimal>;
};

/// Holds a UUID (RFC 9562).
struct uuid {
    std::array<std::byte, 16> bytes{}; ///< in the order of the text
};

/// Holds an IPv4 address.
struct ipv4 {
    std::uint32_t address = 0; ///< 127.0.0.1 is 0x7f000001
};

/// Holds an unsigned integer of 256 bits.
struct long256 {
    std::array<std::uint64_t, 4> words{}; ///< the least significant word first
};

/// Holds a geohash.
struct geohash {
    std::uint64_t bits = 0; ///< five bits for each character, the last character in the lowest bits
    int characters = 0;     ///< 1 to 12

    /// Returns the cell that contains a point. Degrees: latitude -90 to 90, longitude -180 to 180.
    /// If an argument is out of range, the result has 0 characters, and buffer::column_geohash
    /// refuses it.
    [[nodiscard]] static geohash of(double latitude, double longitude, int characters) noexcept;
};

} // namespace coquest::inline v0
