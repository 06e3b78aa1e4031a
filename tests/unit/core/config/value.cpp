// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Addresses, sizes and the characters that no value may hold (docs/protocol.md, Configuration).

#include "core/config/value.hpp"

#include <gtest/gtest.h>

#include <optional>
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

TEST(config_value, addresses_of_every_form_are_read)
{
    const struct {
        std::string_view text;
        std::vector<server_address> expected;
    } cases[] = {
        {"localhost", {{"localhost", 9000}}},
        {"localhost:1", {{"localhost", 1}}},
        {"my_db-1.example.com:65535", {{"my_db-1.example.com", 65535}}},
        {"127.0.0.1:80", {{"127.0.0.1", 80}}},
        {"[::1]:9001", {{"::1", 9001}}},
        {"[::1]", {{"::1", 9000}}},
        {"::1", {{"::1", 9000}}},
        {"fe80::1%eth0", {{"fe80::1%eth0", 9000}}},
        {"[::ffff:10.0.0.1]:9", {{"::ffff:10.0.0.1", 9}}},
        {"::", {{"::", 9000}}},
        {"1:2:3:4:5:6:7:8", {{"1:2:3:4:5:6:7:8", 9000}}},
        {"1:2:3:4:5:6:7::", {{"1:2:3:4:5:6:7::", 9000}}},
        {"1:2:3:4:5:6:1.2.3.4", {{"1:2:3:4:5:6:1.2.3.4", 9000}}},
        {"[2001:DB8::ff00:42]:443", {{"2001:DB8::ff00:42", 443}}},
        {"a,b:2,[::1]:3", {{"a", 9000}, {"b", 2}, {"::1", 3}}},
    };
    for (const auto& [text, expected] : cases) {
        config target = config_for(protocol::http);

        const status result = append_addresses(target, text);

        EXPECT_TRUE(result.ok()) << text << ": " << result.info().message;
        EXPECT_EQ(target.addresses, expected) << text;
    }
}

TEST(config_value, bad_addresses_are_refused_with_the_reason)
{
    const std::string no_host = "\"addr\" names no host: write host, host:port or [ipv6]:port";
    const std::string bad_host = "\"addr\" names an invalid host: write host, host:port or "
                                 "[ipv6]:port, without http:// and path";
    const std::string brackets = "\"addr\" needs brackets around an IPv6 address, to tell it from "
                                 "a port: write [ipv6]:port";
    const std::string bad_port = "\"addr\" has a port that is not a number from 1 to 65535";
    const struct {
        std::string_view text;
        std::string message;
    } cases[] = {
        {"", no_host},
        {":9000", no_host},
        {"a,,b", no_host},
        {"a,", no_host},
        {"[]", no_host},
        {"http://localhost:9000", bad_host},
        {"localhost/path", bad_host},
        {"local host", bad_host},
        {"b\xc3\xbc"
         "cher.example",
         bad_host},
        {"a:b:c", bad_host},
        {"1:2:3:4:5:6:7", bad_host},
        {"1:2:3:4:5:6:7:8:9", brackets},
        {"::1:9000", brackets},
        {"2001:db8::1:9000", brackets},
        {"fe80::1%eth0:9000", brackets},
        {"1:2:3:4:5:6:7::8", bad_host},
        {"1::2::3", bad_host},
        {":::", bad_host},
        {"12345::", bad_host},
        {"::g", bad_host},
        {"::1.2.3", bad_host},
        {"::1.2.3.256", bad_host},
        {"::1.2.3.4:5", brackets},
        {"1:2:3:4:5:6:7:1.2.3.4", bad_host},
        {":1::", bad_host},
        {"[localhost]:1", bad_host},
        {"[fe80::1%]:1", bad_host},
        {"h:", bad_port},
        {"h:0", bad_port},
        {"h:65536", bad_port},
        {"h:99999", bad_port},
        {"h:-1", bad_port},
        {"h:+1", bad_port},
        {"h:1x", bad_port},
        {"[::1]:", bad_port},
        {"[::1", "\"addr\" lacks the ']' of an IPv6 address: write [ipv6]:port"},
        {"[::1]9000", "\"addr\" has text after ']' that is not a port: write [ipv6]:port"},
        {"h,H:9000", "\"addr\" names H:9000 twice"},
        {"[::1]:5,::2,[::1]:5", "\"addr\" names [::1]:5 twice"},
    };
    for (const auto& [text, message] : cases) {
        config target = config_for(protocol::http);

        const status result = append_addresses(target, text);

        EXPECT_EQ(result.code(), errc::config_error) << text;
        EXPECT_EQ(result.info().message, message) << text;
    }
}

TEST(config_value, tcp_takes_several_addresses)
{
    config target = config_for(protocol::tcp);

    EXPECT_TRUE(append_addresses(target, "a,b:1").ok());
    EXPECT_EQ(target.addresses, (std::vector<server_address>{{"a", 9009}, {"b", 1}}));
}

TEST(config_value, numbers_of_bytes_take_suffixes)
{
    const struct {
        std::string_view text;
        std::optional<std::size_t> expected;
    } cases[] = {
        {"1", 1},
        {"1024", 1024},
        {"1k", 1024},
        {"1K", 1024},
        {"3kb", 3072},
        {"2M", 2U << 20},
        {"2mB", 2U << 20},
        {"1g", 1U << 30},
        {"1GB", 1U << 30},
        {"", std::nullopt},
        {"k", std::nullopt},
        {"0", 0},
        {"1kk", std::nullopt},
        {"1b", std::nullopt},
        {"1t", std::nullopt},
        {"1 k", std::nullopt},
        {"1kbx", std::nullopt},
        {"1.5k", std::nullopt},
        {"-1", std::nullopt},
        {"+1", std::nullopt},
        {"0x10", std::nullopt},
        {"1024g", largest_size}, // 1 TiB
        {"1025g", 1025ULL << 30},
        {"1099511627777", 1099511627777},
        {"9223372036854775808", std::size_t{1} << 63},
        {"8589934592g", std::size_t{1} << 63},
        {"18446744073709551615k", std::nullopt},
        {"99999999999999999999", std::nullopt},
    };
    for (const auto& [text, expected] : cases) {
        std::size_t size = 7;

        EXPECT_EQ(parse_bytes(text, size), expected.has_value()) << text;
        EXPECT_EQ(size, expected.value_or(7)) << text;
    }
}

TEST(config_value, illegal_characters_are_found_at_their_byte)
{
    const struct {
        std::string_view text;
        std::size_t expected;
    } cases[] = {
        {"", 0},
        {"plain \xc3\xa9 \xf0\x9f\x98\x80", 13}, // the size: no such character
        {std::string_view("a\0b", 3), 1},
        {"ab\x1f", 2},
        {"\x7f", 0},
        {"a\xc2\x80", 1},
        {"a\xc2\x9f", 1},
        {"a\xc2\xa0", 3},
        {"a\xc2", 1},
        {"\xed\xa0\x80", 0},
        {"ok\xff\x01", 2},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(find_illegal(text), expected) << text;
    }
}

} // namespace
} // namespace coquest::inline v0::detail
