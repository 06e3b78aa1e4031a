// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/http/server_error.hpp"

#include "core/http/json.hpp"
#include "core/text/ascii.hpp"
#include "core/text/printable.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

constexpr std::size_t max_in_message = 1024; // of the server's text, in diagnostics::message
constexpr std::size_t max_id = 128;          // of a code or an error id

bool has_media_type(const http_response_parser& response, std::string_view expected) noexcept
{
    const std::string_view type = response.content_type();
    return iequals(trim(type.substr(0, type.find(';'))), expected);
}

/// Copies the fields of QuestDB's error body into @p info. A body without `message` is taken as
/// text.
void read_body(const http_response_parser& response, diagnostics& info)
{
    if (response.encoded()) {
        return; // compressed, although the request did not ask for it
    }
    if (has_media_type(response, "application/json")) {
        if (const auto body = json_value::parse(response.body())) {
            const auto text = [&body](std::string_view name, std::size_t limit) {
                return printable(body->member(name).string().value_or(""), limit);
            };
            info.server_message = text("message", http_response_parser::max_body_kept);
            info.server_code = text("code", max_id);
            info.server_error_id = text("errorId", max_id);
            const std::int64_t line = body->member("line").integer().value_or(0);
            info.server_line = line > 0 ? static_cast<std::size_t>(line) : 0;
        }
    }
    if (info.server_message.empty()) {
        info.server_message = printable(response.body(), http_response_parser::max_body_kept);
    }
}

/// Returns ": message [line 1, code invalid, id 7-42]" without the parts that are absent.
std::string server_says(const diagnostics& info)
{
    std::string out;
    if (!info.server_message.empty()) {
        out = ": " + printable(info.server_message, max_in_message);
    }
    std::string details;
    const auto add = [&details](std::string_view name, const std::string& value) {
        details.append(details.empty() ? " [" : ", ").append(name).append(value);
    };
    if (info.server_line != 0) {
        add("line ", std::to_string(info.server_line));
    }
    if (!info.server_code.empty()) {
        add("code ", info.server_code);
    }
    if (!info.server_error_id.empty()) {
        add("id ", info.server_error_id);
    }
    return details.empty() ? out : out + details + "]";
}

errc code_of(const status_rule& rule) noexcept
{
    switch (rule.status) {
    case 404:
    case 405:
    case 410: return errc::http_not_supported;
    default:
        return rule.meaning == status_meaning::credentials ? errc::auth_error
                                                           : errc::server_flush_error;
    }
}

/// Returns the scheme and the host of a Location. Its path, query and user may hold secrets.
std::string origin(std::string_view location)
{
    const std::size_t scheme = location.find("://");
    if (scheme == location.npos) {
        return {};
    }
    std::string_view host = location.substr(scheme + 3);
    host = host.substr(0, host.find_first_of("/?#\\"));
    const std::size_t user = host.rfind('@');
    host.remove_prefix(user == host.npos ? 0 : user + 1);
    return printable(std::string(location.substr(0, scheme + 3)).append(host), max_id);
}

std::string describe_redirect(std::string_view location, int status)
{
    const std::string target = origin(location);
    return " answered " + std::to_string(status) + ", a redirect to " +
           (target.empty() ? "another path" : target) +
           "; redirects are not followed, name the final server in the configuration";
}

/// Returns " answered 200 with 512 bytes of text/html (server nginx)".
std::string describe_content(const http_response_parser& response)
{
    std::string text = " answered " + std::to_string(response.status()) + " with ";
    text += response.body_cut() ? "more than " : "";
    text += std::to_string(response.body_cut() ? response.body().size() : response.body_size());
    text += " bytes of ";
    const std::string type = printable(response.content_type(), max_id);
    text += type.empty() ? "content" : type.substr(0, type.find(';'));
    const std::string server = printable(response.server(), max_id);
    return server.empty() ? text : text + " (server " + server + ")";
}

constexpr std::string_view page_hint =
    "is this QuestDB? it acknowledges rows with status 204 and no content; a login or maintenance "
    "page does not";

/// Returns the rule for @p response. An HTML page with status 400 comes from a proxy, because
/// QuestDB sends no HTML.
const status_rule& rule_for(const http_response_parser& response) noexcept
{
    const status_rule& rule = rule_of(response.status());
    return rule.meaning == status_meaning::rejected && has_media_type(response, "text/html")
               ? rule_of(499)
               : rule;
}

} // namespace

bool acknowledges(const http_response_parser& response) noexcept
{
    return rule_of(response.status()).meaning == status_meaning::acknowledged &&
           response.has_no_content();
}

bool blames_server(const diagnostics& info) noexcept
{
    return info.state != delivery::rejected;
}

status server_error(const http_response_parser& response, std::string_view host,
                    std::string_view summary)
{
    const int http_status = response.status();
    const status_rule& rule = rule_for(response);
    const bool success = rule.meaning == status_meaning::acknowledged;
    diagnostics info;
    info.host = host;
    info.http_status = http_status;
    info.state = state_after(rule);
    info.retryable = success || rule.meaning == status_meaning::transient;
    info.hint = success ? page_hint : rule.hint;
    read_body(response, info);

    info.message.append(summary).append(": ").append(host);
    if (http_status >= 300 && http_status < 400) {
        info.message.append(describe_redirect(response.location(), http_status));
        info.hint.clear();
    } else if (success) {
        info.message.append(describe_content(response)).append(": ").append(info.hint);
    } else {
        info.message.append(" answered ").append(std::to_string(http_status));
        info.message.append(server_says(info));
        info.message.append(info.hint.empty() ? "" : "; ").append(info.hint);
    }
    return {make_error_code(code_of(rule)), std::move(info)};
}

} // namespace coquest::inline v0::detail
