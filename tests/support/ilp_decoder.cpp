// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/ilp_decoder.hpp"

#include "support/ilp_reader.hpp"
#include "support/name_reference.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <regex>
#include <system_error>

namespace coquest::test {
namespace {

constexpr std::size_t max_dimensions = 32;
constexpr std::uint32_t max_dimension_length = 0x0fffffff;
constexpr std::uint64_t max_array_bytes = 512ULL << 20;
constexpr unsigned max_decimal_scale = 76;
constexpr unsigned max_decimal_bytes = 32;
constexpr double max_decimal_digits = 76;

/// Returns the last instant of @p year, counted since 1970.
template <class Duration>
constexpr std::int64_t last_of_year(int year)
{
    using namespace std::chrono;
    const sys_days next = std::chrono::year(year + 1) / January / 1;
    return duration_cast<Duration>(next.time_since_epoch()).count() - 1;
}

class decoder : ilp_reader {
public:
    decoder(std::string_view bytes, int version) : ilp_reader(bytes), version_(version) {}

    std::vector<ilp_row> rows()
    {
        std::vector<ilp_row> decoded;
        while (position_ != bytes_.size()) {
            decoded.push_back(row());
        }
        return decoded;
    }

private:
    std::string name(std::string_view ends, bool is_table)
    {
        const std::size_t begin = position_;
        std::string result = unquoted(ends);
        if (find_name_fault(result, is_table)) {
            refuse(begin, is_table ? "a bad table name" : "a bad column name");
        }
        return result;
    }

    ilp_row row()
    {
        ilp_row result;
        result.table = name(", \n", true);
        while (took(',')) {
            std::string key = name("=", false);
            expect('=', "`=`");
            const std::size_t begin = position_;
            std::string value = unquoted(", \n");
            if (value.find('\0') != value.npos) {
                refuse(begin, "a zero byte in a symbol");
            }
            result.symbols.emplace_back(std::move(key), std::move(value));
        }
        if (took('\n')) {
            if (result.symbols.empty()) {
                refuse(position_ - 1, "a row without symbols and columns");
            }
            return result;
        }
        expect(' ', "a space or the end of the row");
        if (result.symbols.empty() || !only_timestamp_follows()) {
            do {
                std::string key = name("=", false);
                expect('=', "`=`");
                result.columns.emplace_back(std::move(key), value());
            } while (took(','));
            if (took('\n')) {
                return result;
            }
            expect(' ', "`,`, a space or the end of the row");
        }
        result.at = designated();
        expect('\n', "the end of the row");
        return result;
    }

    /// Distinguishes `t,s=v 123n` from `t,s=v 123n=1i`.
    bool only_timestamp_follows() const
    {
        const std::size_t stop = bytes_.find_first_of("=\n", position_);
        return stop != bytes_.npos && bytes_[stop] == '\n';
    }

    ilp_timestamp designated()
    {
        const std::size_t begin = position_;
        ilp_timestamp result{integer(), ilp_unit::nanos};
        if (version_ >= 2) {
            result.unit = unit();
        }
        const bool micros = result.unit == ilp_unit::micros;
        if (result.value < 0 ||
            result.value > (micros ? last_of_year<std::chrono::microseconds>(9999)
                                   : last_of_year<std::chrono::nanoseconds>(2261))) {
            refuse(begin, "a designated timestamp out of range");
        }
        return result;
    }

    ilp_unit unit()
    {
        const char c = take();
        if (c == 't') {
            return ilp_unit::micros;
        }
        if (c != 'n' || version_ == 1) {
            refuse(position_ - 1, "not a unit of time");
        }
        return ilp_unit::nanos;
    }

    ilp_value value()
    {
        const char c = peek();
        if (c == '"') {
            ++position_;
            std::string result = text("\"", "\n\r\"\\");
            ++position_;
            return result;
        }
        if (c == '=') {
            ++position_;
            return binary();
        }
        if (c == 't' || c == 'f') {
            ++position_;
            return c == 't';
        }
        return number();
    }

    ilp_value number()
    {
        const std::size_t begin = position_;
        const std::size_t stop = bytes_.find_first_of(", \n", position_);
        if (stop == bytes_.npos || stop == begin) {
            refuse(begin, "a value is missing or does not end");
        }
        const std::string_view text = bytes_.substr(begin, stop - begin);
        const char suffix = text.back();
        if (text.starts_with("0x")) {
            position_ = stop;
            return long256(begin, text);
        }
        if (suffix == 'd') {
            position_ = stop;
            return decimal_text(begin, text.substr(0, text.size() - 1));
        }
        if (suffix == 'i') {
            const std::int64_t result = integer();
            expect('i', "`i` behind the digits");
            return result;
        }
        if (suffix == 't' || suffix == 'n') {
            const std::int64_t result = integer();
            return ilp_timestamp{result, unit()};
        }
        position_ = stop;
        return f64(begin, text);
    }

    ilp_f64 f64(std::size_t begin, std::string_view text) const
    {
        if (version_ != 1) {
            refuse(begin, "a double as text after version 1");
        }
        if (text == "NaN") {
            return {std::nan("")};
        }
        const bool negative = text.front() == '-';
        if (text.substr(negative ? 1 : 0) == "Infinity") {
            return {negative ? -HUGE_VAL : HUGE_VAL};
        }
        double result = 0;
        const auto [end, parse_error] =
            std::from_chars(text.data(), text.data() + text.size(), result);
        if (text.find_first_not_of("0123456789.e-") != text.npos || parse_error != std::errc() ||
            end != text.data() + text.size()) {
            refuse(begin, "not a double");
        }
        if (text.find_first_of(".e") == text.npos) {
            refuse(begin, "a double without point and exponent");
        }
        return {result};
    }

    static ilp_long256 long256(std::size_t begin, std::string_view text)
    {
        const std::string_view digits = text.substr(2, text.size() - 3);
        if (text.size() < 4 || text.back() != 'i' || digits.size() > 64 ||
            digits.find_first_not_of("0123456789abcdef") != digits.npos) {
            refuse(begin, "not a LONG256");
        }
        ilp_long256 result;
        for (std::size_t i = 0; i < digits.size(); ++i) {
            const std::size_t nibble = digits.size() - 1 - i; // counted from the lowest
            const auto c = static_cast<unsigned char>(digits[i]);
            const std::uint64_t four = c <= '9' ? c - '0' : c - 'a' + 10U;
            result.words[nibble / 16] |= four << (nibble % 16 * 4);
        }
        return result;
    }

    ilp_decimal_text decimal_text(std::size_t begin, std::string_view text) const
    {
        if (version_ < 3) {
            refuse(begin, "a decimal before version 3");
        }
        if (!is_decimal_text(text)) {
            refuse(begin, "not a decimal");
        }
        return {std::string(text)};
    }

    ilp_value binary()
    {
        const std::size_t begin = position_;
        const auto type = static_cast<unsigned char>(take());
        if (version_ >= 2 && type == 0x10) {
            return ilp_f64{take_little<double>()};
        }
        if (version_ >= 2 && type == 0x0e) {
            return array();
        }
        if (version_ >= 3 && type == 0x17) {
            return decimal();
        }
        refuse(begin, "a binary type that this version lacks");
    }

    ilp_array array()
    {
        if (take() != 0x0a) {
            refuse(position_ - 1, "an array of other elements than doubles");
        }
        const auto dimensions = static_cast<unsigned char>(take());
        if (dimensions == 0 || dimensions > max_dimensions) {
            refuse(position_ - 1, "an array of no or too many dimensions");
        }
        ilp_array result;
        std::uint64_t elements = 1;
        bool empty = false;
        for (unsigned i = 0; i < dimensions; ++i) {
            const auto length = take_little<std::uint32_t>();
            if (length > max_dimension_length) {
                refuse(position_ - 4, "a dimension that is too long");
            }
            result.shape.push_back(length);
            empty = empty || length == 0;
            // The product stays below 2^26 * 2^28
            elements = std::min<std::uint64_t>(elements, max_array_bytes) * std::max(length, 1U);
        }
        elements = empty ? 0 : elements;
        if (elements > max_array_bytes / 8) {
            refuse(begin_of_shape(dimensions), "an array of more than 512 MiB");
        }
        if (elements > (bytes_.size() - position_) / 8) {
            refuse(bytes_.size(), "the bytes end within an array");
        }
        for (std::uint64_t i = 0; i < elements; ++i) {
            result.elements.push_back({take_little<double>()});
        }
        return result;
    }
    std::size_t begin_of_shape(std::size_t dimensions) const { return position_ - 4 * dimensions; }

    ilp_decimal decimal()
    {
        ilp_decimal result;
        result.scale = static_cast<unsigned char>(take());
        if (result.scale > max_decimal_scale) {
            refuse(position_ - 1, "a decimal of too large a scale");
        }
        const auto size = static_cast<unsigned char>(take());
        if (size > max_decimal_bytes) {
            refuse(position_ - 1, "a decimal of too many bytes");
        }
        result.unscaled = take_bytes(size);
        return result;
    }

    int version_;
};

} // namespace

bool operator==(ilp_f64 a, ilp_f64 b) noexcept
{
    return std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value) ||
           (std::isnan(a.value) && std::isnan(b.value));
}

bool is_decimal_text(std::string_view text)
{
    static const std::regex form("[-+]?(NaN|Infinity|([0-9]*)([.]([0-9]*))?([eE]([-+]?[0-9]+))?)");
    std::cmatch part;
    if (!std::regex_match(text.data(), text.data() + text.size(), part, form)) {
        return false;
    }
    if (text.back() == 'N' || text.back() == 'y') {
        return true;
    }
    if (part[2].length() + part[4].length() == 0) {
        return false;
    }
    const std::string whole = part.str(2);
    const std::size_t zeros = std::min(whole.find_first_not_of('0'), whole.size());
    const auto fraction = static_cast<double>(part[4].length());
    const double exponent = part[6].matched ? std::strtod(part.str(6).c_str(), nullptr) : 0;
    const double scale = fraction - exponent;
    const double written = std::max(static_cast<double>(whole.size() - zeros) + fraction, 1.0);
    return std::max(written + std::max(-scale, 0.0), scale + 1) <= max_decimal_digits;
}

std::vector<ilp_row> decode_ilp(std::string_view bytes, int version)
{
    return decoder(bytes, version).rows();
}

} // namespace coquest::test
