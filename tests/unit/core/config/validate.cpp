// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Checks across keys: credentials (docs/protocol.md, Configuration), TLS and sizes. Also the checks
// of a struct that was not filled from a string.

#include "core/config/config_parser.hpp"
#include "unit/core/config/refusal.hpp"
#include <coquest/config.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {
namespace {

using test::refusal;

TEST(config_validate, http_credentials_are_complete_and_of_one_kind)
{
    const std::string both_given =
        "\"token\" excludes \"username\" and \"password\": give one or the "
        "other";
    const struct {
        std::string_view keys;
        std::string message;
    } cases[] = {
        {"", ""},
        {"username=u;password=p;", ""},
        {"token=t;", ""},
        {"username=u;", "\"username\" is given, but \"password\" is missing"},
        {"password=p;", "\"password\" is given, but \"username\" is missing"},
        {"username=u;token=t;", both_given},
        {"password=p;token=t;", both_given},
        {"username=u;password=p;token=t;", both_given},
        {"username=a:b;password=p;",
         "\"username\" holds a ':', which Basic authentication cannot carry"},
        {"token=a b;",
         "\"token\" holds a character at byte 1 that no Bearer token has: visible ASCII only"},
        {"token=ab\xc3\xa9;",
         "\"token\" holds a character at byte 2 that no Bearer token has: visible ASCII only"},
        {"username=u;token=t;token_x=x;token_y=y;",
         "configuration string, byte 40: \"token_x\" applies to tcp and tcps only"},
    };
    for (const auto& [keys, message] : cases) {
        EXPECT_EQ(refusal("http::addr=h;" + std::string(keys)), message) << keys;
    }
}

TEST(config_validate, tcp_credentials_are_complete)
{
    const std::string password = "configuration string, byte 32: \"password\" applies to http and "
                                 "https only: tcp authenticates by username (key id) and token "
                                 "(private key)";
    const std::string no_token =
        "\"username\" is given, but \"token\" (the private key) is missing";
    const std::string half_key = "\"token_x\" and \"token_y\" are one public key: give both or "
                                 "neither";
    const struct {
        std::string_view keys;
        std::string message;
    } cases[] = {
        {"", ""},
        {"username=u;token=t;token_x=x;token_y=y;", ""},
        {"username=u;token=t;", ""},
        {"username=a:b;token=t;", ""},
        {"username=u;password=p;", password},
        {"username=u;password=p;token=t;token_x=x;token_y=y;", password},
        {"username=u;", no_token},
        {"username=u;token_x=x;token_y=y;", no_token},
        {"token=t;", "\"token\" is given, but \"username\" (the key id) is missing"},
        {"username=u;token=t;token_x=x;", half_key},
        {"username=u;token=t;token_y=y;", half_key},
        {"token_x=x;token_y=y;", "\"token_x\" and \"token_y\" are given, but \"username\" and "
                                 "\"token\" are missing"},
    };
    for (const auto& [keys, message] : cases) {
        EXPECT_EQ(refusal("tcp::addr=h;" + std::string(keys)), message) << keys;
    }
}

TEST(config_validate, tls_options_that_need_each_other_are_checked)
{
    const std::string pair =
        "\"tls_client_cert\" and \"tls_client_key\" belong together: give both "
        "or neither";
    const struct {
        std::string_view keys;
        std::string message;
    } cases[] = {
        {"tls_ca=pem_file;tls_roots=/x;", ""},
        {"tls_roots=/x;tls_ca=pem_file;", ""},
        {"tls_roots=/x;", ""},
        {"tls_client_cert=/c;tls_client_key=/k;", ""},
        {"tls_ca=pem_file;", "\"tls_ca\" is pem_file, but \"tls_roots\" does not name the file"},
        {"tls_client_cert=/c;", pair},
        {"tls_client_key=/k;", pair},
    };
    for (const auto& [keys, message] : cases) {
        EXPECT_EQ(refusal("https::addr=h;" + std::string(keys)), message) << keys;
    }
}

TEST(config_validate, segment_larger_than_the_buffer_is_refused)
{
    EXPECT_EQ(refusal("http::addr=h;init_buf_size=200000000;"),
              "\"init_buf_size\" (200000000) exceeds \"max_buf_size\" (104857600)");
    EXPECT_EQ(refusal("http::addr=h;init_buf_size=2k;max_buf_size=1k;"),
              "\"init_buf_size\" (2048) exceeds \"max_buf_size\" (1024)");
    EXPECT_EQ(refusal("http::addr=h;init_buf_size=2k;max_buf_size=2k;"), "");
}

TEST(config_validate, struct_filled_by_hand_is_checked_like_the_keys)
{
    using std::chrono::milliseconds;
    const struct {
        protocol transport;
        std::string_view key;
        std::function<void(config&)> damage;
    } cases[] = {
        {protocol::http, "addr", [](config& c) { c.addresses.clear(); }},
        {protocol::http, "addr", [](config& c) { c.addresses[0].port = 0; }},
        {protocol::http, "addr", [](config& c) { c.addresses[0].host = "h\r\nX: y"; }},
        {protocol::http, "addr", [](config& c) { c.addresses.push_back(c.addresses[0]); }},
        {protocol::http, "max_buf_size", [](config& c) { c.max_buf_size = std::size_t{1} << 63; }},
        {protocol::http, "auto_flush_bytes",
         [](config& c) { c.auto_flush_bytes = std::size_t{1} << 63; }},
        {protocol::http, "tcp_resend", [](config& c) { c.tcp_resend = true; }},
        {protocol::http, "tcp_resend_window",
         [](config& c) { c.tcp_resend_window = std::chrono::milliseconds(1); }},
        {protocol::http, "user_agent", [](config& c) { c.user_agent = "a\nb"; }},
        {protocol::tcp, "user_agent", [](config& c) { c.user_agent = "a"; }},
        {protocol::http, "token", [](config& c) { c.token = secret("a\nb"); }},
        {protocol::http, "username", [](config& c) { c.username = "a\nb"; }},
        {protocol::http, "password", [](config& c) { c.password = secret("\n"); }},
        {protocol::tcp, "password", [](config& c) { c.password = secret("p"); }},
        {protocol::http, "protocol_version",
         [](config& c) { c.version = static_cast<protocol_version>(4); }},
        {protocol::http, "token_x", [](config& c) { c.token_x = "x"; }},
        {protocol::http, "token_y", [](config& c) { c.token_y = "y"; }},
        {protocol::http, "auth_timeout", [](config& c) { c.auth_timeout = milliseconds(1); }},
        {protocol::tcp, "auth_timeout", [](config& c) { c.auth_timeout = milliseconds(-1); }},
        {protocol::http, "bind_interface", [](config& c) { c.bind_interface = "lo"; }},
        {protocol::tcp, "bind_interface", [](config& c) { c.bind_interface = "l\to"; }},
        {protocol::tcp, "request_timeout", [](config& c) { c.request_timeout = milliseconds(1); }},
        {protocol::http, "request_timeout", [](config& c) { c.request_timeout = milliseconds(0); }},
        {protocol::tcp, "request_min_throughput", [](config& c) { c.request_min_throughput = 1; }},
        {protocol::tcp, "retry_max_backoff_millis",
         [](config& c) { c.retry_max_backoff = milliseconds(11); }},
        {protocol::http, "retry_max_backoff_millis",
         [](config& c) { c.retry_max_backoff = milliseconds(9); }},
        {protocol::http, "retry_timeout", [](config& c) { c.retry_timeout = milliseconds::max(); }},
        {protocol::http, "connect_timeout", [](config& c) { c.connect_timeout = milliseconds(0); }},
        {protocol::http, "close_timeout", [](config& c) { c.close_timeout = milliseconds(-1); }},
        {protocol::http, "auto_flush_interval",
         [](config& c) { c.auto_flush_interval = milliseconds(-1); }},
        {protocol::http, "connections", [](config& c) { c.connections = 0; }},
        {protocol::http, "connections", [](config& c) { c.connections = 65; }},
        {protocol::http, "max_name_len", [](config& c) { c.max_name_len = 15; }},
        {protocol::http, "init_buf_size", [](config& c) { c.init_buf_size = 1023; }},
        {protocol::http, "max_buf_size", [](config& c) { c.max_buf_size = 0; }},
        {protocol::http, "tls_ca", [](config& c) { c.tls.ca = tls_ca::os_roots; }},
        {protocol::http, "tls_roots", [](config& c) { c.tls.roots = "/x"; }},
        {protocol::tcp, "tls_verify", [](config& c) { c.tls.verify = tls_verify::unsafe_off; }},
        {protocol::tcp, "tls_client_cert", [](config& c) { c.tls.client_cert = "/c"; }},
        {protocol::tcp, "tls_min", [](config& c) { c.tls.min = tls_min::v1_3; }},
        {protocol::http, "tls_pin", [](config& c) { c.tls.pins = {"x"}; }},
        {protocol::https, "tls_pin", [](config& c) { c.tls.pins = {"x"}; }},
        {protocol::http, "tls_crl", [](config& c) { c.tls.crl = "/x"; }},
        {protocol::https, "tls_crl", [](config& c) { c.tls.crl = "/\x01"; }},
        {protocol::tcp, "tls_reload", [](config& c) { c.tls.reload = true; }},
        {protocol::http, "tls_roots_pem", [](config& c) { c.tls.roots_pem = "x"; }},
        {protocol::https, "tls_roots", [](config& c) { c.tls.roots_pem = "x"; }},
        {protocol::https, "tls_roots",
         [](config& c) {
             c.tls.ca = tls_ca::pem_file;
             c.tls.roots = c.tls.roots_pem = "x";
         }},
        {protocol::http, "tls_client_cert_pem", [](config& c) { c.tls.client_cert_pem = "x"; }},
        {protocol::https, "tls_client_cert", [](config& c) { c.tls.client_cert_pem = "x"; }},
        {protocol::https, "tls_client_cert",
         [](config& c) { c.tls.client_cert = c.tls.client_cert_pem = "x"; }},
        {protocol::http, "tls_client_key_pem",
         [](config& c) { c.tls.client_key_pem = secret("x"); }},
        {protocol::https, "tls_client_key",
         [](config& c) {
             c.tls.client_key = "x";
             c.tls.client_key_pem = secret("x");
         }},
        {protocol::tcp, "tls_client_key", [](config& c) { c.tls.client_key = "/k"; }},
        {protocol::https, "tls_roots", [](config& c) { c.tls.roots = "/x"; }},
        {protocol::https, "tls_roots", [](config& c) { c.tls.roots = "/\x01"; }},
    };
    for (const auto& test : cases) {
        config target;
        target.transport = test.transport;
        target.addresses = {{"h", 1}};
        ASSERT_TRUE(validate(target).ok());

        test.damage(target);
        const status result = validate(target);

        EXPECT_EQ(result.code(), errc::config_error) << test.key;
        EXPECT_EQ(result.info().message.find("\"" + std::string(test.key) + "\""), 0U)
            << "the message is not about " << test.key << ": " << result.info().message;
    }
}

#if COQUEST_INSECURE_SKIP_VERIFY
TEST(config_validate, skipped_verification_excludes_pins_and_revocation_lists)
{
    const std::string text = "https::addr=h;tls_verify=unsafe_off;";
    const std::string pin = "tls_pin=sha256/" + std::string(43, 'A') + "=;";

    EXPECT_EQ(refusal(text), "");
    EXPECT_EQ(refusal(text + pin),
              "\"tls_pin\" has no effect with tls_verify=unsafe_off: leave out one of the two");
    EXPECT_EQ(refusal(text + pin + "tls_crl=/l;"),
              "\"tls_crl\" has no effect with tls_verify=unsafe_off: leave out one of the two");
}
#else
TEST(config_validate, struct_cannot_skip_verification_without_the_build_option)
{
    config target;
    target.transport = protocol::https;
    target.addresses = {{"h", 1}};
    target.tls.verify = tls_verify::unsafe_off;

    EXPECT_NE(validate(target).info().message.find("`insecure-skip-verify` is required"),
              std::string::npos);
}
#endif

} // namespace
} // namespace coquest::inline v0::detail
