// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/name_constraints.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"
#include "tls/der.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace coquest::detail {
namespace {

constexpr unsigned tag_permitted = 0xa0;
constexpr unsigned tag_excluded = 0xa1;
// Comparing every name with every constraint is what an attacker would make slow.
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

// A wildcard stands for all names with one more label, so it may lie on both sides of the line.
relation compare_dns(std::string_view name, std::string_view base) noexcept
{
    if (base.starts_with('.')) { // no name of RFC 5280's, but of OpenSSL's and of many CAs
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

relation compare(const general_name& name, const general_name& base) noexcept
{
    return name.tag == tag_dns_name ? compare_dns(as_text(name.value), as_text(base.value))
                                    : compare_ip(name.value, base.value);
}

// Mail addresses, URIs and directory names are left to the library: no host is known by them.
bool is_left_to_the_library(unsigned tag) noexcept
{
    return tag == 0x81 || tag == 0x86 || tag == 0xa4;
}

bool is_well_formed(const general_name& name) noexcept
{
    const std::size_t size = name.value.size();
    return name.tag == tag_dns_name ? size != 0 && name.value[0] != std::byte{'.'}
                                    : size == 4 || size == 16;
}

bool is_well_formed_base(const general_name& base) noexcept
{
    const std::size_t size = base.value.size();
    return base.tag == tag_dns_name ? as_text(base.value).find('*') == std::string_view::npos
                                    : size == 8 || size == 32;
}

bool read_names(der_bytes list, general_names& out)
{
    der_bytes whole;
    for (der_reader in(list); !in.empty();) {
        general_name one{};
        if (!in.any(one.tag, one.value, whole)) {
            return false;
        }
        out.push_back(one);
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
        // minimum and maximum are for later versions of the standard, which never came
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
        if (name.tag != tag_dns_name && name.tag != tag_ip_address) {
            return is_left_to_the_library(name.tag) ||
                   (std::ranges::none_of(permitted, same_kind) &&
                    std::ranges::none_of(excluded, same_kind));
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
    return name.tag == tag_ip_address ? address_text(name.value)
           : name.tag == tag_dns_name ? printable(as_text(name.value), max_name)
                                      : "of an unknown kind";
}

// The CAs above the leaf. Each is looked at once, so that a circle ends.
std::vector<certificate> issuers_of(const certificate& leaf, std::span<const der_bytes> chain,
                                    const trust& roots)
{
    std::vector<certificate> pool;
    const auto add = [&pool](der_bytes der) {
        if (const auto one = parse_certificate(der)) {
            pool.push_back(*one);
        }
    };
    std::ranges::for_each(chain.subspan(1), add);
    std::ranges::for_each(roots.pins, add);
    if (!roots.from_file) {
        std::ranges::for_each(roots.issuers, add, &trusted_certificate::der);
    }
    std::vector<certificate> found{leaf};
    for (std::size_t i = 0; i < found.size() && !pool.empty(); ++i) {
        const der_bytes name = found[i].issuer;
        const auto others = std::ranges::partition(
            pool, [&](const certificate& one) { return !std::ranges::equal(one.subject, name); });
        found.insert(found.end(), others.begin(), others.end());
        pool.erase(others.begin(), others.end());
    }
    found.erase(found.begin());
    return found;
}

} // namespace

std::optional<constraint_violation> find_constraint_violation(std::span<const der_bytes> chain,
                                                              const trust& roots)
{
    const auto leaf = chain.empty() ? std::nullopt : parse_certificate(chain[0]);
    general_names names;
    if (!leaf || !leaf->san) {
        return std::nullopt;
    }
    const bool readable = read_names(*leaf->san, names);
    for (const certificate& ca : issuers_of(*leaf, chain, roots)) {
        if (!ca.name_constraints) {
            continue;
        }
        constraints limits;
        if (!readable) {
            return constraint_violation{"among malformed ones", name_text(ca.subject)};
        }
        if (!limits.read(*ca.name_constraints)) {
            return constraint_violation{"under constraints that are malformed",
                                        name_text(ca.subject)};
        }
        if (names.size() * (limits.permitted.size() + limits.excluded.size()) > max_comparisons) {
            return constraint_violation{"among too many", name_text(ca.subject)};
        }
        for (const general_name& name : names) {
            if (!limits.allow(name)) {
                return constraint_violation{text_of(name), name_text(ca.subject)};
            }
        }
    }
    return std::nullopt;
}

} // namespace coquest::detail
