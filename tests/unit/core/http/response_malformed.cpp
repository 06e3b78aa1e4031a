// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The response parser with malformed, truncated and oversized responses, and other protocols.

#include "response_outcome.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {
namespace {

TEST(http_response, informational_responses_are_skipped_up_to_a_bound)
{
    const std::string hint = "HTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\nLink: x\r\n"
                             "Connection: close\r\nContent-Type: a\r\n\r\n";
    std::string text;
    for (unsigned i = 0; i < http_response_parser::max_informational; ++i) {
        text += hint;
    }

    const outcome result = parse(text + "HTTP/1.1 204 OK\r\n\r\n");
    const outcome flood = parse(text + hint + "HTTP/1.1 204 OK\r\n\r\n");

    EXPECT_EQ(result.last, step::complete);
    EXPECT_EQ(result.status, 204);
    EXPECT_EQ(result.content_type, "");
    EXPECT_TRUE(result.keep_alive);
    EXPECT_EQ(flood.last, step::failed);
    EXPECT_EQ(flood.message, "the server sent more than 8 informational responses (1xx)");
    EXPECT_EQ(flood.status, 0);
    EXPECT_EQ(parse("HTTP/1.1 100 Continue\r\n\r\n", true).last, step::failed);
}

TEST(http_response, malformed_responses_are_refused)
{
    constexpr std::string_view status_line = "the response has a malformed status line";
    constexpr std::string_view status = "the response has a status outside 100 to 599";
    constexpr std::string_view version =
        "the server answered in another version of HTTP than 1.1: check the port";
    constexpr std::string_view header = "the response holds a malformed header";
    constexpr std::string_view stray = "the response head holds a NUL or a CR inside a line";
    constexpr std::string_view bare_lf = "a line of the response ends with LF alone";
    constexpr std::string_view length = "the response has a malformed Content-Length";
    constexpr std::string_view twice = "the response gives its length twice";
    constexpr std::string_view coding =
        "the response has a Transfer-Encoding other than chunked, or in HTTP/1.0";
    constexpr std::string_view fold =
        "a header of the response continues on the next line (obs-fold)";
    const struct {
        std::string text;
        std::string_view message;
    } cases[] = {
        {"HTTP/1.1 20\r\n", status_line},
        {"HTTP/1.1 2000 OK\r\n", status_line},
        {"HTTP/1.1 2x0 OK\r\n", status_line},
        {"HTTP/1.1 -20 OK\r\n", status_line},
        {"HTTP/1.1  200 OK\r\n", status_line},
        {"HTTP/1.1\t200 OK\r\n", status_line},
        {"HTTP/1.1\r\n", status_line},
        {"HTTP/1.11 200 OK\r\n", status_line},
        {"HTTP/11 200 OK\r\n", status_line},
        {"HTTP/1.1 000 OK\r\n", status},
        {"HTTP/1.1 099 OK\r\n", status},
        {"HTTP/1.1 600 OK\r\n", status},
        {"HTTP/1.1 999 OK\r\n", status},
        {"HTTP/1.1 101 Switching\r\n", "the server switched protocols without being asked to"},
        {"HTTP/0.9 200 OK\r\n", version},
        {"HTTP/2.0 200 OK\r\n", version},
        {"HTTP/2 200\r\n", version},
        {"HTTP/ 200\r\n", version},
        {"HTTP/1.1 200 OK\n", bare_lf},
        {"HTTP/1.1 200 OK\r\nA: b\n", bare_lf},
        {"HTTP/1.1 200 O\rK\r\n", stray},
        {"HTTP/1.1 200 OK\r\nA: b\rc\r\n", stray},
        {"HTTP/1.1 200 OK\r\r\n", stray},
        {std::string("HTTP/1.1 200 OK\r\nA: b\0c\r\n", 25), stray},
        {"HTTP/1.1 200 OK\r\nA b\r\n", header},
        {"HTTP/1.1 200 OK\r\n: b\r\n", header},
        {"HTTP/1.1 200 OK\r\nA : b\r\n", header},
        {"HTTP/1.1 200 OK\r\nA b: c\r\n", header},
        {"HTTP/1.1 200 OK\r\nA\xc3\xa9: c\r\n", header},
        {"HTTP/1.1 200 OK\r\n A: b\r\n", fold},
        {"HTTP/1.1 200 OK\r\nA: b\r\n\tc\r\n", fold},
        {with_headers("Content-Length: 1\r\n"), twice},
        {with_headers("Transfer-Encoding: chunked\r\n"), twice},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", twice},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", twice},
        {"HTTP/1.1 200 OK\r\nContent-Length: \r\n", length},
        {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", length},
        {"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n", length},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n", length},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1 1\r\n", length},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n", twice},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\nContent-Length: 6\r\n", twice},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5, x\r\n", length},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5; 5\r\n", length},
        {"HTTP/1.1 200 OK\r\nContent-Length: \"5\"\r\n", length},
        {"HTTP/1.1 200 OK\r\nContent-Length: ,\r\n", length},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length:\r\n", length},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n", twice},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", twice},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: \r\n", coding},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: ,\r\n", coding},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked;q=1\r\n", coding},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: \"chunked\"\r\n", coding},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n", coding},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", coding},
        {"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n", length},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n", coding},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n", coding},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunkedchunked\r\n", coding},
        {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n", coding},
    };
    for (const auto& [text, message] : cases) {
        const outcome result = parse(text);

        EXPECT_EQ(result.last, step::failed) << text;
        EXPECT_EQ(result.message, message) << text;
        EXPECT_EQ(result.status, 0) << text;
        EXPECT_FALSE(result.keep_alive) << text;
    }
}

TEST(http_response, malformed_chunks_fail_and_keep_the_status)
{
    constexpr std::string_view size = "the response has a malformed chunk size";
    constexpr std::string_view end = "a chunk does not end where its size says";
    const struct {
        std::string chunks;
        std::string_view message;
    } cases[] = {
        {"\r\n", size},
        {"-1\r\n", size},
        {"+1\r\n", size},
        {"0x1\r\n", size},
        {"g\r\n", size},
        {";a\r\n", size},
        {" \r\n", size},
        {" 5\r\n", size},
        {"5 5\r\n", size},
        {"5 a;b\r\n", size},
        {" ;a\r\n", size},
        {"5\v\r\n", size},
        {"10000000000000000\r\n", size}, // 2^64
        {"2\r\nabc\r\n", end},
        {"2\r\nab0\r\n\r\n", end},
        {"1\n", "a line of the response ends with LF alone"},
        {"2\r\nab\n", "a line of the response ends with LF alone"},
        {std::string(2000, '0'), "a chunk size line exceeds 1 KiB"},
        {"1;" + std::string(2000, 'x'), "a chunk size line exceeds 1 KiB"},
        {"0\r\nbad trailer\r\n", "the response holds a malformed header"},
    };
    for (const auto& [chunks, message] : cases) {
        const outcome result =
            parse("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);

        EXPECT_EQ(result.last, step::failed) << chunks;
        EXPECT_EQ(result.message, message) << chunks;
        EXPECT_EQ(result.status, 500);
    }
}

TEST(http_response, largest_chunk_size_does_not_overflow)
{
    const outcome result = parse("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n"
                                 "ffffffffffffffff\r\nabc");

    EXPECT_EQ(result.last, step::need_input);
    EXPECT_EQ(result.body, "abc");
}

TEST(http_response, end_of_the_connection_within_a_response_is_a_failure_that_names_the_part)
{
    constexpr std::string_view head = "the connection ended inside the response head";
    constexpr std::string_view body = "the connection ended inside the response body";
    const struct {
        std::string_view text;
        std::string_view message;
        int status;
    } cases[] = {
        {"", "the server closed the connection without an answer", 0},
        {"H", head, 0},
        {"HTTP/1.1 20", head, 0},
        {"HTTP/1.1 200 OK\r\nContent-Le", head, 0},
        {"HTTP/1.1 100 Continue\r\n\r\n", head, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", body, 200},
        {"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", body, 400},
        {"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n0\r\n", body, 400},
    };
    for (const auto& [text, message, status] : cases) {
        const outcome result = parse(text, true);

        EXPECT_EQ(result.last, step::failed) << text;
        EXPECT_EQ(result.message, message) << text;
        EXPECT_EQ(result.status, status) << text;
    }
    EXPECT_EQ(parse("HTTP/1.1 400 Bad\r\nContent-Length: 9\r\n\r\npart", true).body, "part");
}

TEST(http_response, other_services_are_recognised_by_their_first_bytes)
{
    using namespace std::string_literals;
    const struct {
        std::string text;
        std::string_view message;
    } cases[] = {
        {"\x15\x03\x03\x00\x02\x02\x46"s, "the server speaks TLS on this port: use https"},
        {"\x16\x03\x01\x02\x00\x01"s, "the server speaks TLS on this port: use https"},
        {"SSH-2.0-OpenSSH_9.2\r\n", "the server is an SSH server: check host and port of addr"},
        {"220 mail.example.com ESMTP\r\n",
         "the server is a mail (SMTP) or FTP server: check host and port of addr"},
        {"-ERR unknown command 'POST'\r\n",
         "the server is a Redis server: check host and port of addr"},
        {"-NOAUTH Authentication required.\r\n",
         "the server is a Redis server: check host and port of addr"},
        {"E\x00\x00\x00\x90SFATAL"s, "the server speaks PostgreSQL's protocol on this port: use "
                                     "QuestDB's HTTP port, 9000"},
        {"\x00\x00\x12\x04\x00\x00"s,
         "the server speaks HTTP/2 only on this port: HTTP/1.1 is needed"},
        {"\x4a\x00\x00\x00\x0a"
         "8.0.36"s,
         "the server is a MySQL server: check host and port of addr"},
        {"<html>it works</html>",
         "the server does not speak HTTP/1.1 on this port: check host and port of addr"},
        {"http/1.1 200 OK\r\n",
         "the server does not speak HTTP/1.1 on this port: check host and port of addr"},
        {"\r\nHTTP/1.1 200 OK\r\n",
         "the server does not speak HTTP/1.1 on this port: check host and port of addr"},
        {"no", "the server does not speak HTTP/1.1 on this port: check host and port of addr"},
    };
    for (const auto& [text, message] : cases) {
        EXPECT_EQ(parse(text, true).last, step::failed) << text;
        EXPECT_EQ(parse(text, true).message, message) << text;
    }
    // TLS is recognised without a line end, so that the parser does not wait for a silent peer.
    EXPECT_EQ(parse("\x15\x03\x03\x00\x02"s).last, step::failed);
}

TEST(http_response, head_is_bounded)
{
    const std::string line = "X: " + std::string(1019, 'x') + "\r\n"; // 1 KiB
    std::string head = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 15; ++i) {
        head += line;
    }
    const std::size_t room = http_response_parser::max_head - head.size() - 4;

    EXPECT_EQ(parse(head + "Y:" + std::string(room - 2, 'y') + "\r\n\r\n").last, step::need_input);
    const outcome result = parse(head + "Y:" + std::string(room - 1, 'y') + "\r\n\r\n");
    EXPECT_EQ(result.last, step::failed);
    EXPECT_EQ(result.message, "the response head exceeds 16 KiB");
    EXPECT_EQ(parse("HTTP/1.1 200 " + std::string(100'000, 'x')).message,
              "the response head exceeds 16 KiB");
}

TEST(http_response, number_of_headers_is_bounded_by_the_size_of_the_head_alone)
{
    std::string headers = with_headers("");
    headers.resize(headers.size() - 2);
    while (headers.size() + 6 <= http_response_parser::max_head) {
        headers += "A:\r\n";
    }

    EXPECT_EQ(parse(headers + "\r\n").last, step::complete);
    EXPECT_EQ(parse(headers + "A:\r\nA:\r\n\r\n").message, "the response head exceeds 16 KiB");
}

TEST(http_response, trailers_count_as_head)
{
    const std::string chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    std::string trailers;
    while (trailers.size() < http_response_parser::max_head) {
        trailers += "A:\r\n";
    }

    EXPECT_EQ(parse(chunks + trailers.substr(0, 8192) + "\r\n").last, step::complete);
    EXPECT_EQ(parse(chunks + trailers + "\r\n").message, "the response head exceeds 16 KiB");
}

TEST(http_response, body_is_kept_up_to_a_bound_then_drained_then_refused)
{
    constexpr std::size_t kept = http_response_parser::max_body_kept;
    constexpr std::size_t most = http_response_parser::max_body;
    const auto answer = [](std::size_t size) {
        return "HTTP/1.1 500 Oops\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
               std::string(size, 'x');
    };

    const outcome drained = parse(answer(most));
    const outcome refused = parse(answer(most + 1));

    EXPECT_EQ(drained.last, step::complete);
    EXPECT_EQ(drained.body.size(), kept);
    EXPECT_EQ(drained.body_size, most);
    EXPECT_TRUE(drained.keep_alive);
    EXPECT_EQ(refused.last, step::failed);
    EXPECT_EQ(refused.message, "the response body exceeds 1 MiB");
    EXPECT_EQ(refused.status, 500);
    EXPECT_EQ(refused.body.size(), kept);
    EXPECT_FALSE(refused.keep_alive);
}

TEST(http_response, chunks_that_are_mostly_their_sizes_are_bounded)
{
    const std::string tiny = "1;" + std::string(900, 'x') + "\r\na\r\n";
    const auto answer = [&](std::size_t chunks) {
        std::string text = "HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (std::size_t i = 0; i != chunks; ++i) {
            text += tiny;
        }
        return text + "0\r\n\r\n";
    };

    const outcome few = parse(answer(1000));
    const outcome many = parse(answer(http_response_parser::max_body / 900));

    EXPECT_EQ(few.last, step::complete);
    EXPECT_EQ(few.body.size(), 1000U);
    EXPECT_EQ(many.last, step::failed);
    EXPECT_EQ(many.message, "the chunk sizes of the response exceed 1 MiB");
}

} // namespace
} // namespace coquest::inline v0::detail
