// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The answer to GET /settings: valid, old, unusual and hostile bodies (docs/protocol.md, Protocol
// versions).

#include "core/http/server_settings.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace coquest::inline v0::detail {
namespace {

constexpr std::string_view not_json =
    "could not detect the protocol version: db:9000 answered /settings with something other than "
    "JSON; is this QuestDB? set protocol_version to do without that page";
constexpr std::string_view none_in_common = "could not detect the protocol version: db:9000 "
                                            "supports none of the versions 1, 2 and 3";

server_settings parsed(std::string_view body)
{
    server_settings settings;
    const status result = parse_settings(body, "db:9000", settings);
    EXPECT_TRUE(result.ok()) << body << ": " << result.info().message;
    return settings;
}

std::string refusal(std::string_view body)
{
    server_settings settings;
    const status result = parse_settings(body, "db:9000", settings);
    EXPECT_EQ(result.code(), errc::protocol_version_error) << body;
    EXPECT_EQ(result.info().host, "db:9000");
    return result.info().message;
}

std::string settings_page(std::string_view key, std::string_view value)
{
    return "{\"config\":{\"" + std::string(key) + "\":" + std::string(value) + "}}";
}

status read_response(int http_status, std::string_view body, server_settings& out)
{
    const std::string text = "HTTP/1.1 " + std::to_string(http_status) +
                             " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                             std::string(body);
    http_response_parser parser;
    std::size_t taken = 0;
    EXPECT_EQ(parser.feed(std::as_bytes(std::span(text)), taken),
              http_response_parser::step::complete);
    return read_settings(parser, "db:9000", out);
}

TEST(server_settings, answer_of_questdb_9_3_4_is_read)
{
    const server_settings settings = parsed(
        R"({"config":{"release.type":"OSS","release.version":"9.3.4","http.settings.readonly":)"
        R"(false,"line.proto.support.versions":[1,2,3],"ilp.proto.transports":["tcp","http"],)"
        R"("posthog.enabled":false,"posthog.api.key":null,"cairo.max.file.name.length":127,)"
        R"("accepting.writes":["http","tcp","pgwire"]},"preferences.version":0,"preferences":{}})");

    EXPECT_EQ(settings.version, protocol_version::v3);
    EXPECT_EQ(settings.max_name_len, 127U);
    EXPECT_TRUE(settings.accepting_writes);
}

TEST(server_settings, highest_version_in_common_wins)
{
    const struct {
        std::string_view versions;
        protocol_version expected;
    } cases[] = {
        {"[1]", protocol_version::v1},
        {"[2]", protocol_version::v2},
        {"[1,2]", protocol_version::v2},
        {"[2,1]", protocol_version::v2},
        {"[3,1]", protocol_version::v3},
        {"[1,2,3,4,99]", protocol_version::v3},
        {"[-1,0,1,4]", protocol_version::v1},
        {"[\"3\",2]", protocol_version::v2},
        {"[2.0,null,1]", protocol_version::v1},
        {"null", protocol_version::v1}, // this and other values that are not a list: an old server
        {"2", protocol_version::v1},
        {"\"3\"", protocol_version::v1},
        {"{}", protocol_version::v1},
    };
    for (const auto& [versions, expected] : cases) {
        EXPECT_EQ(parsed(settings_page("line.proto.support.versions", versions)).version, expected)
            << versions;
    }
}

TEST(server_settings, missing_list_means_version_1)
{
    for (const std::string_view body :
         {"{}", R"({"config":{}})", R"({"config":null})", R"({"config":[]})",
          R"({"line.proto.support.versions":[2]})", // the place in older servers
          R"({"preferences":{"line.proto.support.versions":[2]}})"}) {
        const server_settings settings = parsed(body);

        EXPECT_EQ(settings.version, protocol_version::v1) << body;
        EXPECT_FALSE(settings.max_name_len);
        EXPECT_TRUE(settings.accepting_writes);
    }
}

TEST(server_settings, list_without_a_known_version_is_refused)
{
    for (const std::string_view versions :
         {"[]", "[4]", "[0]", "[-1]", "[\"1\"]", "[1.5]", "[null]", "[99999999999999999999]"}) {
        EXPECT_EQ(refusal(settings_page("line.proto.support.versions", versions)), none_in_common)
            << versions;
    }
}

TEST(server_settings, body_that_is_not_an_object_is_refused)
{
    using namespace std::string_literals;
    for (const std::string& body :
         {""s, "garbage"s, "<html></html>"s, "[]"s, "5"s, "{\"config\":"s, "\xef\xbb\xbf{}"s,
          "{\"config\":{\"a\":\"\n\"}}"s, std::string(200'000, '['), "{}{}"s}) {
        EXPECT_EQ(refusal(body), not_json);
    }
}

TEST(server_settings, invalid_utf8_elsewhere_does_no_harm)
{
    EXPECT_EQ(parsed("{\"config\":{\"x\":\"\xff\",\"line.proto.support.versions\":[2]}}").version,
              protocol_version::v2);
}

TEST(server_settings, plausible_name_length_is_used_and_the_smaller_limit_wins)
{
    const struct {
        std::string_view value;
        std::size_t limit; // if 127 is configured
    } cases[] = {
        {"16", 16},
        {"100", 100},
        {"127", 127},
        {"255", 127},
        {"15", 127},
        {"0", 127},
        {"-5", 127},
        {"4097", 127},
        {"1e3", 127},
        {"\"20\"", 127},
        {"null", 127},
        {"20.5", 127},
        {"99999999999999999999", 127},
    };
    for (const auto& [value, limit] : cases) {
        EXPECT_EQ(parsed(settings_page("cairo.max.file.name.length", value)).name_limit(127), limit)
            << value;
    }
}

TEST(server_settings, implausible_name_length_is_ignored)
{
    EXPECT_EQ(parsed(settings_page("cairo.max.file.name.length", "4096")).max_name_len, 4096U);
    EXPECT_FALSE(parsed(settings_page("cairo.max.file.name.length", "4097")).max_name_len);
}

TEST(server_settings, replica_is_recognised)
{
    const struct {
        std::string_view value;
        bool expected;
    } cases[] = {
        {R"(["http","tcp"])", true}, {R"(["tcp"])", false}, {"[]", false}, {"null", true},
        {"\"tcp\"", true},
    };
    for (const auto& [value, expected] : cases) {
        EXPECT_EQ(parsed(settings_page("accepting.writes", value)).accepting_writes, expected)
            << value;
    }
}

TEST(server_settings, old_server_without_the_page_has_version_1)
{
    for (const int status : {404, 405}) {
        server_settings settings{protocol_version::v3, 20, false};

        EXPECT_TRUE(read_response(status, "not found", settings).ok());

        EXPECT_EQ(settings.version, protocol_version::v1);
        EXPECT_EQ(settings.name_limit(127), 127U);
        EXPECT_TRUE(settings.accepting_writes);
    }
}

TEST(server_settings, page_is_read_from_a_successful_response)
{
    server_settings settings;

    EXPECT_TRUE(
        read_response(200, settings_page("line.proto.support.versions", "[2]"), settings).ok());
    EXPECT_EQ(settings.version, protocol_version::v2);
    EXPECT_EQ(read_response(204, "", settings).info().message, not_json);
}

TEST(server_settings, truncated_page_is_refused_even_if_it_is_well_formed)
{
    server_settings settings;
    const std::string page = settings_page("line.proto.support.versions", "[2]");
    const std::string blanks(http_response_parser::max_body_kept - page.size(), ' ');

    EXPECT_TRUE(read_response(200, page + blanks, settings).ok());
    EXPECT_EQ(settings.version, protocol_version::v2);
    const status result = read_response(200, page + blanks + "}", settings);
    EXPECT_EQ(result.code(), errc::protocol_version_error);
    EXPECT_NE(result.info().message.find("more than 64 KiB"), std::string::npos);
}

TEST(server_settings, other_statuses_are_protocol_version_errors)
{
    server_settings settings;

    const status result = read_response(500, "oops", settings);

    EXPECT_EQ(result.code(), errc::protocol_version_error);
    EXPECT_EQ(result.info().message,
              "could not detect the protocol version: db:9000 answered 500: oops");
    EXPECT_EQ(result.info().http_status, 500);
    EXPECT_EQ(result.info().state, delivery::not_sent);
    EXPECT_TRUE(result.info().retryable);
    EXPECT_EQ(read_response(302, "", settings).code(), errc::protocol_version_error);
    EXPECT_FALSE(read_response(400, "", settings).info().retryable);
}

TEST(server_settings, refused_credentials_are_an_auth_error)
{
    server_settings settings;
    for (const int answer : {401, 403}) {
        const status result = read_response(answer, "", settings);

        EXPECT_EQ(result.code(), errc::auth_error);
        EXPECT_EQ(result.info().state, delivery::not_sent);
    }
}

} // namespace
} // namespace coquest::inline v0::detail
