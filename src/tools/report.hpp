// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The results of `coquest check`, and their output: text for people, JSON for programs.
#pragma once

#include "core/http/server_settings.hpp"

#include <coquest/config.hpp>
#include <coquest/detail/status.hpp>
#include <coquest/tls.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace coquest::tools {

using detail::status;

/// The exit codes of the program. Exit code 1 is any other failure.
enum class outcome {
    ok = 0,
    config = 2, ///< the command line or the configuration
    resolve = 3,
    connect = 4,
    tls = 5,
    auth = 6,
    server = 7, ///< an answer of the server, or a row that it did not accept
};

/// Returns "config", "resolve" and so on.
[[nodiscard]] const char* name_of(outcome result) noexcept;

/// One step of a check: its duration and its result.
struct step {
    std::string name;
    std::chrono::duration<double, std::milli> time{0};
    status failure;
    std::string found; // what a step that succeeds reports
};

/// A certificate, as text.
struct certificate_report {
    std::string subject;
    std::string issuer;
    std::vector<std::string> names; // from its subjectAltName
    std::string key;                // such as "RSA 2048"
    std::chrono::sys_seconds not_before;
    std::chrono::sys_seconds not_after;
    long days_left = 0; // rounded down
};

struct server_report {
    server_address address;
    std::vector<step> steps; // in the order in which they ran
    std::vector<step> ips;   // one connection to each IP address; one that succeeds is enough
    tls_peer peer;
    std::vector<certificate_report> chain; // of the peer
    std::optional<certificate_report> anchor;
    std::optional<detail::server_settings> settings;
    std::vector<std::string> warnings;

    [[nodiscard]] bool failed() const { return !steps.empty() && !steps.back().failure.ok(); }
};

struct report {
    protocol transport = protocol::http;
    std::string tls_library;
    std::vector<server_report> servers;
    std::optional<step> write;
    std::vector<std::string> warnings;
    status failure; // the first one
    outcome result = outcome::ok;

    /// Stores @p cause unless it is a success or there is a failure already. Derives the result
    /// from its error code, or takes @p step_outcome if the code does not tell.
    void failed(const status& cause, outcome step_outcome);
};

/// Describes a certificate at the time @p now. Returns nothing if @p der is not a certificate.
[[nodiscard]] std::optional<certificate_report> describe_certificate(std::span<const std::byte> der,
                                                                     std::chrono::sys_seconds now);

[[nodiscard]] std::string to_text(const report& results);
[[nodiscard]] std::string to_json(const report& results);

/// Returns the message of @p failure without the hint that may follow it.
[[nodiscard]] std::string reason_of(const status& failure);

} // namespace coquest::tools
