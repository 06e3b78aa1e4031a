// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The response parser: framing, headers, reuse, and the same outcome for every split of the input.

#include "response_outcome.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {
namespace {

TEST(http_response, no_content_is_complete_without_a_length)
{
    const outcome result = parse("HTTP/1.1 204 OK\r\nServer: questDB/1.0\r\nDate: x\r\n\r\n");

    EXPECT_EQ(result.last, step::complete);
    EXPECT_EQ(result.status, 204);
    EXPECT_EQ(result.body, "");
    EXPECT_TRUE(result.keep_alive);
}

TEST(http_response, statuses_without_a_body_ignore_a_length)
{
    EXPECT_EQ(parse("HTTP/1.1 204 OK\r\nContent-Length: 5\r\n\r\n").last, step::complete);
    EXPECT_EQ(parse("HTTP/1.1 304 OK\r\nContent-Length: 5\r\n\r\n").last, step::complete);
    EXPECT_EQ(parse("HTTP/1.1 304 OK\r\nTransfer-Encoding: chunked\r\n\r\n").last, step::complete);
}

TEST(http_response, sized_body_ends_where_its_length_says)
{
    constexpr std::string_view text = "HTTP/1.1 400 Bad\r\nContent-Type: text/plain\r\n"
                                      "content-length:\t5 \r\n\r\nhello";

    const outcome result = parse(std::string(text) + "surplus");

    EXPECT_EQ(result.last, step::complete);
    EXPECT_EQ(result.consumed, text.size());
    EXPECT_EQ(result.status, 400);
    EXPECT_EQ(result.body, "hello");
    EXPECT_EQ(result.content_type, "text/plain");
    EXPECT_TRUE(result.keep_alive);
    EXPECT_EQ(parse(text.substr(0, text.size() - 1)).last, step::need_input);
}

TEST(http_response, second_response_in_the_same_bytes_is_not_consumed)
{
    constexpr std::string_view first = "HTTP/1.1 204 OK\r\n\r\n";

    const outcome result =
        parse(std::string(first) + "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n");

    EXPECT_EQ(result.status, 204);
    EXPECT_EQ(result.consumed, first.size());
}

TEST(http_response, chunk_size_of_any_number_of_zeros_ends_the_body)
{
    for (const std::string_view last : {
             "0",
             "00",
             "0000000000000000000000",
             "0;a=b",
         }) {
        const std::string text = "HTTP/1.1 400 Bad\r\nTransfer-Encoding: Chunked\r\n\r\n"
                                 "5\r\nhello\r\n00a;ext=\"1\"\r\n, world!!!\r\n" +
                                 std::string(last) + "\r\n\r\n";

        const outcome result = parse(text);

        EXPECT_EQ(result.last, step::complete) << last << ": " << result.message;
        EXPECT_EQ(result.body, "hello, world!!!");
        EXPECT_EQ(result.consumed, text.size());
        EXPECT_TRUE(result.keep_alive);
    }
}

TEST(http_response, blanks_after_a_chunk_size_are_ignored)
{
    for (const std::string_view size : {"5 ", "5\t", "5 \t \t", "5 ;a=b", "5\t; a = \"b;c\" ; d"}) {
        for (const std::string_view last : {"0", "0   ", "00\t;x"}) {
            const std::string text = "HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n" +
                                     std::string(size) + "\r\nhello\r\n" + std::string(last) +
                                     "\r\n\r\n";

            const outcome result = parse(text);

            EXPECT_EQ(result.last, step::complete) << size << ": " << result.message;
            EXPECT_EQ(result.body, "hello");
            EXPECT_EQ(result.body_size, 5U);
            EXPECT_EQ(result.consumed, text.size());
            EXPECT_TRUE(result.keep_alive);
        }
    }
}

TEST(http_response, one_length_given_several_times_counts_once)
{
    for (const std::string_view headers : {
             "Content-Length: 5\r\nContent-Length: 5\r\n",
             "Content-Length: 5\r\nX: y\r\ncontent-length:5\t\r\nContent-Length: 5\r\n",
             "Content-Length: 5, 5\r\n",
             "Content-Length: 5,5\t, 5\r\n",
             "Content-Length: 5\r\nContent-Length: 05, 5\r\n",
             "Content-Length: , 5,,5,\r\n",
         }) {
        const std::string text = "HTTP/1.1 400 Bad\r\n" + std::string(headers) + "\r\nhello";

        const outcome result = parse(text + "surplus");

        EXPECT_EQ(result.last, step::complete) << headers << result.message;
        EXPECT_EQ(result.body, "hello");
        EXPECT_EQ(result.consumed, text.size());
        EXPECT_TRUE(result.keep_alive);
    }
}

TEST(http_response, empty_elements_of_a_transfer_encoding_are_ignored)
{
    for (const std::string_view value : {"CHUNKED", ", chunked", "chunked ,\t", ",,chunked,,"}) {
        const outcome result =
            parse("HTTP/1.1 400 Bad\r\nTransfer-Encoding: " + std::string(value) +
                  "\r\n\r\n2\r\nok\r\n0\r\n\r\n");

        EXPECT_EQ(result.last, step::complete) << value << ": " << result.message;
        EXPECT_EQ(result.body, "ok");
    }
}

TEST(http_response, unusual_but_valid_heads_are_accepted)
{
    for (const std::string_view head : {
             "HTTP/1.1 204\r\n",
             "HTTP/1.1 204 \r\n",
             "HTTP/1.1 204 \xd0\x9d\xd0\xb5\xd1\x82\r\n",
             "HTTP/1.9 204 No Content\r\n",
             "HTTP/1.1 204 OK\r\nA:\r\nB: \t \r\nC:c\r\n",
             "HTTP/1.1 204 OK\r\nServer: caf\xe9 \x01\r\n",
             "HTTP/1.1 204 OK\r\n!#$%&'*+-.^_`|~09aZ: x\r\n",
             "HTTP/1.1 204 OK\r\nConnection: , keep-alive,,\r\n",
         }) {
        const outcome result = parse(std::string(head) + "\r\n");

        EXPECT_EQ(result.last, step::complete) << head << result.message;
        EXPECT_EQ(result.status, 204) << head;
        EXPECT_TRUE(result.keep_alive) << head;
    }
}

TEST(http_response, trailers_are_read_and_ignored)
{
    constexpr std::string_view text =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
        "Content-Length: 99\r\nLocation: http://elsewhere/\r\nConnection: close\r\n\r\n";

    const outcome result = parse(text);

    EXPECT_EQ(result.last, step::complete);
    EXPECT_EQ(result.consumed, text.size());
    EXPECT_EQ(result.location, "");
    EXPECT_TRUE(result.keep_alive);
}

TEST(http_response, body_without_length_lasts_to_the_end_of_the_connection)
{
    constexpr std::string_view text = "HTTP/1.1 500 Oops\r\n\r\nall of it";

    EXPECT_EQ(parse(text).last, step::need_input);
    const outcome result = parse(text, true);

    EXPECT_EQ(result.last, step::complete);
    EXPECT_EQ(result.body, "all of it");
    EXPECT_FALSE(result.keep_alive);
}

TEST(http_response, connection_header_decides_keep_alive)
{
    const struct {
        std::string_view version;
        std::string_view headers;
        bool expected;
    } cases[] = {
        {"1.1", "", true},
        {"1.1", "Connection: keep-alive\r\n", true},
        {"1.1", "Connection: Close\r\n", false},
        {"1.1", "Connection: keep-alive, close\r\n", false},
        {"1.1", "Connection: close , keep-alive\r\n", false},
        {"1.1", "Connection: close\r\nConnection: keep-alive\r\n", false},
        {"1.1", "Connection: closed, x-close\r\n", true},
        {"1.0", "", false},
        {"1.0", "Connection: Keep-Alive\r\n", true},
    };
    for (const auto& [version, headers, expected] : cases) {
        const std::string text = "HTTP/" + std::string(version) +
                                 " 200 OK\r\nContent-Length: 0\r\n" + std::string(headers) + "\r\n";

        EXPECT_EQ(parse(text).keep_alive, expected) << text;
    }
}

TEST(http_response, retry_after_is_a_number_of_seconds_up_to_a_bound)
{
    using std::chrono::seconds;
    const struct {
        std::string_view value;
        std::optional<seconds> expected;
    } cases[] = {
        {"0", seconds(0)},
        {" 7 ", seconds(7)},
        {"3600", seconds(3600)},
        {"99999999999999999999999999", seconds(86400)},
        {"", std::nullopt},
        {"-1", std::nullopt},
        {"Wed, 21 Oct 2026 07:28:00 GMT", std::nullopt},
    };
    for (const auto& [value, expected] : cases) {
        EXPECT_EQ(parse(with_headers("Retry-After: " + std::string(value) + "\r\n")).retry_after,
                  expected)
            << value;
    }
}

TEST(http_response, content_encoding_is_reported)
{
    EXPECT_TRUE(parse(with_headers("Content-Encoding: gzip\r\n")).encoded);
    EXPECT_FALSE(parse(with_headers("Content-Encoding: identity\r\n")).encoded);
    EXPECT_TRUE(parse(with_headers("Content-Encoding: identity, br\r\n")).encoded);
    EXPECT_TRUE(
        parse(with_headers("Content-Encoding: gzip\r\nContent-Encoding: identity\r\n")).encoded);
    EXPECT_FALSE(parse(with_headers("Content-Encoding:\r\n")).encoded);
    EXPECT_FALSE(parse(with_headers("Content-Encoding: Identity, identity\r\n")).encoded);
    EXPECT_FALSE(parse(with_headers("")).encoded);
}

TEST(http_response, nothing_is_consumed_after_the_end)
{
    http_response_parser parser;
    std::size_t taken = 0;
    ASSERT_EQ(parser.feed(bytes("HTTP/1.1 204 OK\r\n\r\n"), taken), step::complete);

    EXPECT_EQ(parser.feed(bytes("x"), taken), step::complete);
    EXPECT_EQ(taken, 0U);
    EXPECT_EQ(parser.end_of_input(), step::complete);
}

TEST(http_response, started_is_false_until_the_first_byte)
{
    http_response_parser parser;
    std::size_t taken = 0;

    EXPECT_FALSE(parser.started());
    EXPECT_EQ(parser.feed({}, taken), step::need_input);
    EXPECT_FALSE(parser.started());
    EXPECT_EQ(parser.feed(bytes("H"), taken), step::need_input);
    EXPECT_TRUE(parser.started());
    parser.reset();
    EXPECT_FALSE(parser.started());
}

TEST(http_response, reset_clears_everything)
{
    http_response_parser used;
    constexpr std::string_view rich =
        "HTTP/1.1 503 Busy\r\nContent-Type: application/json\r\nLocation: http://a/\r\n"
        "Retry-After: 3\r\nConnection: close\r\nContent-Encoding: gzip\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    constexpr std::string_view next = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    static_cast<void>(parse(used, rich, rich.size(), 1, false));
    used.reset();

    EXPECT_EQ(parse(used, next, next.size(), 1, false), parse(next));
}

TEST(http_response, every_split_gives_the_same_outcome)
{
    using namespace std::string_literals;
    const std::string_view headers = "Content-Type: application/json; charset=utf-8\r\n"
                                     "Retry-After: 12\r\nLocation: https://a.example/b\r\n";
    const std::string texts[] = {
        "HTTP/1.1 204 OK\r\nServer: questDB/1.0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 OK\r\n\r\nsurplus",
        "HTTP/1.1 400 Bad\r\n" + std::string(headers) + "Content-Length: 7\r\n\r\n{\"a\":1}rest",
        "HTTP/1.1 400 Bad\r\n" + std::string(headers) +
            "Transfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n00\r\nT: u\r\n\r\n",
        "HTTP/1.0 500 Oops\r\n\r\nto the end",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        "HTTP/1.1 200 OK\nContent-Length: 5\n\n",
        "\x15\x03\x03\x00\x02\x02\x46"s,
        "\x4a\x00\x00\x00\x0a"
        "8.0.36"s,
        "220 \r\n",
        "a\r\n",
    };
    for (const std::string& text : texts) {
        outcome whole = parse(text, true);
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            for (const std::size_t piece : {text.size() + 1, std::size_t{1}}) {
                http_response_parser parser;

                outcome split = parse(parser, text, cut, piece, true);

                if (whole.last == step::failed) { // a failed parser may stop anywhere
                    split.consumed = whole.consumed;
                }
                EXPECT_EQ(split, whole) << "cut at " << cut << ": " << text;
            }
        }
    }
}

TEST(http_response, steady_state_reuses_its_memory)
{
    constexpr std::string_view text = "HTTP/1.1 204 OK\r\nServer: questDB/1.0\r\n"
                                      "Date: Mon, 1 Jan 2026 00:00:00 GMT\r\n"
                                      "Content-Type: application/json; charset=utf-8\r\n\r\n";
    http_response_parser parser;
    const void* memory = nullptr;
    for (int i = 0; i < 3; ++i) {
        parser.reset();
        static_cast<void>(parse(parser, text, text.size(), 1, false));
        EXPECT_TRUE(memory == nullptr || memory == parser.content_type().data());
        memory = parser.content_type().data();
    }
}

} // namespace
} // namespace coquest::inline v0::detail
