// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Certificate revocation lists (RFC 5280 5). Some builds of TLS libraries lack them, others differ
// when a list is missing or has expired, so coquest checks all but the signature itself.
#pragma once

#include <coquest/tls.hpp>

#include "tls/x509/pem.hpp"
#include "tls/x509/x509.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {

struct trust;

// Its views point into its own DER, so it must not be copied.
struct revocation_list {
    struct entry {
        der_bytes serial;
        std::chrono::sys_seconds since;
    };

    der_blob der;
    signed_data proof;
    der_bytes issuer; // Name, with tag and length
    std::chrono::sys_seconds this_update;
    std::optional<std::chrono::sys_seconds> next_update;
    std::vector<entry> revoked; // sorted by serial
    bool weak_signature = false;
    bool partial = false; // has a critical extension: a delta, or a list of some certificates only
    /// Keys (SubjectPublicKeyInfo) of the trusted certificates that signed the list.
    std::vector<std::vector<std::byte>> known_keys;
};

/// Reads @p der, which must be exactly one list; null if it is not.
[[nodiscard]] std::shared_ptr<revocation_list> parse_crl(der_bytes der);

/// Loads the lists of the file that @p options name into @p out, which has its roots already.
/// Returns false with @p diagnosis if a list is damaged, out of date or partial, or if roots have
/// the name of its issuer and none of them signed a list of that name. Lists of other issuers are
/// verified when a server's path contains their issuer.
[[nodiscard]] bool load_crls(const tls_options& options, std::chrono::sys_seconds now, trust& out,
                             tls_diagnosis& diagnosis);

/// Checks whether a certificate of @p path was revoked; empty if not, or if there are no lists.
/// A certificate is looked up only in the lists that the key of the next one in @p path signed. The
/// server's own certificate needs such a list; a CA certificate is looked up if there is one.
/// Lowers @p until to the first expiry of the lists that were used.
[[nodiscard]] std::optional<tls_diagnosis> check_revocation(std::span<const certificate> path,
                                                            const trust& roots,
                                                            std::string_view host,
                                                            std::chrono::sys_seconds now,
                                                            std::chrono::sys_seconds& until);

/// Checks whether @p leaf, a trusted leaf, was revoked. It needs no list. Its issuer is searched in
/// @p roots and @p sent: any certificate that has the issuer's name and whose key signed the leaf.
[[nodiscard]] std::optional<tls_diagnosis> check_revocation_of_trusted_leaf(
    const certificate& leaf, std::span<const der_bytes> sent, const trust& roots,
    std::string_view host, std::chrono::sys_seconds now, std::chrono::sys_seconds& until);

} // namespace coquest::inline v0::detail
