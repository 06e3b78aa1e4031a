// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/session/greeting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>

namespace coquest::test {
namespace {

using detail::greeting;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

greeting classify(std::string_view text)
{
    return detail::classify_greeting(std::as_bytes(std::span(text)));
}

std::string explain(std::string_view text)
{
    const tls_diagnosis diagnosis = detail::explain_greeting(std::as_bytes(std::span(text)));
    EXPECT_EQ(diagnosis.kind, tls_failure::not_tls);
    EXPECT_THAT(diagnosis.text, HasSubstr("answered without TLS"));
    EXPECT_THAT(diagnosis.hint, HasSubstr("use http or tcp"));
    return diagnosis.text;
}

TEST(greeting, handshake_and_alert_records_are_tls)
{
    EXPECT_EQ(classify("\x16\x03\x03"), greeting::tls);
    EXPECT_EQ(classify("\x15\x03"), greeting::tls);
    EXPECT_EQ(classify("\x16"), greeting::undecided);
    EXPECT_EQ(classify(""), greeting::undecided);
}

TEST(greeting, other_bytes_are_not_tls)
{
    EXPECT_EQ(classify("\x16\x02"), greeting::other);
    EXPECT_EQ(classify("\x17\x03\x03"), greeting::other);
    EXPECT_EQ(classify("hello"), greeting::other);
    EXPECT_EQ(classify(std::string_view("\0", 1)), greeting::other);
}

TEST(greeting, banner_is_read_to_its_line_end)
{
    const std::string banner = "HTTP/1.1 400 Bad Request\r\n";

    for (std::size_t n = 1; n < banner.size(); ++n) {
        EXPECT_EQ(classify(banner.substr(0, n)), greeting::undecided) << n;
    }
    EXPECT_EQ(classify(banner), greeting::other);
    EXPECT_EQ(classify("HTTP/1.1 " + std::string(100, 'x')), greeting::other);
}

TEST(greeting, servers_are_named)
{
    EXPECT_THAT(explain("HTTP/1.1 400 Bad Request\r\nX: y\r\n"),
                AllOf(HasSubstr("a plain HTTP server"), HasSubstr("\"HTTP/1.1 400 Bad Request\"")));
    EXPECT_THAT(explain("SSH-2.0-OpenSSH_9.2\r\n"), HasSubstr("an SSH server"));
    EXPECT_THAT(explain("220 mail.example ESMTP\r\n"), HasSubstr("a mail (SMTP) or FTP server"));
    EXPECT_THAT(explain("who are you?\n"), HasSubstr("(it said \"who are you?\")"));
}

TEST(greeting, binary_is_not_printed)
{
    EXPECT_THAT(explain("\x01\x02\xff"), Not(HasSubstr("said")));
    EXPECT_THAT(explain("\x1b[31mred\n"), Not(HasSubstr("\x1b")));
}

} // namespace
} // namespace coquest::test
