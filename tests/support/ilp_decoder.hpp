// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reads the line protocol back, byte by byte, sharing nothing with the encoder. It refuses what the
// server refuses, drops or corrupts (contract §5), and what the encoder has no reason to write.
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

/// A double that equals itself: by its bits, or as another NaN, since NULL is all that it becomes.
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

/// A decimal as unscaled * 10^-scale; the bytes are two's complement, the highest first.
struct ilp_decimal {
    unsigned scale = 0;
    std::string unscaled;
    bool operator==(const ilp_decimal&) const = default;
};

/// A LONG256, four words of 64 bits, the lowest first.
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
    std::optional<ilp_timestamp> at; // none: the server's time
    bool operator==(const ilp_row&) const = default;
};

/// Says why bytes are refused and where.
class ilp_refusal : public std::runtime_error {
public:
    ilp_refusal(std::size_t where, const std::string& why)
        : std::runtime_error("byte " + std::to_string(where) + ": " + why), offset(where),
          reason(why)
    {
    }
    std::size_t offset;
    std::string reason;
};

/// Says whether @p text is a decimal that the server takes. It counts at most 76 digits: zeros
/// behind the point, those that an exponent adds and one before the point are among them.
[[nodiscard]] bool is_decimal_text(std::string_view text);

/// Decodes whole rows of version 1, 2 or 3; throws ilp_refusal.
[[nodiscard]] std::vector<ilp_row> decode_ilp(std::string_view bytes, int version);

} // namespace coquest::test
