// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The part of DER (X.690) that certificates use: definite lengths, one-byte tags.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {

using der_bytes = std::span<const std::byte>;

/// An owned certificate or revocation list in DER form.
using der_blob = std::vector<std::byte>;

inline constexpr unsigned tag_boolean = 0x01;
inline constexpr unsigned tag_integer = 0x02;
inline constexpr unsigned tag_bit_string = 0x03;
inline constexpr unsigned tag_octet_string = 0x04;
inline constexpr unsigned tag_oid = 0x06;
inline constexpr unsigned tag_bmp_string = 0x1e;
inline constexpr unsigned tag_utc_time = 0x17;
inline constexpr unsigned tag_generalized_time = 0x18;
inline constexpr unsigned tag_sequence = 0x30;
inline constexpr unsigned tag_set = 0x31;
inline constexpr unsigned context_tag_0 = 0xa0;
inline constexpr unsigned context_tag_3 = 0xa3;
inline constexpr unsigned tag_dns_name = 0x82;   // GeneralName [2]
inline constexpr unsigned tag_ip_address = 0x87; // GeneralName [7]

inline unsigned value_of(std::byte b) noexcept
{
    return std::to_integer<unsigned>(b);
}

inline std::string_view as_text(der_bytes bytes) noexcept
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline bool equals(der_bytes a, std::initializer_list<unsigned> b) noexcept
{
    return std::ranges::equal(a, b, {}, value_of);
}

inline bool equals(der_bytes a, der_bytes b) noexcept
{
    return std::ranges::equal(a, b);
}

// Reads elements from the front of a span. Checks every length against the remaining bytes.
class der_reader {
public:
    explicit der_reader(der_bytes bytes) noexcept : remaining_(bytes) {}

    [[nodiscard]] bool empty() const noexcept { return remaining_.empty(); }
    [[nodiscard]] bool at(unsigned tag) const noexcept
    {
        return !remaining_.empty() && value_of(remaining_[0]) == tag;
    }

    // Reads any element; `whole` includes tag and length.
    bool any(unsigned& tag, der_bytes& content, der_bytes& whole) noexcept
    {
        if (remaining_.size() < 2 || (value_of(remaining_[0]) & 0x1fU) == 0x1fU) {
            return false;
        }
        std::size_t header = 2;
        std::size_t length = value_of(remaining_[1]);
        if (length >= 0x80) {
            const std::size_t octets = length - 0x80;
            if (octets == 0 || octets > 4 || remaining_.size() < 2 + octets) {
                return false;
            }
            length = 0;
            for (const std::byte b : remaining_.subspan(2, octets)) {
                length = length << 8 | value_of(b);
            }
            header += octets;
        }
        if (length > remaining_.size() - header) {
            return false;
        }
        tag = value_of(remaining_[0]);
        whole = remaining_.first(header + length);
        content = whole.subspan(header);
        remaining_ = remaining_.subspan(header + length);
        return true;
    }

    bool read(unsigned tag, der_bytes& content) noexcept
    {
        der_bytes whole;
        return read(tag, content, whole);
    }

    bool read(unsigned tag, der_bytes& content, der_bytes& whole) noexcept
    {
        unsigned found = 0;
        return at(tag) && any(found, content, whole);
    }

    [[nodiscard]] der_bytes remaining() const noexcept { return remaining_; }

private:
    der_bytes remaining_;
};

/// Reads a Time (RFC 5280 4.1.2.5) from the front.
[[nodiscard]] bool read_time(der_reader& in, std::chrono::sys_seconds& out) noexcept;

} // namespace coquest::inline v0::detail
