// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 19 to 22, 24 to 28, 33 and 48 to 50 of docs/faults.md: answers that arrive in pieces, are
// cut off, or are no valid answers.

#include "scenario.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

std::string chunked_refusal()
{
    return "HTTP/1.1 400 Bad request\r\nServer: questDB/1.0\r\nTransfer-Encoding: chunked\r\n"
           "Content-Type: application/json; charset=utf-8\r\n\r\n42\r\n" +
           std::string(refused_row) + "\r\n00\r\n\r\n";
}

TEST_F(fault_matrix, row_19_an_answer_of_a_byte_now_and_then)
{
    const std::string slow_success = status("200 OK", "X: y\r\n", std::string(200, 'x')).bytes;
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        s.server.scripts = {play({stores(), sends_slowly(slow_success, 50ms)}), healthy()};
        const outcome got = s.send(s.once().request_timeout(300ms));
        s.expect_failed(got, errc::timed_out, delivery::unconfirmed);
        expect_in_time(got, 300ms);
        expect_bounded(got);
    }
}

TEST_F(fault_matrix, row_19_a_refusal_whose_text_drips)
{
    const std::string slow_text = status("400 Bad Request", "", std::string(200, 'x')).bytes;
    const std::size_t head = slow_text.find("\r\n\r\n") + 4;
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        s.server.scripts = {play({reads(), sends(slow_text.substr(0, head)),
                                  sends_slowly(slow_text.substr(head), 50ms)})};
        const outcome got = s.send(s.once().request_timeout(300ms));
        const error e = s.expect_failed(got, errc::server_flush_error, delivery::rejected);
        EXPECT_EQ(e.info().http_status, 400);
        expect_in_time(got, 300ms);
    }
}

TEST_F(fault_matrix, row_20_an_answer_split_at_each_byte)
{
    const std::string success =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n";
    const std::string failure = chunked_refusal();
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        for (std::size_t split = 1; split < success.size(); ++split) {
            SCOPED_TRACE(split);
            scenario s(mode);
            s.server.scripts = {play({stores(), sends(success.substr(0, split)), waits(1ms),
                                      sends(success.substr(split)), discards_all()})};
            s.expect_delivered(s.send(s.once()));
        }
        for (std::size_t split = 1; split < failure.size(); ++split) {
            SCOPED_TRACE(split);
            scenario s(mode);
            s.server.scripts = {play({reads(), sends(failure.substr(0, split)), waits(1ms),
                                      sends(failure.substr(split)), discards_all()})};
            const error e =
                s.expect_failed(s.send(s.once()), errc::server_flush_error, delivery::rejected);
            EXPECT_EQ(e.info().server_line, 2U);
            EXPECT_EQ(e.info().server_error_id, "e-1");
        }
    }
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario in_single_bytes(mode);
        in_single_bytes.server.scripts = {
            play({stores(), sends_slowly(success, 0ms), stores(), sends_slowly(success, 0ms)})};
        in_single_bytes.expect_delivered(
            in_single_bytes.send(in_single_bytes.once(), {.flushes = 2}));
    }
}

// An answer that is cut off is no success, and another attempt delivers the rows.
void expect_cut_answers_are_repeated(std::string_view answer, std::size_t shortest,
                                     std::size_t longest)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        const std::size_t step = mode.over == protocol::https ? 9
                                 : mode.rows == owner::caller ? 5
                                                              : 1;
        for (std::size_t size = shortest; size < longest; size += step) {
            SCOPED_TRACE(size);
            const std::string part(answer.substr(0, size));
            scenario s(mode);
            s.server.scripts = {play({reads(), sends(part), closes()}), healthy()};
            s.expect_delivered(s.send());

            scenario reported(mode);
            reported.server.scripts = {play({reads(), sends(part), cuts()}), healthy()};
            const outcome got = reported.send(reported.once());
            reported.expect_failed(
                got, mode.over == protocol::https ? errc::tls_error : errc::socket_error,
                delivery::unconfirmed);
            EXPECT_TRUE(reported.server.stored.empty());
        }
    }
}

constexpr std::string_view whole_answer =
    "HTTP/1.1 200 OK\r\nServer: questDB/1.0\r\nContent-Length: 2\r\n\r\nok";

TEST_F(fault_matrix, row_21_a_status_line_that_is_cut)
{
    expect_cut_answers_are_repeated(whole_answer, 0, whole_answer.find("\r\n") + 2);
}

TEST_F(fault_matrix, row_22_headers_or_a_body_that_are_cut)
{
    expect_cut_answers_are_repeated(whole_answer, whole_answer.find("\r\n") + 2,
                                    whole_answer.size());
}

// An invalid answer is never a success. It is not retried, because the next one would be the same.
error expect_no_answer(const way mode, const std::string& answer)
{
    scenario s(mode);
    s.server.scripts = {play({reads(), sends(answer), discards_all()}), healthy()};
    s.recovery = [] {};
    const outcome got = s.send();
    const error e = s.expect_failed(got, errc::socket_error, delivery::unconfirmed);
    EXPECT_EQ(e.info().attempts, 1U);
    EXPECT_EQ(s.server.connections, 2U) << "the connection was kept";
    expect_in_time(got, 1000ms);
    expect_bounded(got);
    return e;
}

void expect_no_answers(std::initializer_list<std::string> answers, std::string_view text)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const std::string& answer : answers) {
            SCOPED_TRACE(answer);
            EXPECT_TRUE(says(expect_no_answer(mode, answer), text));
        }
    }
}

TEST_F(fault_matrix, row_24_chunk_sizes_that_are_none)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const char* size : {"10000000000000000", "fffffffffffffffff", "-1", "+2", "0x2", " 2",
                                 "", ";a=b", "2g"}) {
            SCOPED_TRACE(size);
            const error e =
                expect_no_answer(mode, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                                           std::string(size) + "\r\nok\r\n0\r\n\r\n");
            EXPECT_TRUE(says(e, "malformed chunk size"));
        }
    }
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect_no_answers({head + "2\r\nokay\r\n0\r\n\r\n"},
                      "a chunk does not end where its size says");
    expect_no_answers({head + "2;" + std::string(2000, 'x')}, "a chunk size line exceeds 1 KiB");
}

std::string with_length(std::string_view length)
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::string(length) + "\r\n\r\nok";
}

TEST_F(fault_matrix, row_25_a_content_length_that_is_none)
{
    expect_no_answers({with_length("99999999999999999999"), with_length("-1"), with_length("+2"),
                       with_length("0x2"), with_length(""), with_length("2; 2"),
                       with_length("2 2")},
                      "malformed Content-Length");
}

TEST_F(fault_matrix, row_25_a_content_length_of_which_nothing_comes)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        s.server.scripts = {play({reads(), sends(with_length("18446744073709551615")), holds()})};
        const outcome got = s.send(s.once().request_timeout(300ms));
        s.expect_failed(got, errc::timed_out, delivery::unconfirmed);
        expect_in_time(got, 300ms);
    }
}

TEST_F(fault_matrix, row_26_two_content_lengths)
{
    expect_no_answers({with_length("2\r\nContent-Length: 3"), with_length("0\r\nContent-Length: 2"),
                       with_length("2, 3"), with_length("2\r\ncontent-length: 2, 3")},
                      "gives its length twice");
}

TEST_F(fault_matrix, row_27_a_length_and_chunks)
{
    expect_no_answers(
        {with_length("2\r\nTransfer-Encoding: chunked"),
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n"},
        "gives its length twice");
}

TEST_F(fault_matrix, row_28_heads_that_break_the_grammar)
{
    expect_no_answers({"HTTP/1.1 204 OK\n\n", "HTTP/1.1 204 OK\r\nServer: x\n\r\n"},
                      "ends with LF alone");
    expect_no_answers({"HTTP/1.1 204 OK\r\nServer: x\r\n y\r\n\r\n"}, "obs-fold");
    expect_no_answers(
        {"HTTP/1.1 204 OK\r\nServer: \0x\r\n\r\n"s, "HTTP/1.1 204 OK\r\nServer: a\rb\r\n\r\n"},
        "holds a NUL or a CR inside a line");
    expect_no_answers({"http/1.1 204 OK\r\n\r\n"}, "does not speak HTTP/1.1");
    expect_no_answers({"HTTP/1.1 204 OK\r\nServer : x\r\n\r\n", "HTTP/1.1 204 OK\r\nServer\r\n\r\n",
                       "HTTP/1.1 204 OK\r\n: x\r\n\r\n"},
                      "malformed header");
    expect_no_answers({"HTTP/1.1  204 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
                       "HTTP/1.1 2040 OK\r\n\r\n", "HTTP/1.1\r\n\r\n"},
                      "malformed status line");
}

TEST_F(fault_matrix, row_33_statuses_that_answer_nothing)
{
    expect_no_answers({"HTTP/1.1 101 Switching Protocols\r\n\r\n"}, "switched protocols");
    expect_no_answers(
        {"HTTP/1.1 999 What\r\n\r\n", "HTTP/1.1 600 What\r\n\r\n", "HTTP/1.1 099 What\r\n\r\n"},
        "a status outside 100 to 599");
}

TEST_F(fault_matrix, row_33_interim_answers_only)
{
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario ended(mode);
        ended.server.scripts = {play({reads(), sends(interim), closes()})};
        const error e = ended.expect_failed(ended.send(ended.once()), errc::socket_error,
                                            delivery::unconfirmed);
        EXPECT_TRUE(says(e, "the connection ended inside the response head"));

        scenario silent(mode);
        silent.server.scripts = {play({reads(), sends(interim), holds()})};
        const outcome got = silent.send(silent.once().request_timeout(300ms));
        silent.expect_failed(got, errc::timed_out, delivery::unconfirmed);
        expect_in_time(got, 300ms);
    }
}

// A maintenance or login page, or another server's answer: the rows are retried until it is gone.
TEST_F(fault_matrix, row_33_a_success_with_content_acknowledges_nothing)
{
    const std::string page(512, 'x');
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const reply& foreign :
             {status("200 OK", "Content-Type: text/html\r\n", page),
              status("200 OK", "Content-Type: application/json\r\n", R"({"error":"maintenance"})"),
              reply{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"},
              status("202 Accepted", "", "queued"), status("207 Multi-Status", "", "x")}) {
            SCOPED_TRACE(foreign.bytes);
            scenario passes(mode);
            passes.server.scripts = {play({reads(), sends(foreign), healthy()}), healthy()};
            passes.expect_delivered(passes.send());

            scenario lasts(mode);
            lasts.server.scripts = {answers(foreign)};
            const outcome got = lasts.send(lasts.builder().retry_timeout(100ms));
            const error e =
                lasts.expect_failed(got, errc::server_flush_error, delivery::unconfirmed);
            EXPECT_TRUE(says(e, "is this QuestDB?"));
            EXPECT_GT(e.info().attempts, 1U);
            EXPECT_TRUE(e.info().retryable);
        }
    }
}

// An answer that ends with its connection may have been cut off: an empty one proves nothing.
TEST_F(fault_matrix, row_33_an_empty_success_that_ends_with_the_connection)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        s.server.scripts = {play({reads(), sends("HTTP/1.1 200 OK\r\n\r\n"), closes()}), healthy()};
        s.expect_delivered(s.send());
        EXPECT_EQ(s.server.connections, 2U);
    }
}

TEST_F(fault_matrix, row_48_http_1_0)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        s.server.scripts = {
            play({stores(), sends("HTTP/1.0 204 No Content\r\n\r\n"), discards_all()})};
        s.expect_delivered(s.send(s.once(), {.flushes = 2}));
        EXPECT_EQ(s.server.connections, 2U);
    }
}

TEST_F(fault_matrix, row_48_http_0_9_and_http_2)
{
    expect_no_answers({"<html>204 OK</html>\r\n", "ok\r\n"}, "does not speak HTTP/1.1");
    expect_no_answers({"HTTP/2.0 204\r\n\r\n"}, "another version of HTTP");
    expect_no_answers({"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80"s}, "HTTP/2 only");
}

// Some servers greet before they receive a request. Whether the client reads the greeting before it
// has sent its request depends on timing.
void expect_guess(const std::string& greeting, std::string_view guess)
{
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        scenario greets(mode);
        greets.server.scripts = {play({sends(greeting), discards_all()})};
        const outcome got = greets.send();
        EXPECT_TRUE(says(greets.expect_failed(got, errc::socket_error), guess));
        expect_in_time(got, 1000ms);

        EXPECT_TRUE(says(expect_no_answer(mode, greeting), guess));
    }
}

TEST_F(fault_matrix, row_49_another_service)
{
    expect_guess("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "an SSH server");
    expect_guess("220 mail.example ESMTP Postfix\r\n", "a mail (SMTP) or FTP server");
    expect_guess("\x15\x03\x01\0\x02\x02\x46"s, "the server speaks TLS on this port: use https");
    expect_guess("-ERR unknown command\r\n", "a Redis server");
    expect_guess("E\0\0\0\x8cSFATAL\0"s, "PostgreSQL");
    expect_guess("J\0\0\0\x0a"
                 "8.0.33\0"s,
                 "a MySQL server");
}

TEST_F(fault_matrix, row_50_plain_http_on_the_port_of_https)
{
    const reply refusal = status("400 Bad Request", "", "plain");
    for (const owner holder : {owner::sender, owner::caller}) {
        scenario s({protocol::https, holder});
        wire_server plain_one(s.io, {});
        plain_one.scripts = {play({discards(1), sends(refusal), discards_all()})};
        const outcome got = s.send(s.builder(plain_one.port()));
        const error e = s.expect_failed(got, errc::tls_error, delivery::not_sent);
        EXPECT_EQ(e.info().tls, tls_failure::not_tls) << e.what();
        EXPECT_EQ(e.info().attempts, 1U);
    }
}

} // namespace
} // namespace coquest::test
