// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The rows of the table of options, and docs/configuration.md, which repeats them.

#include "core/config/config_parser.hpp"
#include "core/config/option.hpp"
#include "core/config/option_value.hpp"
#include "support/doc_table.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {
namespace {

config config_for(protocol transport)
{
    config target;
    target.transport = transport;
    return target;
}

std::string transports_of(const option& row)
{
    std::string list;
    for (const protocol transport :
         {protocol::http, protocol::https, protocol::tcp, protocol::tcps}) {
        if (check_scope(row, transport).ok()) {
            list.append(list.empty() ? "" : ", ").append(to_string(transport));
        }
    }
    return row.scope == option_scope::any ? "all" : list;
}

std::string default_of(const option& row)
{
    const std::string http = value_text(row, config_for(protocol::http));
    const std::string tcp = value_text(row, config_for(protocol::tcp));
    return http == tcp ? http : http + " over HTTP, " + tcp + " over TCP";
}

/// Returns the rows that the page has to have, of the options with keys or of the others.
std::vector<test::doc_row> expected_rows(bool with_key)
{
    std::vector<test::doc_row> rows;
    for (const option& row : all_options()) {
        if (is_key(row) == with_key) {
            rows.push_back({std::string(row.key), expected_value(row), default_of(row),
                            transports_of(row), std::string(row.doc)});
        }
    }
    return rows;
}

/// Returns rows as Markdown, so that they can be pasted into the page.
std::string markdown(const std::vector<test::doc_row>& rows)
{
    std::string text;
    for (const test::doc_row& row : rows) {
        text += "| `" + row[0] + "` | " + row[1] + " | " + row[2] + " | " + row[3] + " | " +
                row[4] + " |\n";
    }
    return text;
}

TEST(config_option_table, the_page_has_each_option)
{
    const std::string page = "configuration.md";

    EXPECT_EQ(markdown(test::doc_table("Keys", page)), markdown(expected_rows(true)));
    EXPECT_EQ(markdown(test::doc_table("Options without a key", page)),
              markdown(expected_rows(false)));
}

TEST(config_option_table, each_row_has_its_own_key_and_member)
{
    std::set<std::string_view> keys;
    for (const option& row : all_options()) {
        EXPECT_TRUE(keys.insert(row.key).second) << row.key;
        EXPECT_EQ(&option_of(row.member), &row) << row.key << " shares its member";
        EXPECT_EQ(find_option(row.key), &row);
        EXPECT_TRUE(row.doc.ends_with('.')) << row.key;
    }
}

TEST(config_option_table, each_default_is_a_value_that_its_row_allows)
{
    for (const option& row : all_options()) {
        EXPECT_TRUE(check_value(row, config()).ok()) << row.key;
        EXPECT_TRUE(has_default(row, config())) << row.key;
    }
}

TEST(config_option_table, a_value_is_shown_as_the_string_has_it)
{
    const std::string pin = "sha256/" + std::string(43, 'A') + "=";
    const std::pair<std::string, std::string> shown[] = {
        {"addr", "h:1,[::1]:9009"},      {"username", "u"},          {"auth_timeout", "0"},
        {"bind_interface", "127.0.0.2"}, {"protocol_version", "3"},  {"max_name_len", "16"},
        {"init_buf_size", "1025"},       {"max_buf_size", "3m"},     {"auto_flush", "off"},
        {"auto_flush_rows", "off"},      {"auto_flush_bytes", "2g"}, {"auto_flush_interval", "off"},
        {"tls_ca", "os_roots"},          {"tls_crl", "/a b"},        {"tls_min", "1.3"},
        {"tls_pin", pin + "," + pin},    {"tls_reload", "on"},
    };
    for (const auto& [key, text] : shown) {
        config target = config_for(protocol::tcps);
        ASSERT_TRUE(set_option(target, key, text).ok()) << key;

        EXPECT_EQ(value_text(*find_option(key), target), text);
    }
    config target = config_for(protocol::http);
    ASSERT_TRUE(set_option(target, "auto_flush_interval", "0").ok());
    EXPECT_EQ(value_text(*find_option("auto_flush_interval"), target), "0"); // is not off
}

TEST(config_option_table, a_secret_is_never_shown)
{
    for (const std::string_view key : {"password", "token", "token_x", "token_y"}) {
        const option& row = *find_option(key);
        const protocol transport = row.scope == option_scope::tcp ? protocol::tcp : protocol::http;
        for (const std::string_view text : {"s", "a secret that is longer"}) {
            config target = config_for(transport);
            ASSERT_TRUE(set_option(target, key, text).ok()) << key;
            EXPECT_EQ(value_text(row, target), "***");
        }
        EXPECT_EQ(value_text(row, config_for(transport)), "none");
    }
    config target = config_for(protocol::http);
    ASSERT_TRUE(set_option(target, "password", "").ok());
    EXPECT_EQ(value_text(*find_option("password"), target), "***"); // does not tell its length
    target.tls.client_key_pem = secret("key");
    EXPECT_EQ(value_text(*find_option("tls_client_key_pem"), target), "***");
}

TEST(config_option_table, a_value_of_a_program_is_checked_by_the_row)
{
    using std::chrono::milliseconds;
    config target = config_for(protocol::http);

    EXPECT_TRUE(set_value(target, &config::connections, 2).ok());
    EXPECT_TRUE(set_value(target, &config::auto_flush_interval, std::nullopt).ok());
    EXPECT_EQ(set_value(target, &config::connections, 65).info().message,
              "\"connections\" takes a whole number from 1 to 64");
    EXPECT_EQ(set_value(target, &config::auth_timeout, milliseconds(1)).info().message,
              "\"auth_timeout\" applies to tcp and tcps only");
    EXPECT_EQ(set_value(target, &config::auto_flush_interval, milliseconds(-1)).info().message,
              "\"auto_flush_interval\" takes off or whole milliseconds from 0 to 31536000000");
    EXPECT_EQ(set_value(target, &config::version, static_cast<protocol_version>(9)).info().message,
              "\"protocol_version\" takes auto, 1, 2 or 3");
    EXPECT_EQ(set_value(target, &config::addresses, {{"a b", 1}}).info().message,
              "\"addr\" names an invalid host: write host, host:port or [ipv6]:port, without "
              "http:// and path");
    EXPECT_TRUE(set_value(target, &config::max_buf_size, 2048).ok());

    EXPECT_EQ(target.connections, 2U);
    EXPECT_FALSE(target.auto_flush_interval);
    EXPECT_EQ(target.auth_timeout, config().auth_timeout);
    EXPECT_FALSE(target.version);
    EXPECT_TRUE(target.addresses.empty());
    EXPECT_EQ(target.init_buf_size, 2048U); // follows max_buf_size, as in a string
}

} // namespace
} // namespace coquest::inline v0::detail
