// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tools/report.hpp"

#include "tls/trust/clock.hpp"
#include "tls/trust/failure_text.hpp"

#include <coquest/version.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace coquest::tools {
namespace {

constexpr std::size_t max_names = 8; // of a certificate, on its line

const std::string margin(12, ' ');

std::string reason_and_hint(const std::string& start, const status& failure)
{
    const std::string& hint = failure.info().hint;
    return start + reason_of(failure) + "\n" +
           (hint.empty() ? "" : margin + "hint: " + hint + "\n");
}

std::string line(const step& entry)
{
    std::array<char, 64> head{};
    std::snprintf(head.data(), head.size(), "  %-9s %-6s %8.2f ms  ", entry.name.c_str(),
                  !entry.failure.ok() ? "failed" : "ok", entry.time.count());
    return !entry.failure.ok() ? reason_and_hint(head.data(), entry.failure)
                               : head.data() + entry.found + "\n";
}

std::string names_of(const certificate_report& certificate)
{
    if (certificate.names.empty()) {
        return "without subjectAltName";
    }
    std::string list = "for ";
    for (std::size_t i = 0; i < std::min(certificate.names.size(), max_names); ++i) {
        list += (i == 0 ? "" : ", ") + certificate.names[i];
    }
    const std::size_t more =
        certificate.names.size() - std::min(certificate.names.size(), max_names);
    return more == 0 ? list : list + " and " + std::to_string(more) + " more";
}

std::string dates_of(const certificate_report& certificate)
{
    return margin + "  valid from " + detail::date_text(certificate.not_before) + " to " +
           detail::date_text(certificate.not_after) + ", " +
           (certificate.days_left < 0 ? "over"
                                      : std::to_string(certificate.days_left) + " days left") +
           "\n";
}

std::string certificates(const server_report& server)
{
    std::string out;
    for (const certificate_report& certificate : server.chain) {
        const bool is_leaf = &certificate == server.chain.data();
        out += margin + "\"" + certificate.subject + "\", " +
               (is_leaf ? names_of(certificate) + ", " : "") + certificate.key + ", issued by \"" +
               certificate.issuer + "\"\n" + dates_of(certificate);
    }
    if (server.anchor) {
        out += margin + "trusted by \"" + server.anchor->subject + "\" (" +
               server.peer.anchor_source + ")\n" + dates_of(*server.anchor);
    }
    return out;
}

std::string warning(const std::string& text)
{
    return "  warning   " + text + "\n";
}

std::string server_text(const server_report& server)
{
    std::string out;
    for (const step& entry : server.steps) {
        if (entry.name == "connect") {
            for (const step& ip : server.ips) {
                out += line(ip);
            }
        } else {
            out += line(entry);
        }
        if (entry.name == "tls") {
            out += certificates(server);
        }
    }
    for (const std::string& text : server.warnings) {
        out += warning(text);
    }
    return out;
}

} // namespace

std::string to_text(const report& results)
{
    std::string out = "coquest " COQUEST_VERSION;
    out += results.tls_library.empty() ? "\n" : " with " + results.tls_library + "\n";
    bool explained = false;
    for (const server_report& server : results.servers) {
        out += "\n" + std::string(to_string(results.transport)) + "::" + to_string(server.address) +
               "\n" + server_text(server);
        explained = explained || server.failed();
    }
    if (results.write) {
        out += "\n" + line(*results.write);
        explained = explained || !results.write->failure.ok();
    }
    for (const std::string& text : results.warnings) {
        out += warning(text);
    }
    if (results.failure.ok()) {
        return out + "\nok\n";
    }
    out += std::string("\nfailed: ") + name_of(results.result) + " (exit code " +
           std::to_string(static_cast<int>(results.result)) + ")\n";
    return explained ? out : out + reason_and_hint(margin, results.failure);
}

} // namespace coquest::tools
