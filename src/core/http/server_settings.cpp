// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/server_settings.hpp"

#include "core/json.hpp"
#include "core/printable.hpp"
#include "core/server_error.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace coquest::detail {
namespace {

constexpr std::size_t max_elements = 64;     // of any list that matters here
constexpr std::int64_t least_name_len = 16;  // below, no table would get a name
constexpr std::int64_t most_name_len = 4096; // no file system goes so far

constexpr std::size_t max_release = 64; // bytes of it

constexpr std::string_view cannot_detect = "could not detect the protocol version";

fault version_fault(std::string_view host, std::string_view problem)
{
    diagnostics info;
    info.host = host;
    info.message = cannot_detect;
    info.message.append(": ").append(host).append(problem);
    return {make_error_code(errc::protocol_version_error), std::move(info)};
}

/// Returns the versions in common, a bit for each.
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

fault parse_settings(std::string_view body, std::string_view host, server_settings& out)
{
    out = {};
    const auto root = json_value::parse(body);
    if (!root || !root->is_object()) {
        return version_fault(host, " answered /settings with something other than JSON; is this "
                                   "QuestDB? set protocol_version to do without that page");
    }
    const json_value settings = root->member("config");
    const json_value versions = settings.member("line.proto.support.versions");
    if (versions.is_array()) { // where the key is missing, the server knows version 1 only
        out.versions = versions_in(versions.elements(max_elements));
        if (out.versions == 0) {
            return version_fault(host, " supports none of the versions 1, 2 and 3");
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

fault read_settings(const http_response_parser& response, std::string_view host,
                    server_settings& out)
{
    const int status = response.status();
    if (status >= 200 && status < 300) {
        if (response.body_cut()) { // what is left of it may be well formed and mean something else
            return version_fault(host, " answered /settings with more than 64 KiB; is this "
                                       "QuestDB? set protocol_version to do without that page");
        }
        return parse_settings(response.body(), host, out);
    }
    if (status == 404 || status == 405) {
        out = {};
        return {};
    }
    fault failure = server_fault(response, host, cannot_detect);
    if (failure.code != errc::auth_error) {
        failure.code = make_error_code(errc::protocol_version_error);
    }
    failure.info.state = delivery::not_sent;
    return failure;
}

} // namespace coquest::detail
