// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The certificates that a connection trusts, and the other demands on a server. They are gathered
// from the options before a TLS library sees them, so both libraries trust the same certificates,
// and messages can name their source.
#pragma once

#include <coquest/tls.hpp>

#include "tls/trust/crypto.hpp"
#include "tls/x509/pem.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {

struct revocation_list;

struct trusted_certificate {
    der_blob der;
    std::string label; // "certificate 2 of 3 in FILE" if it is from a user's file, else empty
};

/// A certificate from a file that the user named, and when it expires.
struct dated_certificate {
    std::string text; // "certificate 2 of 3 in FILE, \"a CA\", for tls_roots"
    std::string path;
    std::chrono::sys_seconds not_after;
};

struct trust {
    /// CA:TRUE and in date: a chain may end here. In a user's file, this can be an intermediate.
    std::vector<trusted_certificate> issuers;
    /// Every certificate of the user's file: a server that sends one of these byte for byte needs
    /// no chain. A certificate with CA:FALSE is only here, so it never signs for another one.
    std::vector<der_blob> trusted_leaves;
    std::size_t count = 0; ///< distinct certificates trusted
    std::string source;    ///< where they are from, for messages
    bool from_file = false;
    bool verify = true; ///< false: tls_verify=unsafe_off
    tls_min min = tls_min::v1_2;
    std::vector<key_hash> key_pins;                            ///< tls_pin; empty: any key
    std::vector<std::shared_ptr<const revocation_list>> lists; ///< tls_crl
    std::string lists_path;
    std::vector<dated_certificate> dated; ///< ours: a warning precedes their expiry
    const crypto* primitives = nullptr;   ///< of the backend
    bool keep_chain = false;              ///< tls_options::keep_chain

    [[nodiscard]] bool is_trusted_leaf(der_bytes leaf) const noexcept;
    /// Returns the pin of @p leaf; empty if the library cannot compute it.
    [[nodiscard]] std::optional<key_hash> pin_of(const certificate& leaf) const;
};

/// Where the operating system stores its roots.
struct os_store {
    std::string file;                     ///< SSL_CERT_FILE; empty: not set
    std::string directories;              ///< SSL_CERT_DIR, separated by ':'
    std::vector<std::string> usual_files; ///< tried in turn if neither is set

    [[nodiscard]] static os_store from_environment();
    [[nodiscard]] std::vector<std::string> directory_list() const;
};

/// Gathers the certificates that @p options trust at @p now. Returns false with @p diagnosis if
/// there are none.
[[nodiscard]] bool load_trust(const tls_options& options, const os_store& os,
                              std::chrono::sys_seconds now, trust& out, tls_diagnosis& diagnosis);

/// Gathers the trusted certificates and the other demands of @p options for a backend that uses
/// @p library, with the current time and the environment of this process. Revocation lists are not
/// loaded; see load_crls. Returns null with @p diagnosis if an option cannot be honoured.
[[nodiscard]] std::shared_ptr<trust> make_trust(const tls_options& options, const crypto& library,
                                                tls_diagnosis& diagnosis);

} // namespace coquest::inline v0::detail
