// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Every key: the member that it sets, the values that it takes and the protocols that it applies
// to (docs/protocol.md, Configuration).

#include "core/config/config_parser.hpp"
#include <coquest/config.hpp>

#include <gtest/gtest.h>

#include <functional>
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

std::string refusal(protocol transport, std::string_view key, std::string_view value)
{
    config target = config_for(transport);
    const status result = set_option(target, key, value);
    if (result.ok()) {
        return {};
    }
    EXPECT_EQ(result.code(), errc::config_error);
    return result.info().message;
}

TEST(config_option, each_key_sets_its_member)
{
    using std::chrono::milliseconds;
    const struct {
        protocol transport;
        std::string_view key;
        std::string value;
        std::function<bool(const config&)> is_set;
    } cases[] = {
        {protocol::http, "addr", "h:1",
         [](const config& c) { return c.addresses == std::vector<server_address>{{"h", 1}}; }},
        {protocol::http, "username", "u", [](const config& c) { return c.username == "u"; }},
        {protocol::http, "user", "u", [](const config& c) { return c.username == "u"; }},
        {protocol::http, "password", "p",
         [](const config& c) { return c.password && c.password->reveal() == "p"; }},
        {protocol::http, "pass", "",
         [](const config& c) { return c.password && c.password->empty(); }},
        {protocol::http, "token", "t",
         [](const config& c) { return c.token && c.token->reveal() == "t"; }},
        {protocol::tcp, "token_x", "x", [](const config& c) { return c.token_x == "x"; }},
        {protocol::tcp, "token_y", "y", [](const config& c) { return c.token_y == "y"; }},
        {protocol::tcps, "auth_timeout", "0",
         [](const config& c) { return c.auth_timeout == milliseconds(0); }},
        {protocol::tcp, "bind_interface", "127.0.0.2",
         [](const config& c) { return c.bind_interface == "127.0.0.2"; }},
        {protocol::http, "protocol_version", "1",
         [](const config& c) { return c.version == protocol_version::v1; }},
        {protocol::http, "protocol_version", "2",
         [](const config& c) { return c.version == protocol_version::v2; }},
        {protocol::tcp, "protocol_version", "3",
         [](const config& c) { return c.version == protocol_version::v3; }},
        {protocol::http, "max_name_len", "16",
         [](const config& c) { return c.max_name_len == 16; }},
        {protocol::http, "init_buf_size", "1024",
         [](const config& c) { return c.init_buf_size == 1024; }},
        {protocol::http, "max_buf_size", "1g",
         [](const config& c) { return c.max_buf_size == 1U << 30 && c.init_buf_size == 65'536; }},
        {protocol::http, "auto_flush", "off", [](const config& c) { return !c.auto_flush; }},
        {protocol::tcp, "log_dropped_rows", "off",
         [](const config& c) { return !c.log_dropped_rows; }},
        {protocol::tcp, "check_duplicates", "on",
         [](const config& c) { return c.check_duplicates; }},
        {protocol::http, "auto_flush_rows", "9",
         [](const config& c) { return c.auto_flush_rows == 9U; }},
        {protocol::http, "auto_flush_rows", "off",
         [](const config& c) { return c.auto_flush_rows == 0U; }},
        {protocol::tcp, "auto_flush_bytes", "64k",
         [](const config& c) { return c.auto_flush_bytes == 65'536; }},
        {protocol::http, "connections", "4", [](const config& c) { return c.connections == 4; }},
        {protocol::http, "auto_flush_interval", "0",
         [](const config& c) { return c.auto_flush_interval == milliseconds(0); }},
        {protocol::http, "auto_flush_interval", "off",
         [](const config& c) { return !c.auto_flush_interval; }},
        {protocol::http, "request_timeout", "1",
         [](const config& c) { return c.request_timeout == milliseconds(1); }},
        {protocol::http, "request_min_throughput", "0",
         [](const config& c) { return c.request_min_throughput == 0; }},
        {protocol::tcp, "retry_timeout", "0",
         [](const config& c) { return c.retry_timeout == milliseconds(0); }},
        {protocol::http, "retry_max_backoff_millis", "10",
         [](const config& c) { return c.retry_max_backoff == milliseconds(10); }},
        {protocol::tcp, "connect_timeout", "1",
         [](const config& c) { return c.connect_timeout == milliseconds(1); }},
        {protocol::http, "close_timeout", "0",
         [](const config& c) { return c.close_timeout == milliseconds(0); }},
        {protocol::https, "tls_ca", "webpki_roots",
         [](const config& c) { return c.tls.ca == tls_ca::webpki_roots; }},
        {protocol::tcps, "tls_ca", "os_roots",
         [](const config& c) { return c.tls.ca == tls_ca::os_roots; }},
        {protocol::https, "tls_ca", "pem_file",
         [](const config& c) { return c.tls.ca == tls_ca::pem_file; }},
        {protocol::https, "tls_roots", "/r",
         [](const config& c) { return c.tls.roots == "/r" && c.tls.ca == tls_ca::pem_file; }},
        {protocol::https, "tls_min", "1.3",
         [](const config& c) { return c.tls.min == tls_min::v1_3; }},
        {protocol::https, "tls_pin", "sha256/" + std::string(43, 'A') + "=",
         [](const config& c) {
             return c.tls.pins == std::vector{"sha256/" + std::string(43, 'A') + "="};
         }},
        {protocol::https, "tls_crl", "/l", [](const config& c) { return c.tls.crl == "/l"; }},
        {protocol::https, "tls_reload", "on", [](const config& c) { return c.tls.reload; }},
        {protocol::https, "tls_client_cert", "/c",
         [](const config& c) { return c.tls.client_cert == "/c"; }},
        {protocol::https, "tls_client_key", "/k",
         [](const config& c) { return c.tls.client_key == "/k"; }},
    };
    for (const auto& test : cases) {
        config target = config_for(test.transport);

        const status result = set_option(target, test.key, test.value);

        EXPECT_TRUE(result.ok()) << test.key << ": " << result.info().message;
        EXPECT_TRUE(test.is_set(target)) << test.key << "=" << test.value;
        EXPECT_FALSE(test.is_set(config_for(test.transport)))
            << test.key << " is at its default: the case shows nothing";
    }
}

TEST(config_option, default_values_can_be_written_out)
{
    config target = config_for(protocol::https);
    target.version = protocol_version::v1;
    target.tls.ca = tls_ca::os_roots;
    target.auto_flush = false;

    EXPECT_TRUE(set_option(target, "protocol_version", "auto").ok());
    EXPECT_TRUE(set_option(target, "tls_ca", "webpki_and_os_roots").ok());
    EXPECT_TRUE(set_option(target, "auto_flush", "on").ok());
    EXPECT_TRUE(set_option(target, "tls_verify", "on").ok());

    EXPECT_FALSE(target.version);
    EXPECT_EQ(target.tls.ca, tls_ca::webpki_and_os_roots);
    EXPECT_TRUE(target.auto_flush);
}

TEST(config_option, repeated_key_replaces_and_addr_appends)
{
    config target = config_for(protocol::http);

    EXPECT_TRUE(set_option(target, "retry_timeout", "1").ok());
    EXPECT_TRUE(set_option(target, "retry_timeout", "2").ok());
    EXPECT_TRUE(set_option(target, "addr", "a").ok());
    EXPECT_TRUE(set_option(target, "addr", "b").ok());

    EXPECT_EQ(target.retry_timeout.count(), 2);
    EXPECT_EQ(target.addresses.size(), 2U);
}

TEST(config_option, pins_are_appended)
{
    const std::string a(43, 'A');
    const std::string b = "B" + std::string(42, 'A');
    config target = config_for(protocol::tcps);

    EXPECT_TRUE(set_option(target, "tls_pin", "sha256/" + a + "=," + b).ok());
    EXPECT_TRUE(set_option(target, "tls_pin", a).ok());
    EXPECT_FALSE(set_option(target, "tls_pin", b + ",x").ok());

    EXPECT_EQ(target.tls.pins, (std::vector<std::string>{"sha256/" + a + "=", "sha256/" + b + "=",
                                                         "sha256/" + a + "="}));
}

TEST(config_option, failed_option_changes_nothing)
{
    config target = config_for(protocol::http);

    EXPECT_FALSE(set_option(target, "retry_timeout", "x").ok());
    EXPECT_FALSE(set_option(target, "addr", "a,b,a").ok());
    EXPECT_FALSE(set_option(target, "max_buf_size", "5").ok());
    EXPECT_FALSE(set_option(target, "connections", "1000000").ok());

    EXPECT_EQ(target.retry_timeout, config().retry_timeout);
    EXPECT_TRUE(target.addresses.empty());
    EXPECT_EQ(target.max_buf_size, config().max_buf_size);
    EXPECT_EQ(target.init_buf_size, config().init_buf_size);
    EXPECT_EQ(target.connections, config().connections);
}

TEST(config_option, smaller_max_buf_size_lowers_the_default_segment_size)
{
    config target = config_for(protocol::http);
    EXPECT_TRUE(set_option(target, "max_buf_size", "2048").ok());
    EXPECT_EQ(target.init_buf_size, 2048U);

    target = config_for(protocol::http);
    EXPECT_TRUE(set_option(target, "init_buf_size", "4096").ok());
    EXPECT_TRUE(set_option(target, "max_buf_size", "2048").ok());
    EXPECT_EQ(target.init_buf_size, 4096U); // validate() refuses it
}

TEST(config_option, bad_value_is_refused_with_what_the_key_takes)
{
    constexpr std::string_view not_a_pin =
        "\"tls_pin\" takes sha256/ and the base64 of 32 bytes, the SHA-256 of a public key; several "
        "are separated by commas";
    const struct {
        std::string_view key;
        std::string_view value;
        std::string_view message;
    } cases[] = {
        {"username", "", "\"username\" is empty: give a value or leave the key out"},
        {"token", "", "\"token\" is empty: give a value or leave the key out"},
        {"protocol_version", "4", "\"protocol_version\" takes auto, 1, 2 or 3"},
        {"protocol_version", "v1", "\"protocol_version\" takes auto, 1, 2 or 3"},
        {"max_name_len", "15", "\"max_name_len\" takes a whole number from 16 to 1099511627776"},
        {"max_name_len", "1k", "\"max_name_len\" takes a whole number from 16 to 1099511627776"},
        {"init_buf_size", "1023",
         "\"init_buf_size\" takes a number of bytes from 1k to 1024g, which may end in k, m or g"},
        {"max_buf_size", "-1",
         "\"max_buf_size\" takes a number of bytes from 1k to 1024g, which may end in k, m or g"},
        {"auto_flush", "yes", "\"auto_flush\" takes on or off"},
        {"check_duplicates", "1", "\"check_duplicates\" takes on or off"},
        {"auto_flush_rows", "many",
         "\"auto_flush_rows\" takes off or a whole number from 0 to 1099511627776"},
        {"auto_flush_bytes", "1x",
         "\"auto_flush_bytes\" takes off or a number of bytes from 0 to 1024g, which may end in k, m or g"},
        {"max_buf_size", "9223372036854775808",
         "\"max_buf_size\" takes a number of bytes from 1k to 1024g, which may end in k, m or g"},
        {"init_buf_size", "9223372036854775808",
         "\"init_buf_size\" takes a number of bytes from 1k to 1024g, which may end in k, m or g"},
        {"max_name_len", "9223372036854775808",
         "\"max_name_len\" takes a whole number from 16 to 1099511627776"},
        {"request_min_throughput", "8589934592g",
         "\"request_min_throughput\" takes a number of bytes from 0 to 1024g, which may end in k, m "
         "or g"},
        {"request_min_throughput", "1025g",
         "\"request_min_throughput\" takes a number of bytes from 0 to 1024g, which may end in k, m "
         "or g"},
        {"request_min_throughput", "1099511627777",
         "\"request_min_throughput\" takes a number of bytes from 0 to 1024g, which may end in k, m "
         "or g"},
        {"log_dropped_rows", "yes", "\"log_dropped_rows\" takes on or off"},
        {"connections", "0", "\"connections\" takes a whole number from 1 to 64"},
        {"connections", "65", "\"connections\" takes a whole number from 1 to 64"},
        {"auto_flush_interval", "-1",
         "\"auto_flush_interval\" takes off or whole milliseconds from 0 to 31536000000"},
        {"request_timeout", "0",
         "\"request_timeout\" takes whole milliseconds from 1 to 31536000000"},
        {"request_timeout", "1s",
         "\"request_timeout\" takes whole milliseconds from 1 to 31536000000"},
        {"request_timeout", "",
         "\"request_timeout\" takes whole milliseconds from 1 to 31536000000"},
        {"retry_max_backoff_millis", "9",
         "\"retry_max_backoff_millis\" takes whole milliseconds from 10 to 31536000000"},
        {"connect_timeout", "0",
         "\"connect_timeout\" takes whole milliseconds from 1 to 31536000000"},
        {"close_timeout", "31536000001",
         "\"close_timeout\" takes whole milliseconds from 0 to 31536000000"},
        {"tls_ca", "Pem_File",
         "\"tls_ca\" takes webpki_roots, os_roots, webpki_and_os_roots or "
         "pem_file"},
        {"tls_roots", "",
         "\"tls_roots\" is empty: give the path of a PEM file or leave the key out"},
        {"tls_verify", "off", "\"tls_verify\" takes on or unsafe_off"},
        {"tls_crl", "",
         "\"tls_crl\" is empty: give the path of a file of revocation lists or leave the key out"},
        {"tls_reload", "1", "\"tls_reload\" takes on or off"},
        {"tls_min", "1.1", "\"tls_min\" takes 1.2 or 1.3"},
        {"tls_pin", "sha256/AAAA", not_a_pin},
        {"tls_pin", "sha1/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", not_a_pin},
        {"tls_pin", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,", not_a_pin},
        {"tls_roots_password", "x",
         "\"tls_roots_password\" is for keystores, which are not supported: let tls_roots name a "
         "PEM file, which needs no password"},
        {"usrname", "x", "unknown key \"usrname\": did you mean \"username\""},
        {"\x1b[31m", "x", "unknown key \"\\x1b[31m\""},
        {"username", "a\r\nb",
         "\"username\" holds a control character or invalid UTF-8 at byte 1 "
         "of its value"},
        {"password", "ab\x7f",
         "\"password\" holds a control character or invalid UTF-8 at byte 2 "
         "of its value"},
    };
    for (const auto& [key, value, message] : cases) {
        EXPECT_EQ(refusal(protocol::https, key, value), message);
    }
}

TEST(config_option, skipping_verification_needs_the_build_option)
{
    config target = config_for(protocol::https);

    const status result = set_option(target, "tls_verify", "unsafe_off");

#if COQUEST_INSECURE_SKIP_VERIFY
    EXPECT_TRUE(result.ok());
    EXPECT_EQ(target.tls.verify, tls_verify::unsafe_off);
#else
    EXPECT_EQ(result.code(), errc::config_error);
    EXPECT_EQ(result.info().message,
              "\"tls_verify\" cannot be unsafe_off in this build: feature `insecure-skip-verify` "
              "is required, build coquest with the CMake option COQUEST_INSECURE_SKIP_VERIFY=ON");
    EXPECT_EQ(target.tls.verify, tls_verify::on);
#endif
}

TEST(config_option, tls_keys_of_a_plain_protocol_are_refused_with_the_protocol_to_use)
{
    for (const std::string key :
         {"tls_verify", "tls_ca", "tls_roots", "tls_roots_password", "tls_client_cert",
          "tls_client_key", "tls_min", "tls_pin", "tls_crl", "tls_reload"}) {
        EXPECT_EQ(refusal(protocol::http, key, "on"),
                  "\"" + key + "\" needs TLS: use https in place of http");
        EXPECT_EQ(refusal(protocol::tcp, key, "on"),
                  "\"" + key + "\" needs TLS: use tcps in place of tcp");
    }
}

TEST(config_option, keys_of_the_other_transport_are_refused)
{
    for (const std::string key :
         {"request_timeout", "request_min_throughput", "retry_max_backoff_millis"}) {
        EXPECT_EQ(refusal(protocol::tcps, key, "10"),
                  "\"" + key + "\" applies to http and https only");
    }
    for (const std::string key : {"auth_timeout", "bind_interface", "token_x", "token_y",
                                  "tcp_resend", "tcp_resend_window"}) {
        EXPECT_EQ(refusal(protocol::https, key, "10"),
                  "\"" + key + "\" applies to tcp and tcps only");
    }
}

} // namespace
} // namespace coquest::inline v0::detail
