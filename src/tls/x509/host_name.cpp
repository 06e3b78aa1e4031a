// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/host_name.hpp"

#include "core/ascii.hpp"
#include "tls/der.hpp"

#include <algorithm>

#include <arpa/inet.h>

namespace coquest::detail {
namespace {

bool is_host_character(char c) noexcept
{
    return is_alnum(c) || c == '-' || c == '_';
}

// RFC 1035 2.3.4: labels of 1 to 63 bytes, 253 in all. Underscores are common in test set-ups.
bool is_dns_name(std::string_view name) noexcept
{
    if (name.size() > 253) {
        return false;
    }
    for (;;) {
        const std::string_view label = name.substr(0, name.find('.'));
        if (label.empty() || label.size() > 63 || !std::ranges::all_of(label, is_host_character)) {
            return false;
        }
        if (label.size() == name.size()) {
            return true;
        }
        name.remove_prefix(label.size() + 1);
    }
}

} // namespace

std::optional<host_name> host_name::parse(std::string_view text)
{
    host_name host;
    if (text.find('\0') != std::string_view::npos) {
        return std::nullopt; // inet_pton would stop there
    }
    const std::string literal(text.substr(0, text.find('%')));
    if (inet_pton(AF_INET6, literal.c_str(), host.address_.data()) == 1) {
        host.address_size_ = 16;
        return host;
    }
    if (inet_pton(AF_INET, std::string(text).c_str(), host.address_.data()) == 1) {
        host.address_size_ = 4;
        return host;
    }
    if (text.ends_with('.')) {
        text.remove_suffix(1);
    }
    host.dns_ = text;
    std::ranges::transform(host.dns_, host.dns_.begin(), to_lower);
    if (!is_dns_name(host.dns_)) {
        return std::nullopt;
    }
    return host;
}

std::string host_name::text() const
{
    return is_ip() ? address_text(address()) : dns_;
}

bool host_name::matches(std::string_view pattern) const noexcept
{
    std::string_view name = dns_;
    if (pattern.starts_with("*.")) {
        const std::size_t dot = name.find('.');
        pattern.remove_prefix(2);
        if (dot == std::string_view::npos || pattern.find('.') == std::string_view::npos) {
            return false;
        }
        name.remove_prefix(dot + 1);
    }
    return !name.empty() && iequals(name, pattern);
}

bool host_name::matches(const certificate& of) const noexcept
{
    san_reader::kind what{};
    der_bytes value;
    for (san_reader names(of); names.next(what, value);) {
        if (is_ip() ? what == san_reader::kind::ip && std::ranges::equal(value, address())
                    : what == san_reader::kind::dns && matches(as_text(value))) {
            return true;
        }
    }
    return false;
}

} // namespace coquest::detail
