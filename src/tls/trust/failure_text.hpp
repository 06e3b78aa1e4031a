// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The texts of TLS failures, for every backend. Users search for these phrases, so they do not
// depend on the library or its version.
#pragma once

#include <coquest/detail/status.hpp>
#include <coquest/tls.hpp>

#include "tls/trust/roots.hpp"
#include "tls/x509/x509.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace coquest::inline v0::detail {

struct certificate_path;

/// What is known of a server whose certificate was refused.
struct peer_facts {
    std::string host; ///< name or address that the user gave
    bool host_is_ip = false;
    const certificate& leaf; ///< the server's own
    std::size_t sent_count;  ///< certificates that the server sent
    const trust& roots;
    std::chrono::sys_seconds now;
};

/// Explains why the server's own certificate was refused for @p kind.
[[nodiscard]] tls_diagnosis explain(tls_failure kind, const peer_facts& facts);

/// Explains the flaw of @p path.
[[nodiscard]] tls_diagnosis explain(const certificate_path& path, const peer_facts& facts);

/// Whether the server asked for a client certificate, and whether there is one to send.
enum class client_certificate { not_asked_for, asked_for, sent };

/// Explains the fatal alert @p alert (RFC 8446 6.2) that the server sent: in the handshake, or
/// @p later, when versions and suites are agreed and cannot be the cause.
[[nodiscard]] tls_diagnosis explain_alert(int alert, client_certificate state, bool later = false);

/// Makes a status of @p diagnosis. Its message is @p doing, which ends in a separator, then the
/// text and the hint; an empty one is replaced by that of the kind.
[[nodiscard]] status tls_status(const std::string& doing, tls_diagnosis diagnosis);

} // namespace coquest::inline v0::detail
