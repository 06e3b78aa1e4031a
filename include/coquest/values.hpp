// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Values of the types of QuestDB that C++ has no type for.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace coquest {

/// A decimal number: an integer of at most 256 bits times 10^-scale.
///
/// A value that QuestDB can't store is held as given, and refused by buffer::column_dec with
/// errc::invalid_decimal: a scale above 76, or more than 32 bytes without repeated sign bytes.
class decimal {
public:
    static constexpr int max_scale = 76;        ///< most digits behind the point
    static constexpr std::size_t max_size = 32; ///< most bytes of the unscaled value

    /// Makes zero.
    decimal() noexcept = default;
    /// Makes @p unscaled * 10^-scale; a negative scale is multiplied out.
    decimal(std::int64_t unscaled, int scale) noexcept;
    /// Makes one from the unscaled value in two's complement, the most significant byte first; an
    /// empty span is NULL.
    decimal(std::span<const std::byte> unscaled, int scale) noexcept;
    /// Reads digits with an optional sign, point and exponent; NaN and Infinity give NULL. Throws
    /// errc::invalid_decimal, with the byte.
    [[nodiscard]] static decimal parse(std::string_view text);

    /// Returns the unscaled value: two's complement, the most significant byte first, no byte more
    /// than it needs; empty for NULL.
    [[nodiscard]] std::span<const std::byte> unscaled() const noexcept
    {
        return std::span(bytes_).last(size_ <= max_size ? size_ : 0);
    }
    /// Returns the bytes that the unscaled value needs; above max_size it is not held.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// Returns the number of digits behind the point.
    [[nodiscard]] int scale() const noexcept { return scale_; }

private:
    void set(std::span<const std::byte> unscaled) noexcept;
    void multiply_out() noexcept;

    std::array<std::byte, max_size> bytes_{}; // the value is at the end
    std::size_t size_ = 1;
    int scale_ = 0;
};

/// A type of yours that goes into DECIMAL columns: declare, beside the type,
/// `coquest::decimal to_coquest_decimal(const T&)`.
template <class T>
concept decimal_like = requires(const T& value) {
    { to_coquest_decimal(value) } -> std::same_as<decimal>;
};

/// A UUID, its bytes in the order of its text (RFC 9562).
struct uuid {
    std::array<std::byte, 16> bytes{};
};

/// An IPv4 address: 127.0.0.1 is 0x7f000001.
struct ipv4 {
    std::uint32_t address = 0;
};

/// An unsigned integer of 256 bits, the least significant word first.
struct long256 {
    std::array<std::uint64_t, 4> words{};
};

/// A geohash: five bits for each character, the last character in the lowest bits.
struct geohash {
    std::uint64_t bits = 0;
    int characters = 0; ///< 1 to 12

    /// Returns the cell that holds a point. Degrees: latitude -90 to 90, longitude -180 to 180.
    [[nodiscard]] static geohash of(double latitude, double longitude, int characters) noexcept;
};

} // namespace coquest
