// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/http/server_settings.hpp"

#include "core/http/json.hpp"
#include "core/http/server_error.hpp"
#include "core/text/printable.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace coquest::inline v0::detail {
namespace {

constexpr std::size_t max_elements = 64;     // of a list
constexpr std::int64_t least_name_len = 16;  // less is too short for table names
constexpr std::int64_t most_name_len = 4096; // more than any file system allows

constexpr std::size_t max_release = 64; // bytes

constexpr std::string_view cannot_detect = "could not detect the protocol version";

status version_error(std::string_view host, std::string_view text)
{
    diagnostics info;
    info.host = host;
    info.message = cannot_detect;
    info.message.append(": ").append(host).append(text);
    return {make_error_code(errc::protocol_version_error), std::move(info)};
}

/// Returns the versions that the server and this library support, a bit for each.
unsigned versions_in(const std::vector<json_value>& list)
{
    unsigned versions = 0;
    for (const json_value& element : list) {
        const std::int64_t version = element.integer().value_or(0);
        if (version >= 1 && version <= static_cast<std::int64_t>(protocol_version::v3)) {
            versions |= 1U << static_cast<unsigned>(version);
        }
    }
    return versions;
}

} // namespace

status parse_settings(std::string_view body, std::string_view host, server_settings& out)
{
    out = {};
    const auto root = json_value::parse(body);
    if (!root || !root->is_object()) {
        return version_error(host, " answered /settings with something other than JSON; is this "
                                   "QuestDB? set protocol_version to do without that page");
    }
    const json_value settings = root->member("config");
    const json_value versions = settings.member("line.proto.support.versions");
    if (versions.is_array()) { // without the key, the server supports version 1 only
        out.versions = versions_in(versions.elements(max_elements));
        if (out.versions == 0) {
            return version_error(host, " supports none of the versions 1, 2 and 3");
        }
        out.version = static_cast<protocol_version>(std::bit_width(out.versions) - 1);
    }
    const std::int64_t name_len =
        settings.member("cairo.max.file.name.length").integer().value_or(0);
    if (name_len >= least_name_len && name_len <= most_name_len) {
        out.max_name_len = static_cast<std::size_t>(name_len);
    }
    out.release = printable(settings.member("release.type").string().value_or("") + " " +
                                settings.member("release.version").string().value_or(""),
                            max_release);
    const json_value writes = settings.member("accepting.writes");
    if (writes.is_array()) {
        out.accepting_writes =
            std::ranges::any_of(writes.elements(max_elements), [](const json_value& transport) {
                return transport.string() == "http";
            });
    }
    return {};
}

status read_settings(const http_response_parser& response, std::string_view host,
                     server_settings& out)
{
    const int http_status = response.status();
    if (http_status >= 200 && http_status < 300) {
        if (response.body_cut()) { // the first part may be well-formed and mean something else
            return version_error(host, " answered /settings with more than 64 KiB; is this "
                                       "QuestDB? set protocol_version to do without that page");
        }
        return parse_settings(response.body(), host, out);
    }
    if (http_status == 404 || http_status == 405) {
        out = {};
        out.has_page = false;
        return {};
    }
    status result = server_error(response, host, cannot_detect);
    result.amend().state = delivery::not_sent;
    return result.code() == errc::auth_error ? result
                                             : status(errc::protocol_version_error, result.info());
}

} // namespace coquest::inline v0::detail
