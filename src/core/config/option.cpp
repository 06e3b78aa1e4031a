// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/config/option.hpp"

#include "core/config/value.hpp"
#include "core/text/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

/// Counts the insertions, deletions and replacements that turn one text into the other.
std::size_t edit_distance(std::string_view a, std::string_view b) noexcept
{
    std::array<std::size_t, 32> row{};
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (to_lower(a[i - 1]) == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

} // namespace

const option* find_option(std::string_view key) noexcept
{
    if (key == "user") {
        key = "username";
    } else if (key == "pass") {
        key = "password";
    }
    const auto rows = all_options();
    const auto found = std::ranges::find(rows, key, &option::key);
    return found == rows.end() ? nullptr : &*found;
}

const option& option_of(const option_member& member) noexcept
{
    return *std::ranges::find(all_options(), member, &option::member);
}

std::string_view secret_before(std::string_view text) noexcept
{
    std::string_view found;
    const auto look = [&](std::string_view name) {
        if (text.size() > name.size() && name.size() > found.size() &&
            iequals(text.substr(0, name.size()), name)) {
            found = name;
        }
    };
    look("pass"); // the alias of "password"
    for (const option& row : all_options()) {
        if (is_secret(row)) {
            look(row.key);
        }
    }
    return found;
}

std::string_view nearest_key(std::string_view key) noexcept
{
    constexpr std::size_t longest_typo = 40;
    if (key.size() > longest_typo) {
        return {};
    }
    std::string_view nearest;
    std::size_t least = 2 + key.size() / 5; // one typo, and one more per five characters
    for (const option& row : all_options()) {
        const std::size_t distance = is_key(row) ? edit_distance(key, row.key) : least;
        if (distance < least) {
            least = distance;
            nearest = row.key;
        }
    }
    return nearest;
}

status check_scope(const option& row, protocol transport)
{
    const bool is_tcp = !is_http(transport);
    if (row.scope == option_scope::tls && !has_tls(transport)) {
        return key_error(row.key, is_tcp ? "needs TLS: use tcps in place of tcp"
                                         : "needs TLS: use https in place of http");
    }
    if (row.scope == option_scope::tcp && !is_tcp) {
        return key_error(row.key, "applies to tcp and tcps only");
    }
    if (row.scope == option_scope::http && is_tcp) {
        return key_error(row.key, row.type == option_type::password
                                      ? "applies to http and https only: tcp authenticates by "
                                        "username (key id) and token (private key)"
                                      : "applies to http and https only");
    }
    return {};
}

status roots_conflict()
{
    return config_error("\"tls_roots\" and \"tls_ca\" disagree: the file is used with "
                        "tls_ca=pem_file only, leave out one of the two");
}

} // namespace coquest::inline v0::detail
