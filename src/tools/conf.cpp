// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tools/conf.hpp"

#include "core/config/option_value.hpp"
#include "tools/json_text.hpp"

#include <coquest/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace coquest::tools {
namespace {

using detail::option;

conf_report make_report(status failure, detail::parsed_config conf)
{
    conf_report out;
    out.result = failure.ok() ? outcome::ok : outcome::config;
    out.failure = std::move(failure);
    out.conf = std::move(conf);
    return out;
}

/// Returns the options that a string of this transport may have.
std::vector<const option*> options_of(protocol transport)
{
    std::vector<const option*> out;
    for (const option& row : detail::all_options()) {
        const bool is_refused = row.type == detail::option_type::keystore_password;
        if (is_key(row) && !is_refused && check_scope(row, transport).ok()) {
            out.push_back(&row);
        }
    }
    return out;
}

/// Returns where the value of an option comes from: "set" by the string, "implied" by another
/// option of it, or "default".
const char* origin_of(const option& row, const detail::parsed_config& conf)
{
    if (std::ranges::find(conf.given, &row) != conf.given.end()) {
        return "set";
    }
    return has_default(row, conf.options) ? "default" : "implied";
}

/// Returns the column after one that holds keys.
std::size_t column_after_keys()
{
    std::size_t longest = 0;
    for (const option& row : detail::all_options()) {
        longest = std::max(longest, row.key.size());
    }
    return longest + 2;
}

std::string line(std::string_view key, const char* origin, const std::string& value)
{
    static const std::size_t origin_column = column_after_keys();
    const std::size_t value_column = origin_column + std::string_view("default  ").size();
    std::string out(key);
    out.resize(origin_column, ' ');
    out += origin;
    out.resize(value_column, ' ');
    return out + value + "\n";
}

std::string json_of(const detail::shown_value& value)
{
    if (const auto* const is_on = std::get_if<bool>(&value)) {
        return *is_on ? "true" : "false";
    }
    if (const auto* const number = std::get_if<std::uint64_t>(&value)) {
        return std::to_string(*number);
    }
    if (const auto* const text = std::get_if<std::string>(&value)) {
        return json_string(*text);
    }
    const auto* const texts = std::get_if<std::vector<std::string>>(&value);
    return texts != nullptr ? array_of(*texts, json_string) : "null";
}

} // namespace

conf_report explain_conf(const std::string& text)
{
    detail::parsed_config conf;
    status failure = parse_text(text, conf);
    return make_report(std::move(failure), std::move(conf));
}

conf_report explain_environment()
{
    detail::parsed_config conf;
    status failure = parse_environment(conf);
    return make_report(std::move(failure), std::move(conf));
}

std::string to_text(const conf_report& results)
{
    if (!results.failure.ok()) {
        return "error: " + results.failure.info().message + "\n";
    }
    const config& options = results.conf.options;
    std::string out = line("protocol", "set", std::string(to_string(options.transport)));
    for (const option* const row : options_of(options.transport)) {
        out += line(row->key, origin_of(*row, results.conf), value_text(*row, options));
    }
    return out;
}

std::string to_json(const conf_report& results)
{
    json_text out('{');
    out.add("ok", results.failure.ok()).add("exit_code", static_cast<int>(results.result));
    out.add("coquest", COQUEST_VERSION);
    if (!results.failure.ok()) {
        out.add("failed", name_of(results.result)).raw("failure", failure_json(results.failure));
        return out.close() + "\n";
    }
    const config& options = results.conf.options;
    out.add("protocol", std::string(to_string(options.transport)));
    const auto to_element = [&](const option* row) {
        return json_text('{')
            .add("key", std::string(row->key))
            .add("origin", origin_of(*row, results.conf))
            .raw("value", json_of(value_of(*row, options)))
            .add("doc", std::string(row->doc))
            .close();
    };
    out.raw("options", array_of(options_of(options.transport), to_element));
    return out.close() + "\n";
}

} // namespace coquest::tools
