// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Parses decimals.
#pragma once

#include <coquest/values.hpp>

#include <array>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

/// A parsed decimal: its digits without leading zeros, times 10^-scale.
struct decimal_digits {
    std::array<unsigned char, 76> digits{};
    int count = 0;
    int scale = 0;  // never negative
    int places = 0; // the number of digits as the server counts them
    bool negative = false;
    bool null = false; // NaN or an infinity
};

/// Parses @p text. Returns a description of the error, or an empty string.
[[nodiscard]] std::string read_decimal(std::string_view text, decimal_digits& out);

} // namespace coquest::inline v0::detail
