// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/text/printable.hpp"
#include "tls/x509/der.hpp"
#include "tls/x509/x509.hpp"

#include <array>

#include <arpa/inet.h>

namespace coquest::inline v0::detail {
namespace {

constexpr std::size_t max_name = 80; // bytes of a name in a message

// Returns the last value of the attribute 2.5.4.@p id in a Name.
std::string attribute(der_bytes name, unsigned id)
{
    std::string found;
    der_bytes sets;
    if (!der_reader(name).read(tag_sequence, sets)) {
        return found;
    }
    der_bytes set;
    der_bytes pair;
    der_bytes oid;
    for (der_reader in(sets); in.read(tag_set, set);) {
        for (der_reader pairs(set); pairs.read(tag_sequence, pair);) {
            der_reader fields(pair);
            unsigned tag = 0;
            der_bytes value;
            der_bytes whole;
            if (!fields.read(tag_oid, oid) || !equals(oid, {0x55, 0x04, id}) ||
                !fields.any(tag, value, whole)) {
                continue;
            }
            found.clear();
            const std::size_t step = tag == tag_bmp_string ? 2 : 1; // UTF-16, high byte first
            for (std::size_t i = 0; i + step <= value.size(); i += step) {
                const bool wide = step == 2 && value[i] != std::byte{0};
                found += wide ? '?' : std::to_integer<char>(value[i + step - 1]);
            }
        }
    }
    return found;
}

} // namespace

bool san_reader::next(kind& name_kind, der_bytes& value) noexcept
{
    der_reader in(remaining_);
    unsigned tag = 0;
    der_bytes whole;
    while (in.any(tag, value, whole)) {
        if (tag == tag_dns_name || tag == tag_ip_address) {
            name_kind = tag == tag_dns_name ? kind::dns : kind::ip;
            remaining_ = in.remaining();
            return true;
        }
    }
    remaining_ = {};
    return false;
}

std::string common_name(der_bytes name)
{
    return printable(attribute(name, 3), max_name);
}

std::string name_text(der_bytes name)
{
    for (const unsigned id : {3U, 10U, 11U}) { // commonName, organization, organizational unit
        if (std::string text = attribute(name, id); !text.empty()) {
            return printable(text, max_name);
        }
    }
    return "(no name)";
}

std::string san_text(const certificate& facts)
{
    constexpr std::size_t limit = 8; // names shown; a hosting provider's list has hundreds
    std::string text;
    std::size_t count = 0;
    san_reader::kind name_kind{};
    der_bytes value;
    for (san_reader names(facts); names.next(name_kind, value); ++count) {
        if (count < limit) {
            text += count == 0 ? "" : ", ";
            text += name_kind == san_reader::kind::ip ? address_text(value)
                                                      : printable(as_text(value), max_name);
        }
    }
    if (count > limit) {
        text += " and " + std::to_string(count - limit) + " more";
    }
    return count == 0 ? "none" : text;
}

std::string address_text(der_bytes address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = address.size() == 4 ? AF_INET : AF_INET6;
    if ((address.size() != 4 && address.size() != 16) ||
        inet_ntop(family, address.data(), text.data(), text.size()) == nullptr) {
        return "(malformed address)";
    }
    return text.data();
}

} // namespace coquest::inline v0::detail
