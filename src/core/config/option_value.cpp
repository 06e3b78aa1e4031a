// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/config/option_value.hpp"

#include "core/config/key_pin.hpp"
#include "core/config/keyword.hpp"
#include "core/config/value.hpp"
#include "core/text/parse_digits.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>

namespace coquest::inline v0::detail {
namespace {

using std::chrono::milliseconds;

status unexpected(const option& row)
{
    return key_error(row.key, "takes " + expected_value(row));
}

/// Calls @p call with the member of @p target that holds @p row. Returns a default result if the
/// row has no member.
template <class Result, class Function>
Result visit_member(const option& row, const config& target, Function call)
{
    return std::visit(
        [&](auto member) {
            if constexpr (std::same_as<decltype(member), std::monostate>) {
                return Result();
            } else {
                return Result(call(member_of(target, member)));
            }
        },
        row.member);
}

/// Returns @p size with the largest suffix that divides it.
std::string bytes_text(std::uint64_t size)
{
    constexpr std::string_view suffixes = "kmg";
    std::size_t unit = 0;
    while (unit < suffixes.size() && size != 0 && size % 1024 == 0) {
        size /= 1024;
        ++unit;
    }
    return std::to_string(size) + std::string(unit == 0 ? "" : suffixes.substr(unit - 1, 1));
}

std::string number_text(const option& row, std::uint64_t number)
{
    return row.type == option_type::bytes ? bytes_text(number) : std::to_string(number);
}

/// Returns the keywords of T, as in "a, b or c".
template <has_keywords T>
std::string list_of_keywords()
{
    std::string list;
    for (const auto& word : keywords<T>) {
        const bool is_last = &word == &keywords<T>.back();
        list.append(list.empty() ? "" : is_last ? " or " : ", ").append(word.text);
    }
    return list;
}

std::string expected_keyword(const option& row)
{
    return visit_member<std::string>(row, config(), []<class T>(const T&) {
        if constexpr (has_keywords<T>) {
            return list_of_keywords<T>();
        } else {
            return std::string();
        }
    });
}

std::string expected_number(const option& row)
{
    std::string text = row.range.may_be_off ? "off or " : "";
    text += row.type == option_type::milliseconds ? "whole milliseconds"
            : row.type == option_type::bytes      ? "a number of bytes"
                                                  : "a whole number";
    text.append(" from ").append(number_text(row, row.range.least));
    text.append(" to ").append(number_text(row, row.range.most));
    return text + (row.type == option_type::bytes ? ", which may end in k, m or g" : "");
}

// parse: reads a text for a row. The value is checked later.

template <has_keywords T>
status parse(const option& row, std::string_view text, T& out)
{
    const auto* const found = std::ranges::find(keywords<T>, text, &keyword<T>::text);
    if (found == keywords<T>.end()) {
        return unexpected(row);
    }
    out = found->value;
    return {};
}

template <class T>
requires std::same_as<T, std::string> || std::same_as<T, secret>
status parse(const option& row, std::string_view text, T& out)
{
    const bool is_path = row.type == option_type::pem_path || row.type == option_type::crl_path;
    const bool may_be_empty = row.type == option_type::password ||
                              row.type == option_type::pem_text || row.type == option_type::header;
    if (text.empty() && !may_be_empty) {
        return key_error(row.key, "is empty: give " + (is_path ? expected_value(row) : "a value") +
                                      " or leave the key out");
    }
    out = T(text);
    return {};
}

status parse(const option& row, std::string_view text, std::size_t& out)
{
    if (row.range.may_be_off && text == "off") {
        out = 0;
        return {};
    }
    const bool is_number =
        row.type == option_type::bytes ? parse_bytes(text, out) : parse_digits(text, out);
    return is_number ? status() : unexpected(row);
}

status parse(const option& row, std::string_view text, milliseconds& out)
{
    std::int64_t count = 0;
    const bool is_number = parse_digits(text, count);
    out = milliseconds(count);
    return is_number ? status() : unexpected(row);
}

template <class T>
requires(!has_keywords<std::optional<T>>)
status parse(const option& row, std::string_view text, std::optional<T>& out)
{
    if (std::same_as<T, milliseconds> && row.range.may_be_off && text == "off") {
        out.reset();
        return {};
    }
    return parse(row, text, out.emplace());
}

status parse(const option& row, std::string_view text, std::vector<std::string>& pins)
{
    for (bool more = true; more;) {
        const std::size_t comma = text.find(',');
        const auto hash = parse_pin(text.substr(0, comma));
        if (!hash) {
            return unexpected(row);
        }
        pins.push_back(pin_text(*hash));
        more = comma != text.npos;
        text.remove_prefix(more ? comma + 1 : text.size());
    }
    return {};
}

// check: fails for a value that a row does not allow.

template <has_keywords T>
status check(const option& row, const T& value)
{
    const bool is_known = std::ranges::find(keywords<T>, value, &keyword<T>::value) !=
                          keywords<T>.end(); // an enumeration can have other values
    return is_known ? status() : unexpected(row);
}

#if !COQUEST_INSECURE_SKIP_VERIFY
status check(const option& row, const tls_verify& value)
{
    if (value == tls_verify::unsafe_off) {
        return key_error(row.key, "cannot be unsafe_off in this build: feature "
                                  "`insecure-skip-verify` is required, build coquest with "
                                  "the CMake option COQUEST_INSECURE_SKIP_VERIFY=ON");
    }
    return check<tls_verify>(row, value);
}
#endif

status check(const option& row, std::string_view text)
{
    return row.type == option_type::pem_text ? status() : check_text(row.key, text);
}

status check(const option& row, const std::string& text)
{
    return check(row, std::string_view(text));
}

status check(const option& row, const secret& text)
{
    return check(row, text.reveal());
}

status check(const option& row, const std::size_t& value)
{
    const bool is_in_range = value >= row.range.least && value <= row.range.most;
    return is_in_range ? status() : unexpected(row);
}

status check(const option& row, const milliseconds& value)
{
    const bool is_in_range = value.count() >= static_cast<std::int64_t>(row.range.least) &&
                             value.count() <= static_cast<std::int64_t>(row.range.most);
    return is_in_range ? status() : unexpected(row);
}

template <class T>
requires(!has_keywords<std::optional<T>>)
status check(const option& row, const std::optional<T>& value)
{
    return value ? check(row, *value) : status();
}

status check(const option& row, const std::vector<std::string>& pins)
{
    const bool are_pins = std::ranges::all_of(
        pins, [](const std::string& pin) { return parse_pin(pin).has_value(); });
    return are_pins ? status() : unexpected(row);
}

status check(const option&, const std::vector<server_address>& addresses)
{
    return check_addresses(addresses);
}

// show: returns a value as it is shown.

template <has_keywords T>
shown_value show(const T& value)
{
    if constexpr (std::same_as<T, bool>) {
        return value;
    } else {
        return std::string(std::ranges::find(keywords<T>, value, &keyword<T>::value)->text);
    }
}

shown_value show(const std::string& text)
{
    return text.empty() ? shown_value() : text;
}

shown_value show(const secret& text)
{
    return text.empty() ? shown_value() : std::string("***");
}

shown_value show(const std::size_t& value)
{
    return std::uint64_t{value};
}

shown_value show(const milliseconds& value)
{
    return static_cast<std::uint64_t>(value.count());
}

template <class T>
requires(!has_keywords<std::optional<T>>)
shown_value show(const std::optional<T>& value)
{
    return value ? show(*value) : shown_value();
}

shown_value show(const std::vector<std::string>& texts)
{
    return texts.empty() ? shown_value() : texts;
}

shown_value show(const std::vector<server_address>& addresses)
{
    std::vector<std::string> texts;
    texts.reserve(addresses.size());
    for (const server_address& address : addresses) {
        texts.push_back(to_string(address));
    }
    return show(texts);
}

} // namespace

std::string expected_value(const option& row)
{
    switch (row.type) {
    case option_type::addresses:
        return "host, host:port or [ipv6]:port; several are separated by commas";
    case option_type::ip_address: return "an IP address of this machine";
    case option_type::pem_path: return "the path of a PEM file";
    case option_type::crl_path: return "the path of a file of revocation lists";
    case option_type::pins:
        return "sha256/ and the base64 of 32 bytes, the SHA-256 of a public key; several are "
               "separated by commas";
    case option_type::keyword: return expected_keyword(row);
    case option_type::milliseconds:
    case option_type::number:
    case option_type::bytes: return expected_number(row);
    case option_type::pem_text: return "the text of a PEM file";
    case option_type::keystore_password: return "nothing";
    case option_type::password:
    case option_type::header: return "a text, which may be empty";
    case option_type::text:
    case option_type::secret_text: break;
    }
    return "a text";
}

status check_value(const option& row, const config& target)
{
    return visit_member<status>(row, target, [&](const auto& value) { return check(row, value); });
}

bool has_default(const option& row, const config& target)
{
    const config defaults;
    return std::visit(
        [&](auto member) {
            if constexpr (std::same_as<decltype(member), std::monostate>) {
                return true;
            } else {
                return member_of(target, member) == member_of(defaults, member);
            }
        },
        row.member);
}

void set_implied(config& target, const option& row)
{
    if (row.key == "max_buf_size" && target.init_buf_size == config().init_buf_size) {
        target.init_buf_size = std::min(target.init_buf_size, target.max_buf_size);
    } else if (row.key == "tls_roots" && target.tls.ca == tls_options().ca) {
        target.tls.ca = tls_ca::pem_file; // validate() reports a conflict with another tls_ca
    }
}

status set_text(config& target, const option& row, std::string_view text)
{
    if (status result = check_scope(row, target.transport); !result.ok()) {
        return result;
    }
    if (status result = check_not_null(row.key, text); !result.ok()) {
        return result;
    }
    if (status result = check(row, text); !result.ok()) {
        return result;
    }
    return std::visit(
        [&](auto member) {
            using member_type = decltype(member);
            if constexpr (std::same_as<member_type, std::monostate>) {
                return key_error(row.key, "is for keystores, which are not supported: let "
                                          "tls_roots name a PEM file, which needs no password");
            } else if constexpr (std::same_as<member_type, decltype(&config::addresses)>) {
                return append_addresses(target, text);
            } else {
                auto value = member_of(target, member);
                status result = parse(row, text, value);
                return result.ok() ? set_value(target, member, std::move(value), row) : result;
            }
        },
        row.member);
}

shown_value value_of(const option& row, const config& target)
{
    if (is_secret(row)) {
        return has_default(row, target) ? shown_value() : std::string("***");
    }
    if (row.key == "auto_flush_rows" && !target.auto_flush_rows) {
        return std::uint64_t{default_rows_per_batch(target.transport)};
    }
    return visit_member<shown_value>(row, target, [](const auto& value) { return show(value); });
}

std::string value_text(const option& row, const config& target)
{
    const shown_value value = value_of(row, target);
    if (const auto* const is_on = std::get_if<bool>(&value)) {
        return *is_on ? "on" : "off";
    }
    if (const auto* const number = std::get_if<std::uint64_t>(&value)) {
        const bool is_off =
            *number == 0 && row.range.may_be_off && row.type != option_type::milliseconds;
        return is_off ? "off" : number_text(row, *number);
    }
    if (const auto* const text = std::get_if<std::string>(&value)) {
        return *text;
    }
    std::string list = row.range.may_be_off ? "off" : "none";
    if (const auto* const texts = std::get_if<std::vector<std::string>>(&value)) {
        list.clear();
        for (const std::string& text : *texts) {
            list.append(list.empty() ? "" : ",").append(text);
        }
    }
    return list;
}

} // namespace coquest::inline v0::detail
