// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tools/conf.hpp"

#include <coquest/config.hpp>
#include <coquest/version.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <string>

namespace coquest::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using tools::conf_report;
using tools::explain_conf;
using tools::outcome;

std::string text_of(const std::string& conf)
{
    return to_text(explain_conf(conf));
}

nlohmann::json option_of(const nlohmann::json& report, const std::string& key)
{
    for (const auto& option : report["options"]) {
        if (option["key"] == key) {
            return option;
        }
    }
    return nullptr;
}

TEST(tool_conf, text_has_each_option_of_the_transport)
{
    EXPECT_EQ(text_of("tcps::addr=db,[::1]:1;user=key;token=hunter2;tls_roots=ca.pem;"
                      "max_buf_size=4k;auto_flush_interval=off;"),
              "protocol                  set      tcps\n"
              "addr                      set      db:9009,[::1]:1\n"
              "username                  set      key\n"
              "token                     set      ***\n"
              "token_x                   default  none\n"
              "token_y                   default  none\n"
              "auth_timeout              default  15000\n"
              "bind_interface            default  none\n"
              "protocol_version          default  auto\n"
              "max_name_len              default  127\n"
              "init_buf_size             implied  4k\n"
              "max_buf_size              set      4k\n"
              "check_duplicates          default  off\n"
              "auto_flush                default  on\n"
              "auto_flush_rows           default  600\n"
              "auto_flush_bytes          default  off\n"
              "auto_flush_interval       set      off\n"
              "retry_timeout             default  10000\n"
              "retry_at_now              default  on\n"
              "tcp_resend                default  off\n"
              "tcp_resend_window         default  20000\n"
              "connections               default  1\n"
              "log_dropped_rows          default  on\n"
              "at_timeout                default  0\n"
              "flush_timeout             default  0\n"
              "connect_timeout           default  10000\n"
              "close_timeout             default  30000\n"
              "tls_verify                default  on\n"
              "tls_ca                    implied  pem_file\n"
              "tls_roots                 set      ca.pem\n"
              "tls_min                   default  1.2\n"
              "tls_pin                   default  none\n"
              "tls_crl                   default  none\n"
              "tls_reload                default  off\n"
              "tls_client_cert           default  none\n"
              "tls_client_key            default  none\n");
}

TEST(tool_conf, options_of_other_transports_are_left_out)
{
    const std::string http = text_of("http::addr=h;");

    EXPECT_THAT(http, HasSubstr("\nrequest_min_throughput    default  100k\n"));
    EXPECT_THAT(http, HasSubstr("\nauto_flush_rows           default  75000\n"));
    EXPECT_THAT(http, Not(HasSubstr("tcp_resend")));
    EXPECT_THAT(http, Not(HasSubstr("tls_")));
    EXPECT_THAT(text_of("tcp::addr=h;"), Not(HasSubstr("password")));
}

TEST(tool_conf, a_default_that_is_written_out_is_set)
{
    EXPECT_THAT(text_of("http::addr=h;retry_timeout=10000;"),
                HasSubstr("\nretry_timeout             set      10000\n"));
}

TEST(tool_conf, json)
{
    const auto json = nlohmann::json::parse(to_json(explain_conf(
        "https::addr=h:1,i:2;username=a\"b;password=;max_buf_size=1m;connections=2;")));

    EXPECT_EQ(json["ok"], true);
    EXPECT_EQ(json["exit_code"], 0);
    EXPECT_EQ(json["coquest"], COQUEST_VERSION);
    EXPECT_EQ(json["protocol"], "https");
    EXPECT_EQ(option_of(json, "addr")["value"].dump(), R"(["h:1","i:2"])");
    EXPECT_EQ(option_of(json, "addr")["origin"], "set");
    EXPECT_EQ(option_of(json, "username")["value"], "a\"b");
    EXPECT_EQ(option_of(json, "password")["value"], "***");
    EXPECT_EQ(option_of(json, "token")["value"], nullptr);
    EXPECT_EQ(option_of(json, "token")["origin"], "default");
    EXPECT_EQ(option_of(json, "max_buf_size")["value"], 1'048'576);
    EXPECT_EQ(option_of(json, "connections")["value"], 2);
    EXPECT_EQ(option_of(json, "auto_flush")["value"], true);
    EXPECT_EQ(option_of(json, "tls_min")["value"], "1.2");
    EXPECT_EQ(option_of(json, "tls_min")["doc"], "The oldest TLS version.");
    EXPECT_EQ(option_of(json, "tls_roots_password"), nullptr);
}

TEST(tool_conf, no_secret_is_shown)
{
    for (const std::string conf :
         {"https::addr=h;username=u;password=hunter2;", "http::addr=h;token=hunter2;",
          "tcp::addr=h;username=k;token=hunter2;token_x=hunter2;token_y=hunter2;",
          "http::addr=h;token=hunter2;oops=1;", "http::addr=h;token=a;hunter2=b;",
          "http::addr=h;username=u;password=a;hunter=b;"}) {
        const conf_report report = explain_conf(conf);

        EXPECT_THAT(to_text(report), Not(HasSubstr("hunter"))) << conf;
        EXPECT_THAT(to_json(report), Not(HasSubstr("hunter"))) << conf;
    }
}

TEST(tool_conf, a_refused_string_has_the_message_of_the_library)
{
    const std::string conf = "http::addr=h;tls_ca=os_roots;";
    std::string message;
    try {
        static_cast<void>(parse_config(conf));
    } catch (const error& e) {
        message = e.what();
    }

    const conf_report report = explain_conf(conf);
    const auto json = nlohmann::json::parse(to_json(report));

    EXPECT_EQ(report.result, outcome::config);
    EXPECT_EQ(to_text(report), "error: " + message + "\n");
    EXPECT_EQ(message, "configuration string, byte 20: \"tls_ca\" needs TLS: use https in place of "
                       "http");
    EXPECT_EQ(json["ok"], false);
    EXPECT_EQ(json["exit_code"], 2);
    EXPECT_EQ(json["failed"], "config");
    EXPECT_EQ(json["failure"]["reason"], message);
}

TEST(tool_conf, the_environment_is_read)
{
    ::setenv("QDB_CLIENT_CONF", "http::addr=there;", 1);
    const std::string found = to_text(tools::explain_environment());
    ::setenv("QDB_CLIENT_CONF", "http::adr=there;", 1);
    const std::string misspelt = to_text(tools::explain_environment());
    ::unsetenv("QDB_CLIENT_CONF");
    const conf_report missing = tools::explain_environment();

    EXPECT_THAT(found, HasSubstr("\naddr                      set      there:9000\n"));
    EXPECT_EQ(misspelt,
              "error: QDB_CLIENT_CONF, byte 6: unknown key \"adr\": did you mean \"addr\"\n");
    EXPECT_EQ(missing.result, outcome::config);
    EXPECT_THAT(to_text(missing), HasSubstr("QDB_CLIENT_CONF is not set"));
}

} // namespace
} // namespace coquest::test
