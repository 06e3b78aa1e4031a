// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// `coquest conf`: shows what a configuration string means. It contacts nobody.
#pragma once

#include "core/config/config_parser.hpp"
#include "tools/report.hpp"

#include <string>

namespace coquest::tools {

/// What a configuration string means, or why it is refused.
struct conf_report {
    detail::parsed_config conf;
    status failure;
    outcome result = outcome::ok;
};

/// Makes the report about @p text.
[[nodiscard]] conf_report explain_conf(const std::string& text);
/// Makes the report about the text in the environment variable QDB_CLIENT_CONF.
[[nodiscard]] conf_report explain_environment();

[[nodiscard]] std::string to_text(const conf_report& results);
[[nodiscard]] std::string to_json(const conf_report& results);

} // namespace coquest::tools
