// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/config/value.hpp"

#include "core/text/ascii.hpp"
#include "core/text/parse_digits.hpp"
#include "core/text/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace coquest::inline v0::detail {
namespace {

bool is_name(std::string_view host) noexcept
{
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return is_alnum(c) || c == '-' || c == '.' || c == '_';
    });
}

/// Returns whether @p text is four numbers below 256 with dots between them.
bool is_ipv4(std::string_view text) noexcept
{
    for (int part = 0; part < 4; ++part) {
        const std::size_t dot = part < 3 ? text.find('.') : text.size();
        std::uint8_t number = 0;
        if (dot == text.npos || !parse_digits(text.substr(0, dot), number)) {
            return false;
        }
        text.remove_prefix(std::min(dot + 1, text.size()));
    }
    return true;
}

/// Returns the number of 16-bit groups in a part of an IPv6 address (RFC 4291 2.2), or 9 if that
/// part is malformed.
int ipv6_groups(std::string_view text) noexcept
{
    constexpr int malformed = 9;
    int groups = 0;
    for (bool more = !text.empty(); more;) {
        const std::size_t colon = text.find(':');
        more = colon != text.npos;
        const std::string_view group = text.substr(0, colon);
        if (!more && is_ipv4(group)) {
            return groups + 2;
        }
        const bool hex = std::ranges::all_of(group, [](char c) { return hex_value(c) >= 0; });
        if (group.empty() || group.size() > 4 || !hex) {
            return malformed;
        }
        ++groups;
        text.remove_prefix(more ? colon + 1 : 0);
    }
    return groups;
}

/// Returns whether @p host is an IPv6 address, with or without a zone.
bool is_ipv6(std::string_view host) noexcept
{
    const std::size_t percent = host.find('%');
    if (percent != host.npos && !is_name(host.substr(percent + 1))) {
        return false;
    }
    const std::string_view address = host.substr(0, percent);
    const std::size_t gap = address.find("::");
    if (gap == address.npos) {
        return ipv6_groups(address) == 8;
    }
    return ipv6_groups(address.substr(0, gap)) + ipv6_groups(address.substr(gap + 2)) <= 7;
}

/// Returns whether a text without brackets can be read as an IPv6 address with a port, even if the
/// whole text is an IPv6 address too.
bool may_have_port(std::string_view text) noexcept
{
    const std::size_t colon = text.rfind(':');
    std::uint16_t port = 0;
    return colon != text.npos && colon + 1 != text.size() &&
           parse_digits(text.substr(colon + 1), port) && is_ipv6(text.substr(0, colon));
}

status bad_host(std::string_view host)
{
    return key_error("addr", host.empty() ? "names no host: write host, host:port or [ipv6]:port"
                                          : "names an invalid host: write host, host:port or "
                                            "[ipv6]:port, without http:// and path");
}

status bad_port()
{
    return key_error("addr", "has a port that is not a number from 1 to 65535");
}

/// Splits host, host:port, [v6]:port or a bare v6 address. A missing port becomes 0.
status parse_address(std::string_view text, server_address& out)
{
    std::string_view host = text;
    std::string_view port;
    bool has_port = false;
    const bool bracketed = text.starts_with('[');
    if (bracketed) {
        const std::size_t close = text.find(']');
        if (close == text.npos) {
            return key_error("addr", "lacks the ']' of an IPv6 address: write [ipv6]:port");
        }
        host = text.substr(1, close - 1);
        const std::string_view after_bracket = text.substr(close + 1);
        has_port = after_bracket.starts_with(':');
        if (!after_bracket.empty() && !has_port) {
            return key_error("addr", "has text after ']' that is not a port: write [ipv6]:port");
        }
        port = has_port ? after_bracket.substr(1) : after_bracket;
    } else if (std::ranges::count(text, ':') == 1) {
        const std::size_t colon = text.find(':');
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
        has_port = true;
    }
    if (!bracketed && may_have_port(text)) {
        return key_error("addr", "needs brackets around an IPv6 address, to tell it from a port: "
                                 "write [ipv6]:port");
    }
    if (bracketed ? !is_ipv6(host) : !is_host(host)) {
        return bad_host(host);
    }
    out.host = host;
    out.port = 0;
    return has_port && (!parse_digits(port, out.port) || out.port == 0) ? bad_port() : status();
}

bool same_server(const server_address& a, const server_address& b) noexcept
{
    return a.port == b.port && iequals(a.host, b.host);
}

std::size_t multiplier(std::string_view suffix) noexcept
{
    constexpr std::string_view units = "kmg";
    if (suffix.size() > 2 || (suffix.size() == 2 && to_lower(suffix[1]) != 'b')) {
        return 0;
    }
    const std::size_t unit = suffix.empty() ? units.npos : units.find(to_lower(suffix[0]));
    if (unit == units.npos) {
        return suffix.empty() ? 1 : 0;
    }
    return std::size_t{1} << (10 * (unit + 1));
}

} // namespace

status config_error(std::string message)
{
    return {errc::config_error, std::move(message)};
}

status key_error(std::string_view key, std::string_view text)
{
    std::string message = "\"";
    message.append(key).append("\" ").append(text);
    return config_error(std::move(message));
}

std::size_t find_illegal(std::string_view text) noexcept
{
    const std::size_t valid = valid_utf8_prefix(text);
    for (std::size_t i = 0; i < valid; ++i) {
        const bool c1 = text[i] == '\xc2' && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (is_control(text[i]) || c1) {
            return i;
        }
    }
    return valid;
}

bool is_host(std::string_view host) noexcept
{
    return is_name(host) || is_ipv6(host);
}

status check_not_null(std::string_view key, std::string_view value)
{
    return is_null_text(value) ? key_error(key, "is a null pointer") : status();
}

status check_text(std::string_view key, std::string_view text)
{
    const std::size_t illegal = find_illegal(text);
    if (illegal == text.size()) {
        return {};
    }
    return key_error(key, "holds a control character or invalid UTF-8 at byte " +
                              std::to_string(illegal) + " of its value");
}

bool parse_bytes(std::string_view text, std::size_t& out) noexcept
{
    const auto digits_end = std::ranges::find_if_not(text, is_digit);
    const auto digits = static_cast<std::size_t>(digits_end - text.begin());
    const std::size_t factor = multiplier(text.substr(digits));
    std::size_t value = 0;
    if (factor == 0 || !parse_digits(text.substr(0, digits), value) ||
        value > std::numeric_limits<std::size_t>::max() / factor) {
        return false;
    }
    out = value * factor;
    return true;
}

status append_addresses(config& target, std::string_view text)
{
    std::vector<server_address> addresses = target.addresses;
    for (bool more = true; more;) {
        const std::size_t comma = text.find(',');
        server_address address;
        if (status result = parse_address(text.substr(0, comma), address); !result.ok()) {
            return result;
        }
        if (address.port == 0) {
            address.port = default_port(target.transport);
        }
        addresses.push_back(std::move(address));
        more = comma != text.npos;
        text.remove_prefix(more ? comma + 1 : text.size());
    }
    if (status result = check_addresses(addresses); !result.ok()) {
        return result;
    }
    target.addresses = std::move(addresses);
    return {};
}

status check_addresses(std::span<const server_address> addresses)
{
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        if (!is_host(addresses[i].host)) {
            return bad_host(addresses[i].host);
        }
        if (addresses[i].port == 0) {
            return bad_port();
        }
        const auto current = addresses.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::any_of(addresses.begin(), current, [&](const server_address& other) {
                return same_server(other, *current);
            })) {
            return key_error("addr", "names " + to_string(*current) + " twice");
        }
    }
    return {};
}

} // namespace coquest::inline v0::detail
