// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The part of the response to GET /settings that a sender uses (docs/protocol.md, Protocol
// versions).
#pragma once

#include <coquest/detail/status.hpp>
#include <coquest/protocol_version.hpp>

#include "core/http/response.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

struct server_settings {
    protocol_version version = protocol_version::v1; // the highest that both support
    std::optional<std::size_t> max_name_len;         // in bytes; empty: absent or not plausible
    bool accepting_writes = true;                    // false: a replica
    bool has_page = true;                            // false: 404, as from QuestDB before 8.4
    unsigned versions = 1U << 1U;                    // bit n: supports version n
    std::string release = {};                        // such as "OSS 9.3.4"; empty: absent

    [[nodiscard]] bool supports(protocol_version candidate) const noexcept
    {
        return (versions >> static_cast<unsigned>(candidate) & 1U) != 0;
    }
    /// Returns the limit for names: the smaller one of the server's and @p configured.
    [[nodiscard]] std::size_t name_limit(std::size_t configured) const noexcept
    {
        return std::min(max_name_len.value_or(configured), configured);
    }
};

/// Reads the response to GET /settings. A server without that page (404, 405) is old and supports
/// version 1 only. @p response is complete, or failed after its head; @p host is host:port.
///
/// Fails with errc::protocol_version_error, or errc::auth_error for 401 and 403.
[[nodiscard]] status read_settings(const http_response_parser& response, std::string_view host,
                                   server_settings& out);

/// Reads the body of the response to GET /settings.
[[nodiscard]] status parse_settings(std::string_view body, std::string_view host,
                                    server_settings& out);

} // namespace coquest::inline v0::detail
