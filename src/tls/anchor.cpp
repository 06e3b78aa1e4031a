// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/anchor.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace coquest::detail {
namespace {

bool has_subject(der_bytes der, der_bytes name)
{
    const auto one = parse_certificate(der);
    return one && std::ranges::equal(one->subject, name);
}

} // namespace

trusted_certificate find_anchor(std::span<const der_certificate> chain, const trust& roots)
{
    if (chain.empty()) {
        return {};
    }
    if (roots.is_pinned(chain[0])) {
        return {chain[0], roots.source};
    }
    const auto text_of = [&roots](const trusted_certificate& root) {
        return root.label.empty() ? roots.source : root.label;
    };
    // some libraries tell the whole path that they have verified, and some servers send it
    const auto known = std::ranges::find(roots.issuers, chain.back(), &trusted_certificate::der);
    if (known != roots.issuers.end()) {
        return {known->der, text_of(*known)};
    }
    const der_certificate* last = &chain[0];
    for (std::size_t step = 0; step < chain.size(); ++step) {
        const auto facts = parse_certificate(*last);
        if (!facts) {
            break;
        }
        const auto is_issuer = [&](der_bytes der) { return has_subject(der, facts->issuer); };
        const auto root = std::ranges::find_if(roots.issuers, is_issuer, &trusted_certificate::der);
        if (root != roots.issuers.end()) {
            return {root->der, text_of(*root)};
        }
        const auto next = std::ranges::find_if(chain, is_issuer);
        if (next == chain.end()) {
            break;
        }
        last = &*next;
    }
    return {};
}

} // namespace coquest::detail
