// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What `coquest check` has found out, and how it is told: as text for people, as JSON for programs.
#pragma once

#include "core/server_settings.hpp"

#include <coquest/config.hpp>
#include <coquest/detail/fault.hpp>
#include <coquest/tls.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace coquest::tools {

using detail::fault;

/// The exit codes of the program. 1 is left to what nobody has thought of.
enum class outcome {
    ok = 0,
    config = 2, ///< the command line or the configuration
    resolve = 3,
    connect = 4,
    tls = 5,
    auth = 6,
    server = 7, ///< the server's answers, and its refusal of a row
};

/// Returns "config", "resolve" and so on.
[[nodiscard]] const char* name_of(outcome what) noexcept;

/// One step: how long it took, and what became of it.
struct step {
    std::string name;
    std::chrono::duration<double, std::milli> time{0};
    fault failure; // success where it is empty
    std::string found;
};

/// A certificate in words.
struct certificate_report {
    std::string subject;
    std::string issuer;
    std::vector<std::string> names; // in its subjectAltName
    std::string key;                // such as "RSA 2048"
    std::chrono::sys_seconds not_before;
    std::chrono::sys_seconds not_after;
    long days_left = 0; // rounded down
};

struct server_report {
    server_address address;
    std::vector<step> steps; // in the order in which they were taken
    std::vector<step> ips;   // a connection to each IP address, of which one is enough
    tls_peer peer;           // as TLS told it
    std::vector<certificate_report> chain; // of it
    std::optional<certificate_report> anchor;
    std::optional<detail::server_settings> settings;
    std::vector<std::string> warnings;

    [[nodiscard]] bool failed() const { return !steps.empty() && steps.back().failure; }
};

struct report {
    protocol transport = protocol::http;
    std::string tls_library;
    std::vector<server_report> servers;
    std::optional<step> write;
    std::vector<std::string> warnings;
    fault failure; // the first, which decides
    outcome result = outcome::ok;

    /// Notes that @p why has failed at what @p where says, unless the code of the fault knows
    /// better.
    void failed(const fault& why, outcome where);
};

/// Describes a certificate at @p now; empty where @p der is none.
[[nodiscard]] std::optional<certificate_report> describe_certificate(std::span<const std::byte> der,
                                                                     std::chrono::sys_seconds now);

[[nodiscard]] std::string to_text(const report& what);
[[nodiscard]] std::string to_json(const report& what);

/// Returns the message of @p why without the hint that may be at its end.
[[nodiscard]] std::string reason_of(const fault& why);

} // namespace coquest::tools
