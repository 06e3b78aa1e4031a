// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Certificates come from any server, and revocation lists from any place that a job fetches them
// from: no input may make the parsers read outside it.

#include "tls/trust/certificate_path.hpp"
#include "tls/trust/crl.hpp"
#include "tls/trust/name_constraints.hpp"
#include "tls/x509/host_name.hpp"

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
        const std::array path{*facts, *facts}; // a self-issued certificate is its own CA
        if (const auto bad = find_constraint_violation(path); bad && bad->name.empty()) {
            return -1;
        }
        const std::array<der_bytes, 2> sent{der, der};
        static const trust nothing;
        if (find_path(sent, {}, nothing, {}).good()) {
            return -1;
        }
        const bool matched = host->matches(*facts);
        return matched && name_text(facts->subject).empty() && san_text(*facts).empty() ? -1 : 0;
    }
    return 0;
}
