// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/config_value.hpp"

#include <coquest/name.hpp>

#include "core/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace coquest::detail {
namespace {

/// Parses digits and nothing else.
template <class Integer>
bool parse_digits(std::string_view text, Integer& out) noexcept
{
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const auto result = std::from_chars(begin, end, out);
    return result.ec == std::errc() && result.ptr == end && is_digit(text.front());
}

bool is_name(std::string_view host) noexcept
{
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return is_alnum(c) || c == '-' || c == '.' || c == '_';
    });
}

/// Says whether @p text is four numbers below 256 with dots between.
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

/// Counts the groups of 16 bits in a part of an IPv6 address (RFC 4291 2.2); 9 where it is
/// malformed.
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

/// Says whether @p host is an IPv6 address, with or without a zone.
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

/// Splits host, host:port, [v6]:port or bare v6. The port is 0 where there is none.
fault parse_address(std::string_view text, server_address& out)
{
    std::string_view host = text;
    std::string_view port;
    bool has_port = false;
    const bool bracketed = text.starts_with('[');
    if (bracketed) {
        const std::size_t close = text.find(']');
        if (close == text.npos) {
            return key_fault("addr", "lacks the ']' of an IPv6 address: write [ipv6]:port");
        }
        host = text.substr(1, close - 1);
        const std::string_view rest = text.substr(close + 1);
        has_port = rest.starts_with(':');
        if (!rest.empty() && !has_port) {
            return key_fault("addr", "has text after ']' that is no port: write [ipv6]:port");
        }
        port = has_port ? rest.substr(1) : rest;
    } else if (std::ranges::count(text, ':') == 1) {
        const std::size_t colon = text.find(':');
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
        has_port = true;
    }
    if (bracketed ? !is_ipv6(host) : !is_host(host)) {
        return key_fault("addr", host.empty()
                                     ? "names no host: write host, host:port or [ipv6]:port"
                                     : "names a host that cannot be: write host, host:port or "
                                       "[ipv6]:port, without http:// and path");
    }
    out.host = host;
    out.port = 0;
    if (has_port && (!parse_digits(port, out.port) || out.port == 0)) {
        return key_fault("addr", "has a port that is not a number from 1 to 65535");
    }
    return {};
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

fault config_fault(std::string message)
{
    return {errc::config_error, std::move(message)};
}

fault key_fault(std::string_view key, std::string_view rest)
{
    std::string message = "\"";
    message.append(key).append("\" ").append(rest);
    return config_fault(std::move(message));
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

fault check_text(std::string_view key, std::string_view text)
{
    const std::size_t illegal = find_illegal(text);
    if (illegal == text.size()) {
        return {};
    }
    return key_fault(key, "holds a control character or invalid UTF-8 at byte " +
                              std::to_string(illegal) + " of its value");
}

fault check_millis(std::string_view key, std::chrono::milliseconds value, int least)
{
    if (value.count() >= least && value <= longest_timeout) {
        return {};
    }
    return key_fault(key, "takes whole milliseconds from " + std::to_string(least) + " to " +
                              std::to_string(longest_timeout.count()));
}

fault parse_millis(std::string_view key, std::string_view text, int least,
                   std::chrono::milliseconds& out)
{
    std::int64_t value = 0;
    const bool number = parse_digits(text, value);
    fault failure = check_millis(key, std::chrono::milliseconds(number ? value : -1), least);
    if (!failure) {
        out = std::chrono::milliseconds(value);
    }
    return failure;
}

fault parse_count(std::string_view key, std::string_view text, std::size_t least, std::size_t& out)
{
    std::size_t value = 0;
    if (!parse_digits(text, value) || value < least) {
        return key_fault(key, "takes a whole number of at least " + std::to_string(least));
    }
    out = value;
    return {};
}

fault parse_size(std::string_view key, std::string_view text, std::size_t least, std::size_t& out)
{
    const auto digits_end = std::ranges::find_if_not(text, is_digit);
    const auto digits = static_cast<std::size_t>(digits_end - text.begin());
    const std::size_t factor = multiplier(text.substr(digits));
    std::size_t value = 0;
    if (!parse_digits(text.substr(0, digits), value) || factor == 0 ||
        value > std::numeric_limits<std::size_t>::max() / factor || value * factor < least) {
        return key_fault(key, "takes a number of bytes of at least " + std::to_string(least) +
                                  ", which may end in k, m or g");
    }
    out = value * factor;
    return {};
}

fault append_addresses(config& target, std::string_view text)
{
    std::vector<server_address> all = target.addresses;
    for (bool more = true; more;) {
        const std::size_t comma = text.find(',');
        server_address address;
        if (fault failure = parse_address(text.substr(0, comma), address)) {
            return failure;
        }
        if (address.port == 0) {
            address.port = default_port(target.transport);
        }
        all.push_back(std::move(address));
        more = comma != text.npos;
        text.remove_prefix(more ? comma + 1 : text.size());
    }
    if (fault failure = check_addresses(all)) {
        return failure;
    }
    target.addresses = std::move(all);
    return {};
}

fault check_addresses(std::span<const server_address> all)
{
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!is_host(all[i].host) || all[i].port == 0) {
            return key_fault("addr", "names a host or port that cannot be");
        }
        const auto before = all.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::any_of(all.begin(), before,
                        [&](const server_address& other) { return same_server(other, all[i]); })) {
            return key_fault("addr", "names " + to_string(all[i]) + " twice");
        }
    }
    return {};
}

} // namespace coquest::detail
