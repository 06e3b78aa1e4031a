// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The grammar of the configuration string (docs/protocol.md, Configuration), and its errors.

#include "core/config/config_parser.hpp"
#include "unit/core/config/refusal.hpp"
#include <coquest/config.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <string_view>

namespace coquest::inline v0 {
namespace {

using test::refusal;

TEST(config, minimal_string_has_all_defaults)
{
    const config parsed = parse_config("http::addr=localhost:9000");

    EXPECT_EQ(parsed.transport, protocol::http);
    ASSERT_EQ(parsed.addresses.size(), 1U);
    EXPECT_EQ(parsed.addresses[0], (server_address{"localhost", 9000}));
    EXPECT_EQ(parsed.auth_timeout.count(), 15'000);
    EXPECT_EQ(parsed.max_name_len, 127U);
    EXPECT_EQ(parsed.init_buf_size, 65'536U);
    EXPECT_EQ(parsed.max_buf_size, 104'857'600U);
    EXPECT_TRUE(parsed.auto_flush);
    EXPECT_FALSE(parsed.auto_flush_rows);
    EXPECT_EQ(parsed.auto_flush_bytes, 0U);
    EXPECT_EQ(parsed.auto_flush_interval, std::chrono::milliseconds(1000));
    EXPECT_EQ(parsed.request_timeout.count(), 10'000);
    EXPECT_EQ(parsed.request_min_throughput, 102'400U);
    EXPECT_EQ(parsed.retry_timeout.count(), 10'000);
    EXPECT_EQ(parsed.retry_max_backoff.count(), 1'000);
    EXPECT_EQ(parsed.connect_timeout.count(), 10'000);
    EXPECT_EQ(parsed.close_timeout.count(), 30'000);
    EXPECT_EQ(parsed.tls.ca, tls_ca::webpki_and_os_roots);
    EXPECT_EQ(parsed.tls.verify, tls_verify::on);
    EXPECT_FALSE(parsed.version);
    EXPECT_FALSE(parsed.username || parsed.password || parsed.token);
}

TEST(config, readme_string_is_read_as_written)
{
    const config parsed = parse_config("https::addr=localhost:9000;username=admin;password=quest;"
                                       "tls_ca=pem_file;tls_roots=certs/questdb.crt;");

    EXPECT_EQ(parsed.transport, protocol::https);
    EXPECT_EQ(parsed.username, "admin");
    ASSERT_TRUE(parsed.password);
    EXPECT_EQ(parsed.password->reveal(), "quest");
    EXPECT_EQ(parsed.tls.ca, tls_ca::pem_file);
    EXPECT_EQ(parsed.tls.roots, "certs/questdb.crt");
}

TEST(config, protocol_is_read_in_any_case)
{
    EXPECT_EQ(parse_config("HTTP::addr=h").transport, protocol::http);
    EXPECT_EQ(parse_config("Https::addr=h").transport, protocol::https);
    EXPECT_EQ(parse_config("TCP::addr=h").transport, protocol::tcp);
    EXPECT_EQ(parse_config("tcpS::addr=h").transport, protocol::tcps);
}

TEST(config, doubled_semicolon_is_one_semicolon_in_the_value)
{
    const config parsed = parse_config("http::addr=h;username=a;;b;password=;;;;c;;;");

    EXPECT_EQ(parsed.username, "a;b");
    EXPECT_EQ(parsed.password->reveal(), ";;c;");
}

TEST(config, doubled_semicolon_may_end_a_secret_and_the_text)
{
    EXPECT_EQ(parse_config("http::addr=h;username=u;password=p;;").password->reveal(), "p;");
}

TEST(config, stray_semicolon_at_the_end_is_ignored_if_no_value_can_hold_one)
{
    EXPECT_EQ(parse_config("http::addr=localhost:9000;;").addresses[0].port, 9000);
    EXPECT_EQ(parse_config("http::addr=h;retry_timeout=5;;").retry_timeout.count(), 5);
}

TEST(config, spaces_and_equal_signs_are_part_of_the_value)
{
    const config parsed = parse_config("http::addr=h;username= a=b ;password==;");

    EXPECT_EQ(parsed.username, " a=b ");
    EXPECT_EQ(parsed.password->reveal(), "=");
}

TEST(config, grammar_errors_name_the_byte)
{
    const struct {
        std::string_view text;
        std::string_view message;
    } cases[] = {
        {"", "configuration string, byte 0: expected http::, https::, tcp:: or tcps::"},
        {"::addr=h", "configuration string, byte 0: expected http::, https::, tcp:: or tcps::"},
        {"hunter2", "configuration string, byte 0: expected http::, https::, tcp:: or tcps::"},
        {" http::addr=h",
         "configuration string, byte 0: expected http::, https::, tcp:: or tcps::"},
        {"http:addr=h", "configuration string, byte 4: expected \"::\" after the protocol"},
        {"ht tp::addr=h", "configuration string, byte 2: expected \"::\" after the protocol"},
        {"https://u:p@h",
         "configuration string, byte 5: a URL is not a configuration string: write "
         "https::addr=host:port;"},
        {"foo::addr=h", "configuration string, byte 0: unsupported protocol \"foo\": use http, "
                        "https, tcp or tcps"},
        {"ws::addr=h", "configuration string, byte 0: unsupported protocol \"ws\" (QWP): this "
                       "library speaks ILP, use http, https, tcp or tcps"},
        {"http::=h", "configuration string, byte 6: expected a key of letters, digits and '_'"},
        {"http:: addr=h",
         "configuration string, byte 6: expected a key of letters, digits and '_'"},
        {"http::addr=h;;;;;x;",
         "configuration string, byte 11: \"addr\" names an invalid host: write host, "
         "host:port or [ipv6]:port, without http:// and path"},
        {"http::addr", "configuration string, byte 10: expected '=' after \"addr\""},
        {"http::addr;", "configuration string, byte 10: expected '=' after \"addr\""},
        {"http::addr =h", "configuration string, byte 10: expected '=' after \"addr\""},
        {"http::addr=h;username=a\nb;",
         "configuration string, byte 23: the value of \"username\" holds a control character or "
         "invalid UTF-8"},
        {"http::addr=h;username=a\xc2\x85;",
         "configuration string, byte 23: the value of \"username\" holds a control character or "
         "invalid UTF-8"},
        {"http::addr=h;username=\xff;",
         "configuration string, byte 22: the value of \"username\" holds a control character or "
         "invalid UTF-8"},
    };
    for (const auto& [text, message] : cases) {
        EXPECT_EQ(refusal(text), message) << text;
    }
}

TEST(config, missing_address_is_reported_with_its_form)
{
    constexpr std::string_view message = "\"addr\" is missing: name the server as addr=host:port";

    EXPECT_EQ(refusal("http"), message);
    EXPECT_EQ(refusal("http::"), message);
    EXPECT_EQ(refusal("tcp::username=u;"), message);
    EXPECT_EQ(refusal("http::ADDR=h;"),
              "configuration string, byte 6: unknown key \"ADDR\": did you mean \"addr\"");
}

TEST(config, unknown_key_is_refused_with_the_nearest_key)
{
    const struct {
        std::string_view key;
        std::string_view nearest;
    } cases[] = {
        {"usrname", "username"},
        {"adr", "addr"},
        {"tls_root", "tls_roots"},
        {"autoflush", "auto_flush"},
        {"retry_time_out", "retry_timeout"},
        {"Token", "token"},
        {"init_buffer_size", "init_buf_size"},
    };
    for (const auto& [key, nearest] : cases) {
        EXPECT_EQ(refusal("http::addr=h;" + std::string(key) + "=1;"),
                  "configuration string, byte 13: unknown key \"" + std::string(key) +
                      "\": did you mean \"" + std::string(nearest) + "\"");
    }
    EXPECT_EQ(refusal("http::addr=h;gzip=on;"),
              "configuration string, byte 13: unknown key \"gzip\"");
    EXPECT_EQ(refusal("http::addr=h;" + std::string(100, 'k') + "=1"),
              "configuration string, byte 13: unknown key \"" + std::string(64, 'k') + "\"");
}

TEST(config, repeated_key_is_refused_except_for_addresses)
{
    EXPECT_EQ(refusal("http::addr=h;retry_timeout=1;retry_timeout=1;"),
              "configuration string, byte 29: \"retry_timeout\" is given twice");
    EXPECT_EQ(refusal("http::addr=h;username=a;user=a;password=p;"),
              "configuration string, byte 24: \"user\" is given twice");

    EXPECT_EQ(parse_config("http::addr=a;addr=b;").addresses.size(), 2U);
}

TEST(config, first_error_of_the_text_is_reported)
{
    const std::string_view bad_pairs[] = {"nonsense=1;", "retry_timeout=x;", "max_name_len=3;",
                                          "tls_ca=os_roots;", "token_x=x;"};
    for (const auto first : bad_pairs) {
        for (const auto second : bad_pairs) {
            const std::string head = "http::addr=h;" + std::string(first);
            const std::string alone = refusal(head);

            EXPECT_FALSE(alone.empty()) << first;
            EXPECT_EQ(refusal(head + std::string(second)), alone);
        }
    }
    // Checks across keys come after the checks of each key.
    EXPECT_EQ(refusal("http::username=u;retry_timeout=x;addr=h;"),
              "configuration string, byte 31: \"retry_timeout\" takes whole milliseconds from 0 to "
              "31536000000");
}

TEST(config, no_message_repeats_a_secret)
{
    const std::string_view texts[] = {
        "http::addr=h;username=u;password=hunter2\x01;",
        "http::addr=h;username=u;password=hunter2\xff;",
        "http::addr=h;username=u;password=a;hunter2=b;",
        "http::addr=h;username=u;password=a;hunter2",
        "http::addr=h;username=u;password=a; hunter2;",
        "http::addr=h;username=u;password=a;hunter=b;",
        "http::addr=h;username=u;password=a;hunter=;",
        "http::addr=h;token=a;retry_timeout=1;hunter=;",
        "http::addr=h;token=a;username=u;hunter=b;",
        "tcp::addr=h;token_x=a;username=u;hunter=b;",
        "http::addr=h;token=a;tokenhunter=;",
        "http::addr=h;token=a;retry_timeout=1;huntertoken=;",
        "http::addr=h;token=hunter2 x;",
        "http::addr=h;token=hunter2;token=hunter2;",
        "http::addr=h;token=hunter2;username=u;password=hunter2;",
        "http::addr=localhost:9000,password=hunter2;",
        "http::addr=user:hunter2@localhost:9000;",
        "http::addr=h;username=u:hunter2;password=hunter2;",
        "tcp::addr=h;username=u;password=hunter2;",
        "tcp::addr=h;token=hunter2;",
        "tcp::addr=h;username=k;token=d;token_x=hunter2;",
        "https::addr=h;tls_roots_password=hunter2;",
        "http::addr=h;request_timeout=hunter2;",
        "http::addr=h;auto_flush=hunter2;",
    };
    for (const auto text : texts) {
        const std::string message = refusal(text);

        EXPECT_FALSE(message.empty()) << text;
        EXPECT_EQ(message.find("hunter"), std::string::npos) << message;
    }
}

TEST(config, unknown_key_that_may_be_a_secret_is_not_repeated)
{
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"tokenhunter2;", "expected '=' after \"token\""},
        {"tokenhunter2=;", "expected '=' after \"token\""},
        {"Passwordhunter2;", "expected '=' after \"password\""},
        {"passhunter2;username=u;", "expected '=' after \"pass\""},
        {"username=u;hunter2=;", ""},
        {"hunter2;", ""},
        {"huntertwo;", ""},
    };
    for (const auto& [text, hint] : cases) {
        const std::string message = refusal("http::addr=h;" + std::string(text));

        EXPECT_NE(message.find("unknown key"), std::string::npos) << message;
        EXPECT_NE(message.find(hint), std::string::npos) << message;
        EXPECT_EQ(message.find("hunter"), std::string::npos) << message;
    }
}

TEST(config, unknown_key_after_a_secret_is_named_by_its_position)
{
    EXPECT_EQ(refusal("http::addr=h;token=t;retry_timeout=1;gzip=on;"),
              "configuration string, byte 37: unknown key");
    EXPECT_EQ(refusal("http::addr=h;token=t;retry_timeout=1;retry_time=on;"),
              "configuration string, byte 37: unknown key: did you mean \"retry_timeout\"");
}

TEST(config, keys_for_programs_are_unknown)
{
    for (const std::string key :
         {"user_agent", "tls_roots_pem", "tls_client_cert_pem", "tls_client_key_pem"}) {
        EXPECT_NE(refusal("https::addr=h;" + key + "=x;").find("byte 14: unknown key"),
                  std::string::npos)
            << key;
    }
}

TEST(config, url_is_refused_with_the_string_to_write)
{
    EXPECT_EQ(refusal("https://db.example.com:9000"),
              "configuration string, byte 5: a URL is not a configuration string: write "
              "https::addr=host:port;");
    EXPECT_EQ(refusal("http://db.example.com:9000/write?token=hunter2"),
              "configuration string, byte 4: a URL is not a configuration string: write "
              "http::addr=host:port;");
}

TEST(config, unescaped_semicolon_in_a_secret_is_explained)
{
    constexpr std::string_view hint = "; a ';' inside the value of \"password\" is written \";;\"";

    EXPECT_EQ(refusal("http::addr=h;username=u;password=a;b=c;"),
              "configuration string, byte 35: unknown key" + std::string(hint));
    EXPECT_EQ(refusal("http::addr=h;username=u;password=a;%b;"),
              "configuration string, byte 35: expected a key of letters, digits and '_'" +
                  std::string(hint));
    EXPECT_EQ(refusal("http::addr=h;username=u;password=a;tokn=c;"),
              "configuration string, byte 35: unknown key: did you mean \"token\"" +
                  std::string(hint));
}

TEST(config, explicit_default_of_tls_ca_still_excludes_tls_roots)
{
    constexpr std::string_view message =
        "\"tls_roots\" and \"tls_ca\" disagree: the file is used with tls_ca=pem_file only, leave "
        "out one of the two";

    EXPECT_EQ(refusal("https::addr=h;tls_ca=webpki_and_os_roots;tls_roots=/x;"),
              "configuration string, byte 51: " + std::string(message));
    EXPECT_EQ(refusal("https::addr=h;tls_roots=/x;tls_ca=webpki_and_os_roots;"),
              "configuration string, byte 34: " + std::string(message));
    EXPECT_EQ(refusal("https::addr=h;tls_ca=webpki_roots;tls_roots=/x;"),
              "configuration string, byte 44: " + std::string(message));
    EXPECT_EQ(refusal("https::addr=h;tls_roots=/x;tls_ca=os_roots;"),
              "configuration string, byte 34: " + std::string(message));
    EXPECT_EQ(refusal("https::addr=h;tls_roots=/x;tls_ca=pem_file;"), "");
}

class config_from_environment : public testing::Test {
protected:
    void TearDown() override { ::unsetenv("QDB_CLIENT_CONF"); }

    static std::string refusal()
    {
        try {
            static_cast<void>(config_from_env());
        } catch (const error& failure) {
            EXPECT_EQ(failure.code(), errc::config_error);
            return failure.what();
        }
        return {};
    }
};

TEST_F(config_from_environment, reads_the_official_variable)
{
    ::setenv("QDB_CLIENT_CONF", "tcp::addr=db:1234;", 1);

    const config parsed = config_from_env();

    EXPECT_EQ(parsed.transport, protocol::tcp);
    EXPECT_EQ(parsed.addresses[0], (server_address{"db", 1234}));
}

TEST_F(config_from_environment, names_the_variable_that_is_not_set)
{
    ::unsetenv("QDB_CLIENT_CONF");

    EXPECT_EQ(refusal(), "environment variable QDB_CLIENT_CONF is not set: give it a configuration "
                         "string such as http::addr=localhost:9000;");
}

TEST_F(config_from_environment, names_the_variable_in_errors_of_its_text)
{
    ::setenv("QDB_CLIENT_CONF", "http::adr=h", 1);

    EXPECT_EQ(refusal(), "QDB_CLIENT_CONF, byte 6: unknown key \"adr\": did you mean \"addr\"");
}

TEST(config, protocols_have_default_ports_and_names)
{
    EXPECT_EQ(parse_config("http::addr=h").addresses[0].port, 9000);
    EXPECT_EQ(parse_config("https::addr=h").addresses[0].port, 9000);
    EXPECT_EQ(parse_config("tcp::addr=h").addresses[0].port, 9009);
    EXPECT_EQ(parse_config("tcps::addr=h").addresses[0].port, 9009);
    EXPECT_EQ(to_string(protocol::http), "http");
    EXPECT_EQ(to_string(protocol::https), "https");
    EXPECT_EQ(to_string(protocol::tcp), "tcp");
    EXPECT_EQ(to_string(protocol::tcps), "tcps");
}

TEST(config, address_is_printed_with_brackets_around_ipv6)
{
    EXPECT_EQ(to_string(server_address{"localhost", 9000}), "localhost:9000");
    EXPECT_EQ(to_string(server_address{"::1", 1}), "[::1]:1");
}

TEST(config, rows_per_batch_follows_transport_and_auto_flush)
{
    EXPECT_EQ(parse_config("https::addr=h").rows_per_batch(), 75'000U);
    EXPECT_EQ(parse_config("tcp::addr=h").rows_per_batch(), 600U);
    EXPECT_EQ(parse_config("tcp::addr=h;auto_flush_rows=7").rows_per_batch(), 7U);
    EXPECT_EQ(parse_config("tcp::addr=h;auto_flush_rows=off").rows_per_batch(), 0U);
    EXPECT_EQ(parse_config("tcp::addr=h;auto_flush_rows=7;auto_flush=off").rows_per_batch(), 0U);
}

} // namespace
} // namespace coquest::inline v0
