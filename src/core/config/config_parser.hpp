// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The parser of configuration strings, and what it shares with the builder: setting a single option
// from a text, and checking the options against each other.
#pragma once

#include "core/config/option.hpp"

#include <coquest/config.hpp>
#include <coquest/detail/language.hpp>
#include <coquest/detail/status.hpp>

#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {

/// Parses "http", "https", "tcp" or "tcps", in any case.
[[nodiscard]] status parse_protocol(std::string_view text, protocol& out);

/// Holds what a configuration string says.
struct parsed_config {
    config options;
    std::vector<const option*> given; // the options that the string sets, in its order
};

/// Parses a configuration string as parse_config() does.
[[nodiscard]] status parse_text(std::string_view text, parsed_config& out);

/// Parses the configuration string in the environment as config_from_env() does.
[[nodiscard]] status parse_environment(parsed_config& out);

/// Sets one option as the configuration string would, except that a repeated key replaces the
/// value, and that options without a key are known; a repeated `addr` or `tls_pin` appends. The
/// message of an error names the key.
[[nodiscard]] status set_option(config& target, std::string_view key, std::string_view value);

/// Checks the keys against each other: credentials, sizes, keys of the other transport, TLS keys
/// with a plain protocol (docs/protocol.md, Configuration).
[[nodiscard]] status validate(const config& target);

} // namespace coquest::inline v0::detail
