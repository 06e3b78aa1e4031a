// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Decodes the line protocol byte by byte, and shares no code with the encoder. It rejects what
// the server rejects, drops or corrupts (docs/protocol.md), and what the encoder does not write.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace coquest::test {

/// A double that equals itself: it compares by its bits, and all NaNs are equal, because the server
/// stores each of them as NULL.
struct ilp_f64 {
    double value = 0;
    friend bool operator==(ilp_f64 a, ilp_f64 b) noexcept;
};

enum class ilp_unit : char { micros = 't', nanos = 'n' };

struct ilp_timestamp {
    std::int64_t value = 0;
    ilp_unit unit = ilp_unit::micros;
    bool operator==(const ilp_timestamp&) const = default;
};

struct ilp_array {
    std::vector<std::uint32_t> shape;
    std::vector<ilp_f64> elements; // row-major
    bool operator==(const ilp_array&) const = default;
};

/// A decimal as text, without the `d` that follows it.
struct ilp_decimal_text {
    std::string text;
    bool operator==(const ilp_decimal_text&) const = default;
};

/// A decimal as unscaled * 10^-scale; the bytes are two's complement, most significant first.
struct ilp_decimal {
    unsigned scale = 0;
    std::string unscaled;
    bool operator==(const ilp_decimal&) const = default;
};

/// A LONG256, four words of 64 bits, least significant first.
struct ilp_long256 {
    std::array<std::uint64_t, 4> words{};
    bool operator==(const ilp_long256&) const = default;
};

using ilp_value = std::variant<bool, std::int64_t, ilp_f64, std::string, ilp_timestamp, ilp_array,
                               ilp_decimal_text, ilp_decimal, ilp_long256>;

struct ilp_row {
    std::string table;
    std::vector<std::pair<std::string, std::string>> symbols;
    std::vector<std::pair<std::string, ilp_value>> columns;
    std::optional<ilp_timestamp> at; // nullopt: the server's time
    bool operator==(const ilp_row&) const = default;
};

/// Says why bytes are rejected, and at which position.
class ilp_refusal : public std::runtime_error {
public:
    ilp_refusal(std::size_t position, const std::string& explanation)
        : std::runtime_error("byte " + std::to_string(position) + ": " + explanation),
          offset(position), reason(explanation)
    {
    }
    std::size_t offset;
    std::string reason;
};

/// Returns whether the server accepts @p text as a decimal. The server counts at most 76 digits,
/// including zeros after the point, zeros that an exponent adds, and one zero before the point.
[[nodiscard]] bool is_decimal_text(std::string_view text);

/// Decodes whole rows of version 1, 2 or 3; throws ilp_refusal.
[[nodiscard]] std::vector<ilp_row> decode_ilp(std::string_view bytes, int version);

} // namespace coquest::test
