// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/server_error.hpp"

#include "core/ascii.hpp"
#include "core/json.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace coquest::detail {
namespace {

constexpr std::size_t max_in_message = 1024; // of the server's text, in diagnostics::message
constexpr std::size_t max_id = 128;          // of a code or an error id

bool is_json(std::string_view content_type) noexcept
{
    return iequals(trim(content_type.substr(0, content_type.find(';'))), "application/json");
}

/// Fills the fields of QuestDB's error body. Without its `message`, the body is taken as text.
void read_body(const http_response_parser& response, diagnostics& info)
{
    if (response.encoded()) {
        return; // compressed, though nobody asked for it
    }
    if (is_json(response.content_type())) {
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

/// Returns ": message [line 1, code invalid, id 7-42]", as far as the parts are there.
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

errc code_of(int status) noexcept
{
    switch (status) {
    case 401:
    case 403: return errc::auth_error;
    case 404:
    case 405: return errc::http_not_supported;
    default: return errc::server_flush_error;
    }
}

/// Returns what the user can do about a status that is not the batch's fault.
std::string_view hint(int status) noexcept
{
    switch (status) {
    case 401: return "check username and password, or token";
    case 403: return "the user may not write: check its permissions";
    case 404:
    case 405:
    case 411: return "is this QuestDB's HTTP port (9000), and is ILP over HTTP enabled there?";
    case 413: return "send smaller batches: lower auto_flush_rows or auto_flush_bytes";
    case 421: return "the server accepts no writes: name the primary in addr";
    case 429: return "the server asks for fewer requests";
    default: return {};
    }
}

/// Returns scheme and host of a Location: without path, query and user, which may hold secrets.
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

delivery state_of(int status) noexcept
{
    // Whatever a server answers with 5xx, or with a success that is none, it may have done before.
    const bool refused = status >= 300 && status < 500;
    return refused ? delivery::rejected : delivery::maybe_applied;
}

} // namespace

bool is_retryable_status(int status) noexcept
{
    // the official clients' list, and what they miss: other server (421), later (429), proxy (502)
    constexpr std::array statuses{421, 429, 500, 502, 503, 504, 507, 509, 523, 524, 529, 599};
    return std::ranges::find(statuses, status) != statuses.end();
}

fault server_fault(const http_response_parser& response, std::string_view host,
                   std::string_view what)
{
    const int status = response.status();
    diagnostics info;
    info.host = host;
    info.http_status = status;
    info.state = state_of(status);
    info.retryable = is_retryable_status(status);
    read_body(response, info);

    info.message.append(what).append(": ").append(host);
    if (status >= 300 && status < 400) {
        info.message.append(describe_redirect(response.location(), status));
    } else {
        info.message.append(" answered ").append(std::to_string(status));
        info.message.append(server_says(info));
        info.hint = hint(status);
        info.message.append(info.hint.empty() ? "" : "; ").append(info.hint);
    }
    return {make_error_code(code_of(status)), std::move(info)};
}

} // namespace coquest::detail
