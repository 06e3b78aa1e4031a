// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Certificate revocation lists (RFC 5280 5). Builds of TLS libraries lack them or differ in what
// they do without a list or with an old one, so that all but the signature is ours.
#pragma once

#include <coquest/tls.hpp>

#include "tls/pem.hpp"
#include "tls/x509.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace coquest::detail {

struct trust;

// Views into its own DER, so that it stays where it is.
struct revocation_list {
    struct entry {
        der_bytes serial;
        std::chrono::sys_seconds since;
    };

    der_certificate der;
    der_bytes signed_part; // what the signature is over
    der_bytes algorithm;   // of the signature, with tag and length
    der_bytes signature;
    der_bytes issuer; // Name, with tag and length
    std::chrono::sys_seconds this_update;
    std::optional<std::chrono::sys_seconds> next_update;
    std::vector<entry> revoked; // ordered by serial
    bool weak_signature = false;
    bool partial = false;  // has a critical extension: a delta, or not of all certificates
    bool verified = false; // signed by one of the roots
};

/// Reads @p der, which must be exactly one list; null where it is none.
[[nodiscard]] std::shared_ptr<revocation_list> parse_crl(der_bytes der);

/// Loads the lists of the file that @p options name into @p out, which has its roots already. False
/// with @p why where one is damaged, out of date, partial, or not signed by the root of its name.
/// One by an issuer that is no root is checked against the chain that a server sends.
[[nodiscard]] bool load_crls(const tls_options& options, std::chrono::sys_seconds now, trust& out,
                             tls_diagnosis& why);

/// Looks whether the certificates of @p chain were revoked; empty where not, or where there are no
/// lists. @p until becomes the end of the earliest list that was needed, if that is earlier.
[[nodiscard]] std::optional<tls_diagnosis> check_revocation(std::span<const der_bytes> chain,
                                                            bool pinned, const trust& roots,
                                                            std::string_view host,
                                                            std::chrono::sys_seconds now,
                                                            std::chrono::sys_seconds& until);

} // namespace coquest::detail
