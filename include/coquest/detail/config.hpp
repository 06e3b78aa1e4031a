// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What the builder needs of the configuration: one key at a time, and the checks across keys.
#pragma once

#include <coquest/config.hpp>
#include <coquest/detail/fault.hpp>

#include <string_view>

namespace coquest::detail {

/// Parses "http", "https", "tcp" or "tcps", in any case.
[[nodiscard]] fault parse_protocol(std::string_view text, protocol& out);

/// Sets one key as the configuration string would, except that a repeated key replaces the value.
/// `addr` appends. The message names the key.
[[nodiscard]] fault set_option(config& target, std::string_view key, std::string_view value);

/// Checks what no single key can: credentials (contract §2.3), sizes, keys of the other transport,
/// TLS keys on a plain protocol.
[[nodiscard]] fault validate(const config& target);

} // namespace coquest::detail
