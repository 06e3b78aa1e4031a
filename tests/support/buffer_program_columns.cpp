// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The columns of buffer_program: one call for each type, and the value that the decoder must
// return.

#include "support/buffer_program.hpp"
#include "support/random_values.hpp"
#include "support/text_reference.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <utility>

namespace coquest::test {
namespace {

__extension__ using wide = __int128;

/// Returns a number of at most 128 bits in two's complement, most significant byte first, in as few
/// bytes as possible.
std::string big_endian(wide value)
{
    std::string bytes;
    bool more = true;
    while (more) {
        const auto low = static_cast<std::int8_t>(value & 0xff);
        bytes.insert(bytes.begin(), static_cast<char>(low));
        value >>= 8;
        more = value != (low < 0 ? -1 : 0);
    }
    return bytes;
}

} // namespace

ilp_timestamp on_wire(ilp_timestamp value, int version)
{
    if (version == 1 && value.unit == ilp_unit::nanos) {
        return {value.value / 1000, ilp_unit::micros};
    }
    return value;
}

void buffer_program::column()
{
    trace("column");
    const column_name name = choose_name();
    switch (choose_.below(10)) {
    case 0: {
        const bool value = choose_.once_in(2);
        choose_.once_in(2) ? buffer_.column_bool(name, value) : buffer_.column(name, value);
        return add(value);
    }
    case 1:
    case 2:
    case 3: return number_column(name);
    case 4:
    case 5: {
        const std::string value = random_text(choose_);
        choose_.once_in(2) ? buffer_.column_str(name, value) : buffer_.column(name, value);
        return add_text(value);
    }
    case 6: return timestamp_column(name);
    case 7: return array_column(name);
    case 8: return decimal_column(name);
    default: return cast_column(name);
    }
}

void buffer_program::add_text(const std::string& value)
{
    attempted_ += 2 * value.size();
    faults failures;
    if (utf8_prefix(value) != value.size()) {
        failures.late = errc::invalid_utf8;
    }
    add(value, failures);
}

void buffer_program::number_column(column_name name)
{
    switch (choose_.below(6)) {
    case 0: {
        const std::uint64_t value = choose_.bits(); // half of them are too large
        buffer_.column(name, value);
        faults failures;
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            failures.early = errc::invalid_api_call;
        }
        return add(static_cast<std::int64_t>(value), failures);
    }
    case 1: {
        const std::int64_t value = random_i64(choose_);
        buffer_.column_i64(name, value);
        return add(value);
    }
    case 2: {
        const auto value = static_cast<std::int16_t>(choose_.bits());
        buffer_.column(name, value);
        return add(std::int64_t{value});
    }
    case 3: {
        std::optional<double> value;
        if (choose_.once_in(2)) {
            value = random_f64(choose_);
        }
        buffer_.column(name, value);
        return add(value ? std::optional<ilp_value>(ilp_f64{*value}) : std::nullopt);
    }
    default: {
        const double value = random_f64(choose_);
        buffer_.column_f64(name, value);
        return add(ilp_f64{value});
    }
    }
}

template <class Duration>
void buffer_program::time_point_column(column_name name)
{
    const std::chrono::sys_time<Duration> value(Duration(random_i64(choose_)));
    buffer_.column_ts(name, value);
    add_time_point(value);
}

void buffer_program::timestamp_column(column_name name)
{
    switch (choose_.below(7)) {
    case 0: return time_point_column<std::chrono::hours>(name);
    case 1: return time_point_column<std::chrono::milliseconds>(name);
    case 2: return time_point_column<std::chrono::nanoseconds>(name);
    case 3: return time_point_column<std::chrono::duration<std::int64_t, std::pico>>(name);
    case 4: {
        const auto count = static_cast<std::int32_t>(choose_.bits());
        buffer_.column_date(name, std::chrono::sys_time<std::chrono::milliseconds>(
                                      std::chrono::milliseconds(count)));
        return add(ilp_timestamp{std::int64_t{count} * 1000, ilp_unit::micros});
    }
    case 5: {
        const timestamp_micros value(random_i64(choose_));
        buffer_.column_ts(name, value);
        return add(ilp_timestamp{value.value, ilp_unit::micros});
    }
    default: {
        const timestamp_nanos value(random_i64(choose_));
        buffer_.column(name, value);
        return add(on_wire({value.value, ilp_unit::nanos}, version_));
    }
    }
}

void buffer_program::decimal_column(column_name name)
{
    faults failures;
    if (version_ < 3) {
        failures.early = errc::protocol_version_error;
    }
    if (choose_.once_in(2)) {
        const std::string value = random_decimal(choose_);
        if (!is_decimal_text(value)) {
            failures.late = errc::invalid_decimal;
        }
        buffer_.column_dec(name, value);
        return add(ilp_decimal_text{value}, failures);
    }
    int scale = static_cast<int>(choose_.below(90)) - 10;
    if (scale > 76) {
        failures.late = errc::invalid_decimal;
    }
    if (choose_.once_in(2)) {
        const std::int64_t value = random_i64(choose_);
        buffer_.column(name, decimal(value, scale));
        wide unscaled = value;
        for (; scale < 0; ++scale) {
            unscaled *= 10; // at most 10^10 times 2^63
        }
        return add(ilp_decimal{static_cast<unsigned>(scale), big_endian(unscaled)}, failures);
    }
    scale = std::max(scale, 0);
    std::string bytes;
    for (std::size_t left = choose_.below(36); left != 0; --left) {
        bytes +=
            static_cast<char>(choose_.once_in(3) ? choose_.below(0x100) : 0xff * choose_.below(2));
    }
    buffer_.column_dec(name, decimal(std::as_bytes(std::span(bytes)), scale));
    while (bytes.size() > 1 && static_cast<signed char>(bytes[0]) ==
                                   (static_cast<signed char>(bytes[1]) < 0 ? -1 : 0)) {
        bytes.erase(0, 1);
    }
    if (bytes.size() > 32) {
        failures.late = errc::invalid_decimal;
    }
    add(ilp_decimal{static_cast<unsigned>(scale), bytes}, failures);
}

/// Types that are sent as a text or a number, which the server casts.
void buffer_program::cast_column(column_name name)
{
    faults failures;
    switch (choose_.below(5)) {
    case 0: {
        uuid value;
        std::string text;
        for (std::size_t i = 0; i < value.bytes.size(); ++i) {
            const auto byte = static_cast<unsigned>(choose_.below(0x100));
            value.bytes[i] = static_cast<std::byte>(byte);
            char hex[3];
            std::snprintf(hex, sizeof hex, "%02x", byte);
            text += i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "";
            text += hex;
        }
        buffer_.column(name, value);
        return add(text);
    }
    case 1: {
        const auto value = static_cast<std::uint32_t>(choose_.bits() >> choose_.below(64));
        buffer_.column(name, ipv4{value});
        return add(std::to_string(value >> 24) + '.' + std::to_string(value >> 16 & 255) + '.' +
                   std::to_string(value >> 8 & 255) + '.' + std::to_string(value & 255));
    }
    case 2: {
        long256 value;
        for (std::uint64_t& word : value.words) {
            word = choose_.once_in(2) ? choose_.bits() : 0;
        }
        buffer_.column(name, value);
        return add(ilp_long256{value.words});
    }
    case 3: {
        const auto value = static_cast<char16_t>(choose_.bits() >> choose_.below(64));
        buffer_.column_char(name, value);
        if (value == 0 || value > 0x7f) {
            failures.early = errc::invalid_api_call;
        }
        return add(std::string(1, static_cast<char>(value)), failures);
    }
    default: {
        const int characters = static_cast<int>(choose_.below(14));
        const std::uint64_t bits =
            choose_.bits() >> (characters == 0 ? 0 : 64 - std::min(64, 5 * characters));
        const bool fits = characters >= 1 && characters <= 12;
        buffer_.column(name, geohash{bits, characters});
        std::string text;
        for (std::uint64_t remaining_bits = bits; static_cast<int>(text.size()) < characters;
             remaining_bits /= 32) {
            text.insert(text.begin(), "0123456789bcdefghjkmnpqrstuvwxyz"[remaining_bits % 32]);
        }
        if (!fits) {
            failures.early = errc::invalid_api_call;
        }
        return add(text, failures);
    }
    }
}

} // namespace coquest::test
