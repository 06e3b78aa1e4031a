// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tools/json_text.hpp"
#include "tools/report.hpp"

#include "tls/trust/clock.hpp"

#include <coquest/version.hpp>

#include <array>
#include <cstdio>
#include <string>

namespace coquest::tools {
namespace {

std::string step_json(const step& entry)
{
    std::array<char, 32> time{};
    std::snprintf(time.data(), time.size(), "%.3f", entry.time.count());
    json_text out('{');
    out.add("step", entry.name).add("ok", entry.failure.ok()).raw("ms", time.data());
    if (!entry.failure.ok()) {
        out.raw("failure", failure_json(entry.failure));
    } else {
        out.add("found", entry.found);
    }
    return out.close();
}

json_text certificate_json(const certificate_report& certificate)
{
    json_text out('{');
    out.add("subject", certificate.subject)
        .add("issuer", certificate.issuer)
        .add("key", certificate.key);
    out.raw("names", array_of(certificate.names, json_string));
    out.add("not_before", detail::date_text(certificate.not_before));
    out.add("not_after", detail::date_text(certificate.not_after))
        .add("days_left", certificate.days_left);
    return out;
}

std::string settings_json(const detail::server_settings& settings)
{
    json_text versions('[');
    for (const protocol_version version :
         {protocol_version::v1, protocol_version::v2, protocol_version::v3}) {
        if (settings.supports(version)) {
            versions.raw("", std::to_string(static_cast<int>(version)));
        }
    }
    json_text out('{');
    out.add("release", settings.release).raw("protocol_versions", versions.close());
    if (settings.max_name_len) {
        out.add("max_name_len", *settings.max_name_len);
    }
    out.add("accepting_writes", settings.accepting_writes);
    return out.close();
}

std::string server_json(const server_report& server)
{
    json_text out('{');
    out.add("address", to_string(server.address));
    out.raw("steps", array_of(server.steps, step_json));
    out.raw("ips", array_of(server.ips, step_json));
    if (!server.peer.suite.empty() || !server.chain.empty()) {
        json_text tls('{');
        tls.add("version", server.peer.version).add("suite", server.peer.suite);
        tls.raw("chain", array_of(server.chain, [](const certificate_report& certificate) {
                    return certificate_json(certificate).close();
                }));
        if (server.anchor) {
            tls.raw(
                "anchor",
                certificate_json(*server.anchor).add("source", server.peer.anchor_source).close());
        }
        out.raw("tls", tls.close());
    }
    if (server.settings) {
        out.raw("settings", settings_json(*server.settings));
    }
    out.raw("warnings", array_of(server.warnings, json_string));
    return out.close();
}

} // namespace

std::string to_json(const report& results)
{
    json_text out('{');
    out.add("ok", results.failure.ok()).add("exit_code", static_cast<int>(results.result));
    out.add("coquest", COQUEST_VERSION).add("tls_library", results.tls_library);
    out.add("protocol", std::string(to_string(results.transport)));
    out.raw("servers", array_of(results.servers, server_json));
    if (results.write) {
        out.raw("write", step_json(*results.write));
    }
    out.raw("warnings", array_of(results.warnings, json_string));
    if (!results.failure.ok()) {
        out.add("failed", name_of(results.result)).raw("failure", failure_json(results.failure));
    }
    return out.close() + "\n";
}

} // namespace coquest::tools
