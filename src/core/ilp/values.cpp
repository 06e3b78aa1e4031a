// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Types that the server casts from text or from other numbers (contract §5.8).

#include <coquest/buffer.hpp>
#include <coquest/detail/text.hpp>
#include <coquest/values.hpp>

#include <string>
#include <string_view>

namespace coquest {
namespace {

constexpr std::string_view hex = "0123456789abcdef";
constexpr std::string_view base32 = "0123456789bcdefghjkmnpqrstuvwxyz"; // geohash's own

} // namespace

buffer& buffer::column_uuid(column_name name, const uuid& value)
{
    if (char* out = begin_field(name, 38)) {
        *out++ = '"';
        for (std::size_t i = 0; i < value.bytes.size(); ++i) {
            if (i == 4 || i == 6 || i == 8 || i == 10) {
                *out++ = '-';
            }
            const auto byte = std::to_integer<unsigned>(value.bytes[i]);
            *out++ = hex[byte >> 4];
            *out++ = hex[byte & 15];
        }
        *out++ = '"';
        end_field(out);
    }
    return *this;
}

buffer& buffer::column_ipv4(column_name name, ipv4 value)
{
    if (char* out = begin_field(name, 17)) {
        *out++ = '"';
        for (unsigned shift = 32; shift != 0; *out++ = shift != 0 ? '.' : '"') {
            shift -= 8;
            out = detail::put_unsigned(out, value.address >> shift & 0xff);
        }
        end_field(out);
    }
    return *this;
}

buffer& buffer::column_char(column_name name, char16_t value)
{
    if (value == 0 || value >= 0x80) {
        refuse(errc::invalid_api_call, name,
               value == 0 ? "zero is no CHAR: leave the column out for NULL"
                          : "the server takes only ASCII into a CHAR column");
        return *this;
    }
    const auto c = static_cast<char>(value);
    return column_str(name, std::string_view(&c, 1));
}

buffer& buffer::column_long256(column_name name, const long256& value)
{
    if (char* out = begin_field(name, 2 + 64 + 1)) {
        *out++ = '0';
        *out++ = 'x';
        bool leading = true;
        for (unsigned digit = 64; digit-- != 0;) {
            const auto nibble = value.words[digit / 16] >> (4 * (digit % 16)) & 15;
            leading = leading && nibble == 0 && digit != 0;
            if (!leading) {
                *out++ = hex[nibble];
            }
        }
        *out++ = 'i';
        end_field(out);
    }
    return *this;
}

buffer& buffer::column_date(column_name name,
                            std::chrono::sys_time<std::chrono::milliseconds> value)
{
    return column_ts(name, value);
}

buffer& buffer::column_geohash(column_name name, geohash value)
{
    const bool fits = value.characters >= 1 && value.characters <= 12 &&
                      value.bits >> (5 * value.characters) == 0;
    if (!fits) {
        refuse(errc::invalid_api_call, name,
               "a geohash has 1 to 12 characters of five bits each, and lies at a latitude of "
               "-90 to 90 and a longitude of -180 to 180");
        return *this;
    }
    if (char* out = begin_field(name, 14)) {
        *out++ = '"';
        for (int i = value.characters; i-- != 0;) {
            *out++ = base32[value.bits >> (5 * i) & 31];
        }
        *out++ = '"';
        end_field(out);
    }
    return *this;
}

geohash geohash::of(double latitude, double longitude, int characters) noexcept
{
    struct interval {
        double low;
        double high;
        double point;
    };
    interval across{-180, 180, longitude};
    interval up{-90, 90, latitude};
    geohash hash;
    const auto inside = [](const interval& i) { return i.point >= i.low && i.point <= i.high; };
    if (characters < 1 || characters > 12 || !inside(across) || !inside(up)) {
        return hash;
    }
    hash.characters = characters;
    for (int bit = 0; bit < 5 * characters; ++bit) {
        interval& halved = bit % 2 == 0 ? across : up;
        const double middle = (halved.low + halved.high) / 2;
        const bool upper = halved.point >= middle;
        (upper ? halved.low : halved.high) = middle;
        hash.bits = hash.bits << 1 | (upper ? 1 : 0);
    }
    return hash;
}

} // namespace coquest
