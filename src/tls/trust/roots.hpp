// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Which certificates a connection trusts and what else it demands of a server, gathered from the
// options before any TLS library sees them, so that both libraries trust the same and messages can
// name the source.
#pragma once

#include <coquest/tls.hpp>

#include "tls/crypto.hpp"
#include "tls/pem.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::detail {

struct trusted_certificate {
    der_certificate der;
    std::string label; // "certificate 2 of 3 in FILE" for a user's file, else empty
};

/// A certificate of a file of the user's, and when it ends.
struct dated_certificate {
    std::string text; // "certificate 2 of 3 in FILE, \"a CA\", for tls_roots"
    std::string path;
    std::chrono::sys_seconds not_after;
};

struct trust {
    /// CA:TRUE and in date: a chain may end here. From a user's file an intermediate counts too.
    std::vector<trusted_certificate> issuers;
    /// Every certificate of the user's file: a server that sends one of these byte for byte needs
    /// no chain. A certificate with CA:FALSE is only here, so that it never vouches for another.
    std::vector<der_certificate> pins;
    std::size_t count = 0; ///< distinct certificates trusted
    std::string source;    ///< where they come from, for messages
    bool from_file = false;
    bool verify = true; ///< false: tls_verify=unsafe_off
    tls_min min = tls_min::v1_2;
    std::vector<key_hash> key_pins;                            ///< tls_pin; empty: any key
    std::vector<std::shared_ptr<const revocation_list>> lists; ///< tls_crl
    std::string lists_path;
    std::vector<dated_certificate> dated; ///< of ours, to warn of their end
    const crypto* primitives = nullptr;   ///< of the backend
    bool keep_chain = false;              ///< tls_options::keep_chain

    [[nodiscard]] bool is_pinned(der_bytes leaf) const noexcept;
    /// Returns the pin of @p leaf; empty where the library can't compute it.
    [[nodiscard]] std::optional<key_hash> pin_of(const certificate& leaf) const;
};

/// Where the operating system keeps its roots.
struct os_store {
    std::string file;                     ///< SSL_CERT_FILE; empty: not set
    std::string directories;              ///< SSL_CERT_DIR, separated by ':'
    std::vector<std::string> usual_files; ///< tried in turn where neither is set

    [[nodiscard]] static os_store from_environment();
    [[nodiscard]] std::vector<std::string> directory_list() const;
};

/// Gathers what @p options trust at @p now; false with @p why where that is nothing.
[[nodiscard]] bool load_trust(const tls_options& options, const os_store& os,
                              std::chrono::sys_seconds now, trust& out, tls_diagnosis& why);

/// Does so for a backend on @p library: now, with this process's environment, and with regard to
/// the other options about the server.
[[nodiscard]] std::shared_ptr<trust> make_trust(const tls_options& options, const crypto& library,
                                                tls_diagnosis& why);

/// Says that the TLS library refused @p root of the user's file, for @p reason.
[[nodiscard]] tls_diagnosis refused_root(const trusted_certificate& root, const trust& roots,
                                         const std::string& reason);

using time_source = std::chrono::sys_seconds (*)() noexcept;

/// Returns the time by which certificates are judged: the clock's.
[[nodiscard]] std::chrono::sys_seconds current_time() noexcept;

/// Lets tests choose that time; null is the clock again. wolfSSL wants to be told by itself.
void set_time_source(time_source source) noexcept;

} // namespace coquest::detail
