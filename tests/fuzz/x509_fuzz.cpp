// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Certificates come from whoever answers, revocation lists from wherever a job fetches them: no
// bytes may make the readers leave their input.

#include "tls/crl.hpp"
#include "tls/host_name.hpp"
#include "tls/name_constraints.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

using namespace coquest::detail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto host = host_name::parse("db.example.test");
    const der_bytes der = std::as_bytes(std::span(data, size));
    if (const auto list = parse_crl(der)) {
        return list->der.size() == size ? 0 : -1;
    }
    if (const auto facts = parse_certificate(der)) {
        const std::array<der_bytes, 2> chain{der, der}; // one that is self-issued is its own CA
        static const trust nothing;
        if (const auto bad = find_constraint_violation(chain, nothing); bad && bad->name.empty()) {
            return -1;
        }
        const bool matched = host->matches(*facts);
        return matched && name_text(facts->subject).empty() && san_text(*facts).empty() ? -1 : 0;
    }
    return 0;
}
