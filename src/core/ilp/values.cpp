// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Timestamps, and types that the server casts from text or from numbers (docs/protocol.md, Types
// and values).

#include <coquest/detail/text.hpp>
#include <coquest/detail/write_column.hpp>
#include <coquest/values.hpp>

#include "core/text/ascii.hpp"

#include <string>
#include <string_view>

namespace coquest::inline v0 {
namespace detail {
namespace {

constexpr std::string_view base32 = "0123456789bcdefghjkmnpqrstuvwxyz"; // of geohashes

void put_ticks(row_writer& rows, column_name name, std::int64_t ticks, char suffix)
{
    if (char* out = rows.begin_column(name, max_integer_text + 1)) {
        out = put_integer(out, ticks);
        *out = suffix;
        rows.end_column(out + 1);
    }
}

} // namespace

void write_timestamp(row_writer& rows, column_name name, timestamp_micros value)
{
    put_ticks(rows, name, value.value, 't');
}

void write_timestamp(row_writer& rows, column_name name, timestamp_nanos value)
{
    if (rows.version() == protocol_version::v1) { // has only microseconds
        put_ticks(rows, name, value.value / 1000, 't');
    } else {
        put_ticks(rows, name, value.value, 'n');
    }
}

void write_uuid(row_writer& rows, column_name name, const uuid& value)
{
    if (char* out = rows.begin_column(name, 38)) {
        *out++ = '"';
        for (std::size_t i = 0; i < value.bytes.size(); ++i) {
            if (i == 4 || i == 6 || i == 8 || i == 10) {
                *out++ = '-';
            }
            const auto byte = std::to_integer<unsigned>(value.bytes[i]);
            *out++ = hex_digits[byte >> 4];
            *out++ = hex_digits[byte & 15];
        }
        *out++ = '"';
        rows.end_column(out);
    }
}

void write_ipv4(row_writer& rows, column_name name, ipv4 value)
{
    if (char* out = rows.begin_column(name, 17)) {
        *out++ = '"';
        for (unsigned shift = 32; shift != 0; *out++ = shift != 0 ? '.' : '"') {
            shift -= 8;
            out = put_unsigned(out, value.address >> shift & 0xff);
        }
        rows.end_column(out);
    }
}

void write_char(row_writer& rows, column_name name, char16_t value)
{
    if (value == 0 || value >= 0x80) {
        rows.refuse(errc::invalid_api_call, name,
                    value == 0 ? "zero is not a CHAR: leave the column out for NULL"
                               : "the server accepts only ASCII in a CHAR column");
        return;
    }
    const auto c = static_cast<char>(value);
    write_text(rows, name, std::string_view(&c, 1));
}

void write_long256(row_writer& rows, column_name name, const long256& value)
{
    if (char* out = rows.begin_column(name, 2 + 64 + 1)) {
        *out++ = '0';
        *out++ = 'x';
        bool leading = true;
        for (unsigned digit = 64; digit-- != 0;) {
            const auto nibble = value.words[digit / 16] >> (4 * (digit % 16)) & 15;
            leading = leading && nibble == 0 && digit != 0;
            if (!leading) {
                *out++ = hex_digits[nibble];
            }
        }
        *out++ = 'i';
        rows.end_column(out);
    }
}

void write_geohash(row_writer& rows, column_name name, geohash value)
{
    const bool fits = value.characters >= 1 && value.characters <= 12 &&
                      value.bits >> (5 * value.characters) == 0;
    if (!fits) {
        rows.refuse(errc::invalid_api_call, name,
                    "a geohash has 1 to 12 characters of five bits each, and lies at a latitude of "
                    "-90 to 90 and a longitude of -180 to 180");
        return;
    }
    if (char* out = rows.begin_column(name, 14)) {
        *out++ = '"';
        for (int i = value.characters; i-- != 0;) {
            *out++ = base32[value.bits >> (5 * i) & 31];
        }
        *out++ = '"';
        rows.end_column(out);
    }
}

} // namespace detail

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

} // namespace coquest::inline v0
