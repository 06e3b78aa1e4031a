// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tools/report.hpp"

#include "tls/failure_text.hpp"

#include <coquest/version.hpp>

#include <array>
#include <concepts>
#include <cstdio>
#include <string_view>

namespace coquest::tools {
namespace {

std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        if (static_cast<unsigned char>(c) < 0x20) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
            out += escape.data();
        } else {
            out += c;
        }
    }
    return out + '"';
}

/// An object or an array that grows; members that say nothing are left out by the caller.
class json_text {
public:
    explicit json_text(char open) : text_(1, open) {}

    json_text& add(std::string_view name, const std::string& value)
    {
        return raw(name, quoted(value));
    }
    json_text& add(std::string_view name, const char* value) { return raw(name, quoted(value)); }
    json_text& add(std::string_view name, std::same_as<bool> auto value)
    {
        return raw(name, value ? "true" : "false");
    }
    json_text& add(std::string_view name, std::integral auto value)
    requires(!std::same_as<decltype(value), bool>)
    {
        return raw(name, std::to_string(value));
    }
    /// Adds text that is JSON already; without a name to an array.
    json_text& raw(std::string_view name, std::string_view json)
    {
        text_ += text_.size() == 1 ? "" : ",";
        if (!name.empty()) {
            text_ += quoted(name) + ":";
        }
        text_ += json;
        return *this;
    }
    [[nodiscard]] std::string close() const { return text_ + (text_[0] == '{' ? '}' : ']'); }

private:
    std::string text_;
};

template <class Range, class Function>
std::string array_of(const Range& range, Function to_element)
{
    json_text out('[');
    for (const auto& one : range) {
        out.raw("", to_element(one));
    }
    return out.close();
}

std::string failure_json(const fault& why)
{
    json_text out('{');
    out.add("code", why.code.message()).add("reason", reason_of(why)).add("hint", why.info.hint);
    if (why.info.tls != tls_failure{}) {
        out.add("tls", make_error_code(why.info.tls).message());
        out.add("tls_code", why.info.tls_code);
    }
    if (why.info.http_status != 0) {
        out.add("http_status", why.info.http_status);
    }
    return out.close();
}

std::string step_json(const step& one)
{
    std::array<char, 32> time{};
    std::snprintf(time.data(), time.size(), "%.3f", one.time.count());
    json_text out('{');
    out.add("step", one.name).add("ok", !one.failure).raw("ms", time.data());
    if (one.failure) {
        out.raw("failure", failure_json(one.failure));
    } else {
        out.add("found", one.found);
    }
    return out.close();
}

json_text certificate_json(const certificate_report& one)
{
    json_text out('{');
    out.add("subject", one.subject).add("issuer", one.issuer).add("key", one.key);
    out.raw("names", array_of(one.names, quoted));
    out.add("not_before", detail::date_text(one.not_before));
    out.add("not_after", detail::date_text(one.not_after)).add("days_left", one.days_left);
    return out;
}

std::string settings_json(const detail::server_settings& settings)
{
    json_text versions('[');
    for (const protocol_version one :
         {protocol_version::v1, protocol_version::v2, protocol_version::v3}) {
        if (settings.supports(one)) {
            versions.raw("", std::to_string(static_cast<int>(one)));
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
        tls.raw("chain", array_of(server.chain, [](const certificate_report& one) {
                    return certificate_json(one).close();
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
    out.raw("warnings", array_of(server.warnings, quoted));
    return out.close();
}

} // namespace

std::string to_json(const report& what)
{
    json_text out('{');
    out.add("ok", !what.failure).add("exit_code", static_cast<int>(what.result));
    out.add("coquest", COQUEST_VERSION).add("tls_library", what.tls_library);
    out.add("protocol", std::string(to_string(what.transport)));
    out.raw("servers", array_of(what.servers, server_json));
    if (what.write) {
        out.raw("write", step_json(*what.write));
    }
    out.raw("warnings", array_of(what.warnings, quoted));
    if (what.failure) {
        out.add("failed", name_of(what.result)).raw("failure", failure_json(what.failure));
    }
    return out.close() + "\n";
}

} // namespace coquest::tools
