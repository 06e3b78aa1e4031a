// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 32, 35 and 36 of docs/faults.md: servers that send without end.

#include "scenario.hpp"

#include <limits>
#include <string>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t without_end = std::numeric_limits<std::size_t>::max();
constexpr std::size_t mebibyte = std::size_t{1024} * 1024;

// Whatever the server sends instead of an answer, it soon ends in an error, and takes no memory.
error expect_cut_off(way mode, const wire_script& flood)
{
    scenario s(mode);
    s.server.scripts = {play({reads(), flood}), healthy()};
    s.recovery = [] {};
    const outcome got = s.send();
    const error e = s.expect_failed(got, errc::socket_error, delivery::unconfirmed);
    EXPECT_EQ(e.info().attempts, 1U);
    expect_in_time(got, 1000ms);
    expect_bounded(got);
    return e;
}

TEST_F(fault_matrix, row_32_interim_answers_without_end)
{
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const std::size_t times : {std::size_t{9}, std::size_t{5000}, without_end}) {
            SCOPED_TRACE(times);
            const error e =
                expect_cut_off(mode, play({sends_many(interim, times), discards_all()}));
            EXPECT_TRUE(says(e, "more than 8 informational"));
        }
        scenario eight(mode);
        eight.server.scripts = {
            play({stores(), sends_many(interim, 8), sends(ok()), discards_all()})};
        eight.expect_delivered(eight.send());

        scenario early(mode); // while the request is still being sent
        early.server.scripts = {
            play({shakes_hands(), sends_many(interim, 3), stores(), sends(ok()), discards_all()})};
        early.expect_delivered(early.send(early.once(), many));
    }
}

TEST_F(fault_matrix, row_35_a_head_without_end)
{
    const std::string status_line = "HTTP/1.1 204 OK\r\n";
    const std::string piece(64 * 1024, 'x');
    std::string small_headers;
    for (int i = 0; i < 1000; ++i) {
        small_headers += "X: y\r\n";
    }
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const std::size_t times : {4 * mebibyte / piece.size(), without_end}) {
            SCOPED_TRACE(times);
            const error long_header =
                expect_cut_off(mode, play({sends(status_line + "X: "), sends_many(piece, times),
                                           sends("\r\n\r\n"), discards_all()}));
            EXPECT_TRUE(says(long_header, "the response head exceeds 16 KiB"));
        }
        for (const std::size_t times : {std::size_t{100}, without_end}) {
            SCOPED_TRACE(times);
            const error many_headers =
                expect_cut_off(mode, play({sends(status_line), sends_many(small_headers, times),
                                           sends("\r\n"), discards_all()}));
            EXPECT_TRUE(says(many_headers, "the response head exceeds 16 KiB"));
        }
        const error first_line =
            expect_cut_off(mode, play({sends("HTTP/1.1 204 "), sends_many(piece, without_end)}));
        EXPECT_TRUE(says(first_line, "the response head exceeds 16 KiB"));
    }
}

// The error keeps its status, and the beginning of its text.
void expect_text_kept(way mode, const std::string& framing, const std::string& piece,
                      std::size_t times)
{
    SCOPED_TRACE(framing);
    scenario s(mode);
    s.server.scripts = {play({reads(), sends("HTTP/1.1 400 Bad Request\r\n" + framing + "\r\n"),
                              sends_many(piece, times), healthy()}),
                        healthy()};
    s.recovery = [] {};
    const outcome got = s.send();
    const error e = s.expect_failed(got, errc::server_flush_error, delivery::rejected);
    EXPECT_EQ(e.info().http_status, 400);
    EXPECT_EQ(e.info().server_message, std::string(64 * 1024, 'x'));
    EXPECT_LT(std::string_view(e.what()).size(), 2000U);
    expect_in_time(got, 2000ms);
    expect_bounded(got);
}

TEST_F(fault_matrix, row_36_an_error_text_without_end)
{
    const std::string piece(64 * 1024, 'x');
    const std::size_t pieces = 256 * mebibyte / piece.size();
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        expect_text_kept(mode, "Content-Length: 268435456\r\n", piece, pieces);
        expect_text_kept(mode, "Content-Length: 18446744073709551615\r\n", piece, without_end);
        expect_text_kept(mode, "Transfer-Encoding: chunked\r\n", "10000\r\n" + piece + "\r\n",
                         without_end);
        expect_text_kept(mode, "", piece, without_end);
        expect_text_kept(mode, "Content-Length: 262144\r\n", piece, 4); // 256 KiB, read to the end
    }
}

} // namespace
} // namespace coquest::test
