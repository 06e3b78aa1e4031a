// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/name_constraints.hpp"

#include "core/text/ascii.hpp"
#include "core/text/printable.hpp"
#include "tls/x509/der.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace coquest::inline v0::detail {
namespace {

constexpr unsigned tag_mail_address = 0x81;   // GeneralName [1]
constexpr unsigned tag_directory_name = 0xa4; // GeneralName [4]
constexpr unsigned tag_uri = 0x86;            // GeneralName [6]
constexpr unsigned tag_permitted = 0xa0;
constexpr unsigned tag_excluded = 0xa1;
// A certificate with very many names or constraints could make the comparison slow.
constexpr std::size_t max_comparisons = 1U << 20U;

struct general_name {
    unsigned tag;
    der_bytes value;
};
using general_names = std::vector<general_name>;

bool is_within(std::string_view name, std::string_view base) noexcept
{
    if (name.size() <= base.size()) {
        return iequals(name, base);
    }
    return base.empty() || (iequals(name.substr(name.size() - base.size()), base) &&
                            name[name.size() - base.size() - 1] == '.');
}

enum class relation { inside, overlapping, outside };

// A wildcard covers all names with one more label, so only some of them may be inside.
relation compare_dns(std::string_view name, std::string_view base) noexcept
{
    if (base.starts_with('.')) { // not in RFC 5280, but OpenSSL and many CAs use it
        base.remove_prefix(1);
    }
    const bool wildcard = name.starts_with("*.");
    if (wildcard) {
        name.remove_prefix(2);
    }
    if (is_within(name, base)) {
        return relation::inside;
    }
    const bool below = wildcard && is_within(base, name) &&
                       base.substr(0, base.size() - name.size() - 1).find('.') == base.npos;
    return below ? relation::overlapping : relation::outside;
}

// @p base is an address and a mask.
relation compare_ip(der_bytes name, der_bytes base) noexcept
{
    if (base.size() != 2 * name.size()) {
        return relation::outside;
    }
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (((name[i] ^ base[i]) & base[name.size() + i]) != std::byte{0}) {
            return relation::outside;
        }
    }
    return relation::inside;
}

// A base with a leading dot covers all hosts below it, but not itself; without a dot, only itself.
relation compare_host(std::string_view host, std::string_view base) noexcept
{
    const bool matches =
        base.starts_with('.')
            ? host.size() > base.size() && iequals(host.substr(host.size() - base.size()), base)
            : iequals(host, base);
    return matches ? relation::inside : relation::outside;
}

// @p base is a mailbox, a host, or a domain with a dot in front.
relation compare_mail(std::string_view name, std::string_view base) noexcept
{
    const std::size_t at = name.rfind('@');
    const std::size_t base_at = base.rfind('@');
    if (at == name.npos) {
        return relation::overlapping;
    }
    if (base.empty()) { // not defined by RFC 5280; matches every mailbox, as in NSS and Go
        return relation::inside;
    }
    if (base_at != base.npos && name.substr(0, at) != base.substr(0, base_at)) {
        return relation::outside;
    }
    return compare_host(name.substr(at + 1),
                        base_at == base.npos ? base : base.substr(base_at + 1));
}

bool is_domain_name(std::string_view host) noexcept
{
    const auto fits = [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; };
    const std::string_view last = host.substr(host.rfind('.') + 1); // npos + 1 is 0
    return !last.empty() && std::ranges::all_of(host, fits) && !std::ranges::all_of(last, is_digit);
}

// RFC 5280: a constrained URI without a host, or whose host is an address, must be rejected.
relation compare_uri(std::string_view name, std::string_view base) noexcept
{
    const std::size_t scheme = std::min(name.find(':'), name.size());
    std::string_view host = name.substr(scheme);
    if (!host.starts_with("://")) {
        return relation::overlapping;
    }
    host.remove_prefix(3);
    host = host.substr(0, host.find_first_of("/?#"));
    host = host.substr(host.rfind('@') + 1); // npos + 1 is 0
    host = host.substr(0, host.find(':'));
    if (!is_domain_name(host)) {
        return relation::overlapping;
    }
    return base.empty() ? relation::inside : compare_host(host, base);
}

bool is_text(unsigned tag) noexcept
{
    constexpr unsigned utf8 = 0x0c;
    constexpr unsigned printable = 0x13;
    constexpr unsigned ia5 = 0x16;
    return tag == utf8 || tag == printable || tag == ia5;
}

// Compares attribute values without regard to case, runs of spaces and the kind of string.
bool is_same_value(std::string_view a, std::string_view b) noexcept
{
    const auto trim = [](std::string_view& text) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        text = text.substr(0, text.find_last_not_of(' ') + 1); // npos + 1 is 0
    };
    const auto next = [](std::string_view& text) { // a run of spaces is one
        const char c = text.front();
        text.remove_prefix(c == ' ' ? text.find_first_not_of(' ') : 1);
        return c;
    };
    trim(a);
    trim(b);
    while (!a.empty() && !b.empty()) {
        if (to_lower(next(a)) != to_lower(next(b))) {
            return false;
        }
    }
    return a.empty() && b.empty();
}

relation compare_attributes(der_bytes a, der_bytes b) noexcept
{
    der_reader left(a);
    der_reader right(b);
    der_bytes oid;
    der_bytes other_oid;
    unsigned tag = 0;
    unsigned other_tag = 0;
    der_bytes value;
    der_bytes other_value;
    der_bytes whole;
    der_bytes other_whole;
    if (!left.read(tag_oid, oid) || !right.read(tag_oid, other_oid) ||
        !left.any(tag, value, whole) || !right.any(other_tag, other_value, other_whole)) {
        return relation::overlapping;
    }
    if (!equals(oid, other_oid)) {
        return relation::outside;
    }
    if (equals(whole, other_whole)) {
        return relation::inside;
    }
    if (!is_text(tag) || !is_text(other_tag)) {
        return relation::overlapping; // strings of other kinds are not compared
    }
    return is_same_value(as_text(value), as_text(other_value)) ? relation::inside
                                                               : relation::outside;
}

// @p name is inside @p base if it begins with all parts of it.
relation compare_directory(der_bytes name, der_bytes base) noexcept
{
    der_bytes parts;
    der_bytes base_parts;
    if (!der_reader(name).read(tag_sequence, parts) ||
        !der_reader(base).read(tag_sequence, base_parts)) {
        return relation::overlapping;
    }
    der_reader in(parts);
    for (der_reader base_in(base_parts); !base_in.empty();) {
        der_bytes part;
        der_bytes base_part;
        if (!base_in.read(tag_set, base_part)) {
            return relation::overlapping;
        }
        if (in.empty()) {
            return relation::outside;
        }
        if (!in.read(tag_set, part)) {
            return relation::overlapping;
        }
        der_reader attributes(part);
        der_reader base_attributes(base_part);
        der_bytes attribute;
        der_bytes base_attribute;
        if (!attributes.read(tag_sequence, attribute) ||
            !base_attributes.read(tag_sequence, base_attribute)) {
            return relation::overlapping;
        }
        if (!attributes.empty() || !base_attributes.empty()) { // rare: several in one part
            if (!equals(part, base_part)) {
                return relation::overlapping;
            }
            continue;
        }
        const relation result = compare_attributes(attribute, base_attribute);
        if (result != relation::inside) {
            return result;
        }
    }
    return relation::inside;
}

relation compare(const general_name& name, const general_name& base) noexcept
{
    switch (name.tag) {
    case tag_dns_name: return compare_dns(as_text(name.value), as_text(base.value));
    case tag_ip_address: return compare_ip(name.value, base.value);
    case tag_mail_address: return compare_mail(as_text(name.value), as_text(base.value));
    case tag_uri: return compare_uri(as_text(name.value), as_text(base.value));
    default: return compare_directory(name.value, base.value);
    }
}

bool is_known_kind(unsigned tag) noexcept
{
    return tag == tag_dns_name || tag == tag_ip_address || tag == tag_mail_address ||
           tag == tag_uri || tag == tag_directory_name;
}

bool is_well_formed(const general_name& name) noexcept
{
    const std::size_t size = name.value.size();
    return name.tag == tag_dns_name     ? size != 0 && name.value[0] != std::byte{'.'}
           : name.tag == tag_ip_address ? size == 4 || size == 16
                                        : true;
}

bool is_well_formed_base(const general_name& base) noexcept
{
    const std::size_t size = base.value.size();
    return base.tag == tag_dns_name     ? as_text(base.value).find('*') == std::string_view::npos
           : base.tag == tag_ip_address ? size == 8 || size == 32
                                        : true;
}

bool read_names(der_bytes list, general_names& out)
{
    der_bytes whole;
    for (der_reader in(list); !in.empty();) {
        general_name name{};
        if (!in.any(name.tag, name.value, whole)) {
            return false;
        }
        out.push_back(name);
    }
    return true;
}

bool read_subtrees(der_bytes list, general_names& out)
{
    der_bytes subtree;
    der_bytes whole;
    for (der_reader in(list); !in.empty();) {
        if (!in.read(tag_sequence, subtree)) {
            return false;
        }
        general_name base{};
        der_reader fields(subtree);
        // RFC 5280 does not use minimum and maximum
        if (!fields.any(base.tag, base.value, whole) || !fields.empty()) {
            return false;
        }
        out.push_back(base);
    }
    return true;
}

struct constraints {
    general_names permitted;
    general_names excluded;

    bool read(der_bytes list)
    {
        der_reader in(list);
        der_bytes subtrees;
        return (!in.at(tag_permitted) ||
                (in.read(tag_permitted, subtrees) && read_subtrees(subtrees, permitted))) &&
               (!in.at(tag_excluded) ||
                (in.read(tag_excluded, subtrees) && read_subtrees(subtrees, excluded))) &&
               in.empty();
    }

    [[nodiscard]] bool allow(const general_name& name) const
    {
        const auto same_kind = [&](const general_name& base) { return base.tag == name.tag; };
        if (!is_known_kind(name.tag)) {
            return std::ranges::none_of(permitted, same_kind) &&
                   std::ranges::none_of(excluded, same_kind);
        }
        bool constrained = false;
        bool inside = false;
        for (const general_name& base : permitted) {
            if (same_kind(base)) {
                constrained = true;
                inside |= is_well_formed_base(base) && compare(name, base) == relation::inside;
            }
        }
        const bool forbidden = std::ranges::any_of(excluded, [&](const general_name& base) {
            return same_kind(base) &&
                   (!is_well_formed_base(base) || compare(name, base) != relation::outside);
        });
        constrained |= std::ranges::any_of(excluded, same_kind);
        return !constrained || (is_well_formed(name) && !forbidden &&
                                (inside || std::ranges::none_of(permitted, same_kind)));
    }
};

std::string text_of(const general_name& name)
{
    constexpr std::size_t max_name = 80; // bytes of a name in a message
    switch (name.tag) {
    case tag_ip_address: return address_text(name.value);
    case tag_dns_name:
    case tag_mail_address:
    case tag_uri: return printable(as_text(name.value), max_name);
    case tag_directory_name: return name_text(name.value);
    default: return "of an unknown kind";
    }
}

// Reads the values of emailAddress in a Name. A value that is not text is read as an empty name.
bool read_mail_addresses(der_bytes subject, general_names& out)
{
    der_bytes parts;
    if (!der_reader(subject).read(tag_sequence, parts)) {
        return false;
    }
    for (der_reader in(parts); !in.empty();) {
        der_bytes part;
        if (!in.read(tag_set, part)) {
            return false;
        }
        for (der_reader attributes(part); !attributes.empty();) {
            der_bytes attribute;
            der_bytes oid;
            der_bytes value;
            der_bytes whole;
            unsigned tag = 0;
            if (!attributes.read(tag_sequence, attribute)) {
                return false;
            }
            der_reader fields(attribute);
            if (!fields.read(tag_oid, oid) || !fields.any(tag, value, whole)) {
                return false;
            }
            if (equals(oid, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01})) {
                out.push_back({tag_mail_address, is_text(tag) ? value : der_bytes{}});
            }
        }
    }
    return true;
}

// Collects the names that constraints apply to: the subject and the alternative names, or the mail
// addresses in the subject if there are no alternative names.
bool collect_names(const certificate& facts, general_names& out)
{
    constexpr std::size_t empty_name = 2; // tag and length
    if (facts.subject.size() > empty_name) {
        out.push_back({tag_directory_name, facts.subject});
    }
    return facts.san ? read_names(*facts.san, out) : read_mail_addresses(facts.subject, out);
}

} // namespace

std::optional<constraint_violation> find_constraint_violation(std::span<const certificate> path)
{
    std::size_t comparisons = 0;
    for (std::size_t above = path.size(); above-- > 1;) {
        const certificate& ca = path[above];
        if (!ca.name_constraints) {
            continue;
        }
        constraints limits;
        const bool limits_readable = limits.read(*ca.name_constraints);
        for (std::size_t below = 0; below < above; ++below) {
            const certificate& constrained = path[below];
            if (below != 0 && constrained.self_issued()) {
                continue;
            }
            const auto violation = [&](std::string name) {
                return constraint_violation{std::move(name), name_text(ca.subject),
                                            below == 0 ? "" : name_text(constrained.subject)};
            };
            general_names names;
            if (!collect_names(constrained, names)) {
                return violation("among malformed ones");
            }
            if (!limits_readable) {
                return violation("under constraints that are malformed");
            }
            comparisons += names.size() * (limits.permitted.size() + limits.excluded.size());
            if (comparisons > max_comparisons) {
                return violation("among too many");
            }
            for (const general_name& name : names) {
                if (!limits.allow(name)) {
                    return violation(text_of(name));
                }
            }
        }
    }
    return std::nullopt;
}

} // namespace coquest::inline v0::detail
