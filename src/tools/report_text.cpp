// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tools/report.hpp"

#include "tls/failure_text.hpp"

#include <coquest/version.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace coquest::tools {
namespace {

constexpr std::size_t most_names = 8; // of a certificate on a line

const std::string margin(12, ' ');

std::string reason_and_hint(const std::string& start, const fault& why)
{
    const std::string& hint = why.info.hint;
    return start + reason_of(why) + "\n" + (hint.empty() ? "" : margin + "hint: " + hint + "\n");
}

std::string line(const step& what)
{
    std::array<char, 64> head{};
    std::snprintf(head.data(), head.size(), "  %-9s %-6s %8.2f ms  ", what.name.c_str(),
                  what.failure ? "failed" : "ok", what.time.count());
    return what.failure ? reason_and_hint(head.data(), what.failure)
                        : head.data() + what.found + "\n";
}

std::string names_of(const certificate_report& one)
{
    if (one.names.empty()) {
        return "without subjectAltName";
    }
    std::string list = "for ";
    for (std::size_t i = 0; i < std::min(one.names.size(), most_names); ++i) {
        list += (i == 0 ? "" : ", ") + one.names[i];
    }
    const std::size_t more = one.names.size() - std::min(one.names.size(), most_names);
    return more == 0 ? list : list + " and " + std::to_string(more) + " more";
}

std::string dates_of(const certificate_report& one)
{
    return margin + "  valid from " + detail::date_text(one.not_before) + " to " +
           detail::date_text(one.not_after) + ", " +
           (one.days_left < 0 ? "over" : std::to_string(one.days_left) + " days left") + "\n";
}

std::string certificates(const server_report& server)
{
    std::string out;
    for (const certificate_report& one : server.chain) {
        const bool own = &one == server.chain.data();
        out += margin + "\"" + one.subject + "\", " + (own ? names_of(one) + ", " : "") + one.key +
               ", issued by \"" + one.issuer + "\"\n" + dates_of(one);
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
    for (const step& one : server.steps) {
        if (one.name == "connect") {
            for (const step& ip : server.ips) {
                out += line(ip);
            }
        } else {
            out += line(one);
        }
        if (one.name == "tls") {
            out += certificates(server);
        }
    }
    for (const std::string& text : server.warnings) {
        out += warning(text);
    }
    return out;
}

} // namespace

std::string to_text(const report& what)
{
    std::string out = "coquest " COQUEST_VERSION;
    out += what.tls_library.empty() ? "\n" : " with " + what.tls_library + "\n";
    bool explained = false;
    for (const server_report& server : what.servers) {
        out += "\n" + std::string(to_string(what.transport)) + "::" + to_string(server.address) +
               "\n" + server_text(server);
        explained = explained || server.failed();
    }
    if (what.write) {
        out += "\n" + line(*what.write);
        explained = explained || what.write->failure;
    }
    for (const std::string& text : what.warnings) {
        out += warning(text);
    }
    if (!what.failure) {
        return out + "\nok\n";
    }
    out += std::string("\nfailed: ") + name_of(what.result) + " (exit code " +
           std::to_string(static_cast<int>(what.result)) + ")\n";
    return explained ? out : out + reason_and_hint(margin, what.failure);
}

} // namespace coquest::tools
