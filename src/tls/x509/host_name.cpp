// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/x509/host_name.hpp"

#include "core/text/ascii.hpp"
#include "core/text/printable.hpp"
#include "tls/x509/der.hpp"

#include <algorithm>

#include <arpa/inet.h>

namespace coquest::inline v0::detail {
namespace {

bool is_host_character(char c) noexcept
{
    return is_alnum(c) || c == '-' || c == '_';
}

// RFC 1035 2.3.4: labels of 1 to 63 bytes, at most 253 bytes in total. Underscores are not in the
// RFC, but are common in test set-ups.
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

bool host_name::matches(const certificate& leaf) const noexcept
{
    san_reader::kind kind{};
    der_bytes value;
    for (san_reader names(leaf); names.next(kind, value);) {
        if (is_ip() ? kind == san_reader::kind::ip && std::ranges::equal(value, address())
                    : kind == san_reader::kind::dns && matches(as_text(value))) {
            return true;
        }
    }
    return false;
}

std::optional<host_name> parse_host(std::string_view host, tls_diagnosis& diagnosis)
{
    std::optional<host_name> name = host_name::parse(host);
    if (!name) {
        diagnosis = describe(tls_failure::unsupported);
        diagnosis.text =
            "\"" + printable(host, 80) + "\" is neither a host name in ASCII nor an IP address";
        diagnosis.hint = "write an international name in its xn-- form";
    }
    return name;
}

} // namespace coquest::inline v0::detail
