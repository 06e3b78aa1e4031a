// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/text/base64.hpp"

namespace coquest::inline v0::detail {

void base64_encode(std::span<const std::byte> bytes, base64 alphabet, std::string& out)
{
    const std::string_view digits = base64_alphabet(alphabet);
    while (!bytes.empty()) {
        const std::size_t n = bytes.size() < 3 ? bytes.size() : 3;
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            group = group << 8 | (i < n ? std::to_integer<std::uint32_t>(bytes[i]) : 0);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            if (i <= n) {
                out += digits[group >> (18 - 6 * i) & 63];
            } else if (alphabet == base64::standard) {
                out += '=';
            }
        }
        bytes = bytes.subspan(n);
    }
}

} // namespace coquest::inline v0::detail
