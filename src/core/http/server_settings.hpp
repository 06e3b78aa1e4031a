// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a server says of itself in GET /settings (contract §6.6), reduced to what a sender acts on.
#pragma once

#include <coquest/detail/fault.hpp>
#include <coquest/protocol_version.hpp>

#include "core/http_response.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coquest::detail {

struct server_settings {
    protocol_version version = protocol_version::v1; // the highest in common
    std::optional<std::size_t> max_name_len;         // in bytes; empty: not said, or not sane
    bool accepting_writes = true;                    // false: a replica
    unsigned versions = 1U << 1U;                    // bit n: it takes version n
    std::string release = {};                        // such as "OSS 9.3.4"; empty: not said

    [[nodiscard]] bool supports(protocol_version one) const noexcept
    {
        return (versions >> static_cast<unsigned>(one) & 1U) != 0;
    }
    /// Returns the limit for names: the smaller of the server's and the user's.
    [[nodiscard]] std::size_t name_limit(std::size_t configured) const noexcept
    {
        return std::min(max_name_len.value_or(configured), configured);
    }
};

/// Reads the response to GET /settings. A server without that page (404, 405) is an old one:
/// version 1. @p response is complete, or failed after its head; @p host is host:port.
///
/// Fails with errc::protocol_version_error, or errc::auth_error for 401 and 403.
[[nodiscard]] fault read_settings(const http_response_parser& response, std::string_view host,
                                  server_settings& out);

/// Reads the body of that response.
[[nodiscard]] fault parse_settings(std::string_view body, std::string_view host,
                                   server_settings& out);

} // namespace coquest::detail
