// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The part of DER that certificates use (X.690): definite lengths, one-byte tags.
#pragma once

#include "tls/x509.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace coquest::detail {

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
inline constexpr unsigned tag_version = 0xa0;
inline constexpr unsigned tag_extensions = 0xa3;
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

// Reads elements from the front of a span. Every length is checked against what is left.
class der_reader {
public:
    explicit der_reader(der_bytes bytes) noexcept : rest_(bytes) {}

    [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
    [[nodiscard]] bool at(unsigned tag) const noexcept
    {
        return !rest_.empty() && value_of(rest_[0]) == tag;
    }

    // Reads any element; `whole` includes tag and length.
    bool any(unsigned& tag, der_bytes& content, der_bytes& whole) noexcept
    {
        if (rest_.size() < 2 || (value_of(rest_[0]) & 0x1fU) == 0x1fU) {
            return false;
        }
        std::size_t header = 2;
        std::size_t length = value_of(rest_[1]);
        if (length >= 0x80) {
            const std::size_t octets = length - 0x80;
            if (octets == 0 || octets > 4 || rest_.size() < 2 + octets) {
                return false;
            }
            length = 0;
            for (const std::byte b : rest_.subspan(2, octets)) {
                length = length << 8 | value_of(b);
            }
            header += octets;
        }
        if (length > rest_.size() - header) {
            return false;
        }
        tag = value_of(rest_[0]);
        whole = rest_.first(header + length);
        content = whole.subspan(header);
        rest_ = rest_.subspan(header + length);
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

    [[nodiscard]] der_bytes rest() const noexcept { return rest_; }

private:
    der_bytes rest_;
};

/// Takes a Time (RFC 5280 4.1.2.5) off the front.
[[nodiscard]] bool read_time(der_reader& in, std::chrono::sys_seconds& out) noexcept;

} // namespace coquest::detail
