// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The words of TLS failures, for every backend: users search for these phrases, so they are here
// once and not in what a library's version happens to say.
#pragma once

#include <coquest/detail/fault.hpp>
#include <coquest/tls.hpp>

#include "tls/roots.hpp"
#include "tls/x509.hpp"

#include <chrono>
#include <span>
#include <string>

namespace coquest::detail {

/// What is known where a certificate was refused.
struct peer_facts {
    std::string host; ///< as we called it
    bool host_is_ip = false;
    std::span<const der_bytes> chain; ///< as sent, the server's own certificate first
    const trust& roots;
    std::chrono::sys_seconds now;
};

/// Explains why a certificate was refused for @p kind. May settle on a kind that fits better, since
/// libraries can't tell a re-issued CA from an unknown one.
[[nodiscard]] tls_diagnosis explain(tls_failure kind, const peer_facts& facts);

/// What a client certificate has to do with an alert.
enum class client_certificate { not_asked_for, asked_for, sent };

/// Explains the fatal alert @p alert (RFC 8446 6.2) that the server sent, in the handshake or,
/// where that is over and versions and suites can't be at fault, later.
[[nodiscard]] tls_diagnosis explain_alert(int alert, client_certificate state, bool later = false);

/// Makes the fault of it: its message is @p doing, which ends in what separates, the text and the
/// hint; where one is empty, the kind's.
[[nodiscard]] fault tls_fault(const std::string& doing, tls_diagnosis why);

/// Returns @p time as "2026-12-31 23:59:59 UTC".
[[nodiscard]] std::string date_text(std::chrono::sys_seconds time);

} // namespace coquest::detail
