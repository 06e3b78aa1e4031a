// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/http/request.hpp"

#include <coquest/version.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {
namespace {

std::size_t occurrences(std::string_view text, std::string_view part)
{
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

TEST(http_request, post_is_what_the_official_clients_send)
{
    http_request_head head(config(), {"localhost", 9000});

    EXPECT_EQ(head.post(42), "POST /write?precision=n HTTP/1.1\r\n"
                             "Host: localhost:9000\r\n"
                             "User-Agent: coquest/" COQUEST_VERSION "\r\n"
                             "Accept: */*\r\n"
                             "Content-Type: text/plain; charset=utf-8\r\n"
                             "Content-Length: 42\r\n"
                             "\r\n");
}

TEST(http_request, length_is_rewritten_in_place)
{
    http_request_head head(config(), {"h", 1});
    const char* const memory = head.post(0).data();

    for (const std::size_t length :
         {std::size_t{0}, std::numeric_limits<std::size_t>::max(), std::size_t{7}}) {
        const std::string_view text = head.post(length);

        EXPECT_EQ(text.data(), memory);
        EXPECT_TRUE(text.ends_with("\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n"))
            << text;
    }
}

TEST(http_request, basic_credentials_are_sent_once)
{
    config options;
    options.username = "admin";
    options.password = secret("quest");
    http_request_head head(options, {"h", 1});

    EXPECT_EQ(occurrences(head.post(1), "\r\nAuthorization: Basic YWRtaW46cXVlc3Q=\r\n"), 1U);
}

TEST(http_request, bearer_token_is_sent_once)
{
    config options;
    options.token = secret("abc.def");
    http_request_head head(options, {"h", 1});

    EXPECT_EQ(occurrences(head.post(1), "\r\nAuthorization: Bearer abc.def\r\n"), 1U);
}

TEST(http_request, long_credentials_fit)
{
    config options;
    options.username = std::string(3000, 'u');
    options.password = secret(std::string(3000, 'p'));
    options.user_agent = std::string(500, 'a');
    http_request_head head(options, {std::string(250, 'h'), 65535});

    EXPECT_TRUE(head.post(std::numeric_limits<std::size_t>::max()).ends_with("\r\n\r\n"));
    EXPECT_TRUE(head.get_settings_authorized().ends_with("\r\n\r\n"));
}

TEST(http_request, settings_are_requested_without_credentials_first)
{
    config options;
    options.token = secret("abc");
    const http_request_head head(options, {"h", 1});

    EXPECT_EQ(head.get_settings(), "GET /settings HTTP/1.1\r\n"
                                   "Host: h:1\r\n"
                                   "User-Agent: coquest/" COQUEST_VERSION "\r\n"
                                   "Accept: */*\r\n"
                                   "\r\n");
    EXPECT_EQ(head.get_settings_authorized(), "GET /settings HTTP/1.1\r\n"
                                              "Host: h:1\r\n"
                                              "User-Agent: coquest/" COQUEST_VERSION "\r\n"
                                              "Accept: */*\r\n"
                                              "Authorization: Bearer abc\r\n"
                                              "\r\n");
    EXPECT_EQ(http_request_head(config(), {"h", 1}).get_settings_authorized(), "");
}

TEST(http_request, ipv6_host_has_brackets_and_no_zone)
{
    http_request_head head(config(), {"fe80::1%eth0", 9000});

    EXPECT_EQ(occurrences(head.post(1), "\r\nHost: [fe80::1]:9000\r\n"), 1U);
}

TEST(http_request, user_agent_is_settable)
{
    config options;
    options.user_agent = "collector/2.1 (edge)";
    http_request_head head(options, {"h", 1});

    EXPECT_EQ(occurrences(head.post(1), "\r\nUser-Agent: collector/2.1 (edge)\r\n"), 1U);
    EXPECT_EQ(occurrences(head.post(1), "User-Agent"), 1U);
}

using http_request_death_test = testing::Test;

TEST_F(http_request_death_test, no_value_adds_a_header)
{
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    config options;
    options.user_agent = "x\r\nEvil: 1\r\n\r\nPOST /";
    options.token = secret("t\r\nEvil: 2");
    // With assertions the program stops; without them the control characters are removed.
    EXPECT_DEBUG_DEATH(
        {
            http_request_head head(options, {"h\r\nEvil: 3", 1});
            EXPECT_EQ(occurrences(head.post(1), "\nEvil"), 0U);
            EXPECT_EQ(occurrences(head.post(1), "\r\n\r\n"), 1U);
        },
        "is_control");
}

} // namespace
} // namespace coquest::inline v0::detail
