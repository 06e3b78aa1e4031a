// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 51 to 54 of docs/faults.md: what /settings says, or fails to say, about protocol versions.

#include "scenario.hpp"

#include <limits>
#include <string>
#include <string_view>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;

const std::string byte_order_mark = "\xef\xbb\xbf";

// A builder whose sender asks the server for its protocol versions.
sender_builder asking(const sender_builder& base)
{
    config options = base.options();
    options.version.reset();
    return sender_builder(options);
}

// Expects that build() fails, and that no row was sent.
error expect_unusable(scenario& s, errc code = errc::protocol_version_error)
{
    const outcome got = s.send(asking(s.builder()));
    const error e = s.expect_failed(got, code, delivery::not_sent);
    EXPECT_FALSE(got.version) << "a sender was built";
    EXPECT_TRUE(s.server.stored.empty());
    expect_in_time(got, 2000ms);
    expect_bounded(got);
    return e;
}

error expect_unusable(way mode, const wire_script& answer, errc code = errc::protocol_version_error)
{
    scenario s(mode);
    s.server.scripts = {play({reads(), answer, discards_all()})};
    return expect_unusable(s, code);
}

// Expects that the rows are sent in version 1, which every server accepts.
void expect_version_1(way mode, const wire_script& answer)
{
    scenario s(mode);
    s.server.scripts = {play({reads(), answer, healthy()}), healthy()};
    const outcome got = s.send(asking(s.builder()));
    EXPECT_FALSE(got.failure) << got.failure->what();
    EXPECT_EQ(got.version, protocol_version::v1);
    ASSERT_EQ(s.server.stored.size(), 1U);
    EXPECT_NE(s.server.stored[0].find("x=0.5 "), std::string::npos) << s.server.stored[0];
}

TEST_F(fault_matrix, row_51_settings_that_are_none)
{
    const std::string good(three_versions);
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const std::string& page :
             {std::string("garbage"), std::string(), byte_order_mark, byte_order_mark + good,
              good + good, good.substr(0, good.size() - 1), std::string("[]"), std::string("null"),
              std::string("<html>hello</html>"), std::string(60'000, '['),
              std::string(200'000, '[')}) {
            SCOPED_TRACE(page.substr(0, 50));
            const error e = expect_unusable(mode, sends(settings(page)));
            EXPECT_TRUE(says(e, "set protocol_version to do without that page"));
        }
        std::string bad_utf8(three_versions);
        bad_utf8.insert(1, "\"\xff\xc0\x80\":\"\xff\",");
        scenario lenient(mode);
        lenient.server.scripts = {play({reads(), sends(settings(bad_utf8)), healthy()})};
        const outcome got = lenient.send(asking(lenient.builder()));
        if (got.failure) {
            lenient.expect_failed(got, errc::protocol_version_error, delivery::not_sent);
        } else {
            EXPECT_EQ(got.version, protocol_version::v3);
            lenient.expect_delivered(got);
        }
    }
}

TEST_F(fault_matrix, row_51_settings_without_end)
{
    const std::string piece(64 * 1024, ' ');
    constexpr std::size_t mebibytes_64 = 1024; // pieces
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const char* framing : {"Content-Length: 67108864\r\n", ""}) {
            SCOPED_TRACE(framing);
            const std::string head = "HTTP/1.1 200 OK\r\n" + std::string(framing) + "\r\n";
            const std::size_t times =
                *framing == '\0' ? std::numeric_limits<std::size_t>::max() : mebibytes_64;
            scenario s(mode);
            s.server.scripts = {
                play({reads(), sends(head), sends_many(piece, times), discards_all()})};
            const outcome got = s.send(asking(s.builder()));
            ASSERT_TRUE(got.failure);
            EXPECT_FALSE(got.version);
            expect_in_time(got, 2000ms);
            expect_bounded(got);
        }
    }
}

TEST_F(fault_matrix, row_52_settings_with_other_versions)
{
    const auto page = [](std::string_view versions) {
        return sends(settings(
            "{\"config\":{\"line.proto.support.versions\":" + std::string(versions) + "}}"));
    };
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        expect_version_1(mode, sends(settings("{}")));
        expect_version_1(mode, sends(settings(R"({"config":{}})")));
        expect_version_1(mode, sends(settings(R"({"config":[1,2,3]})")));
        expect_version_1(mode, page("\"3\""));
        expect_version_1(mode, page("3"));
        expect_version_1(mode, page("null"));
        expect_version_1(mode, page("[1,99,4294967298,18446744073709551618,-2,\"2\",2.5,[3]]"));
        for (const char* versions : {"[]", "[99]", "[-1]", "[0]", "[\"2\"]", "[2.5]", "[[2]]",
                                     "[4294967298]", "[18446744073709551618]", "[null]"}) {
            SCOPED_TRACE(versions);
            EXPECT_TRUE(says(expect_unusable(mode, page(versions)),
                             "supports none of the versions 1, 2 and 3"));
        }
    }
}

TEST_F(fault_matrix, row_52_settings_with_other_lengths_of_names)
{
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        for (const char* length : {"0", "-5", "\"12\"", "null", "1e9", "99999999999999999999"}) {
            SCOPED_TRACE(length);
            const reply page = settings("{\"config\":{\"line.proto.support.versions\":[1,2,3],"
                                        "\"cairo.max.file.name.length\":" +
                                        std::string(length) + "}}");
            scenario s(mode);
            s.server.scripts = {play({reads(), sends(page), healthy()})};
            s.expect_delivered(s.send(asking(s.builder())));
        }
    }
}

TEST_F(fault_matrix, row_53_settings_that_are_not_there)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        expect_version_1(mode, sends(status("404 Not Found", "", "no such page")));
        const error refused =
            expect_unusable(mode, play({sends(status("401 Unauthorized"))}), errc::auth_error);
        EXPECT_EQ(refused.info().http_status, 401);
    }
}

TEST_F(fault_matrix, row_53_settings_that_fail_once)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const wire_script& failing : {play({reads(), sends(status("500 Sorry")), healthy()}),
                                           play({reads(), resets()}), play({reads(), cuts()})}) {
            scenario s(mode);
            s.server.scripts = {failing, healthy()};
            const outcome got = s.send(asking(s.builder()));
            s.expect_delivered(got);
            EXPECT_EQ(got.version, protocol_version::v3);
        }
    }
}

TEST_F(fault_matrix, row_53_settings_that_never_come)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        s.server.scripts = {play({reads(), holds()})};
        const outcome got = s.send(asking(s.builder().request_timeout(300ms)).retry_timeout(0ms));
        s.expect_failed(got, errc::timed_out, delivery::not_sent);
        EXPECT_FALSE(got.version);
        expect_in_time(got, 300ms);
    }
}

TEST_F(fault_matrix, row_53_settings_elsewhere)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        const wire_server other(s.io, {});
        const std::string elsewhere = "http://127.0.0.1:" + std::to_string(other.port());
        s.server.scripts = {
            play({reads(), sends(status("302 Found", "Location: " + elsewhere + "/settings\r\n")),
                  discards_all()})};
        EXPECT_TRUE(says(expect_unusable(s), "a redirect to " + elsewhere));
        EXPECT_EQ(other.connections, 0U);
    }
}

// Another server is at the address when the sender reconnects.
void expect_no_byte_of_version_2(way mode, const reply& later_answer)
{
    SCOPED_TRACE(mode);
    scenario s(mode);
    s.server.scripts = {
        play({reads(), sends(settings(three_versions)), stores(), sends(ok()), closes()}),
        play({reads(), sends(later_answer), healthy()}), healthy()};
    s.ready_again = [&] { return s.server.open == 0; };
    const outcome got = s.send(asking(s.builder()), {.flushes = 2});

    EXPECT_EQ(got.version, protocol_version::v3);
    ASSERT_GE(s.server.stored.size(), 1U);
    EXPECT_NE(s.server.stored[0].find("x=="), std::string::npos) << "version 2 looks different";
    for (const request& received : s.server.requests) {
        if (received.connection != 0) {
            EXPECT_EQ(received.body.find("x=="), std::string::npos)
                << "version 2 went to version 1";
        }
    }
    if (got.failure) {
        s.expect_failed(got, errc::protocol_version_error, delivery::not_sent);
    } else {
        ASSERT_EQ(s.server.stored.size(), 2U) << "rows were lost";
        EXPECT_NE(s.server.stored[1].find("x=0.5 "), std::string::npos);
    }
}

TEST_F(fault_matrix, row_54_a_server_that_has_been_downgraded)
{
    for (const way mode : plain_and_tls) {
        expect_no_byte_of_version_2(mode,
                                    settings(R"({"config":{"line.proto.support.versions":[1]}})"));
        expect_no_byte_of_version_2(mode, settings("{}"));
        expect_no_byte_of_version_2(mode, status("404 Not Found"));
    }
}

} // namespace
} // namespace coquest::test
