// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 12 to 16 and 29 to 31 of docs/faults.md: connections that end, or deliver more than one
// answer, between requests.
#include "scenario.hpp"

#include <asio/ip/tcp.hpp>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;

constexpr rows twice = {.flushes = 2};

asio::awaitable<void> set(bool& flag)
{
    flag = true;
    co_return;
}

// Tells the test that the script has reached this point.
wire_script notes(bool& flag)
{
    return [&flag](wire&) { return set(flag); };
}

// Runs two flushes, neither of which reports that the connection between them ended.
void expect_silent_reconnect(const wire_script& first, bool wait_for_end = true)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        s.server.scripts = {first, healthy()};
        if (wait_for_end) {
            s.ready_again = [&] { return s.server.open == 0; };
        }
        s.expect_delivered(s.send(s.once(), twice));
        EXPECT_EQ(s.server.connections, 2U);
    }
}

TEST_F(fault_matrix, row_12_ended_right_after_the_answer)
{
    expect_silent_reconnect(play({stores(), sends(ok()), closes()}));
    expect_silent_reconnect(play({stores(), sends(ok()), cuts()}));
}

TEST_F(fault_matrix, row_13_reset_after_the_answer)
{
    expect_silent_reconnect(play({stores(), sends(ok()), waits(20ms), resets()}));
}

TEST_F(fault_matrix, row_14_ended_while_the_next_request_is_on_its_way)
{
    const wire_script half_read = discards(1);
    expect_silent_reconnect(play({stores(), sends(ok()), half_read, cuts()}), false);
    expect_silent_reconnect(play({stores(), sends(ok()), half_read, resets()}), false);
    expect_silent_reconnect(play({stores(), sends(ok()), half_read, closes()}), false);
    expect_silent_reconnect(play({stores(), sends(ok()), waits(50ms), cuts()}));
}

TEST_F(fault_matrix, row_15_an_answer_that_says_close)
{
    const reply last = status("204 OK", "Connection: close\r\n");
    expect_silent_reconnect(play({stores(), sends(last), discards_all()}));
}

TEST_F(fault_matrix, row_16_a_peer_that_has_vanished)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        bool gone = false;
        scenario retried(mode);
        retried.server.scripts = {
            play({stores(), sends(ok()), waits(20ms), vanishes(), notes(gone), holds()}),
            healthy()};
        retried.ready_again = [&] { return gone; };
        retried.expect_delivered(retried.send(retried.builder().request_timeout(300ms), twice));
        EXPECT_EQ(retried.server.connections, 2U);

        gone = false;
        scenario reported(mode);
        reported.server.scripts = retried.server.scripts;
        reported.ready_again = [&] { return gone; };
        const outcome got = reported.send(reported.once().request_timeout(300ms), twice);
        reported.expect_failed(got, errc::timed_out, delivery::unconfirmed);
        expect_in_time(got, 300ms);
    }
}

// The first answer counts. What follows it is no answer to the rows of the second flush, and the
// connection is not used again.
void expect_first_answer_counts(const wire_script& talkative, way mode)
{
    scenario s(mode);
    bool said = false;
    s.server.scripts = {play({stores(), talkative, notes(said), discards_all()}), healthy()};
    s.ready_again = [&] { return said; };
    s.expect_delivered(s.send(s.once(), twice));
    EXPECT_EQ(s.server.connections, 2U);
}

// The stray answer arrives in the same read, in the next one, or later.
void expect_stray_answer_never_counts(const std::string& stray)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        expect_first_answer_counts(sends(ok().bytes + stray), mode);
        for (const auto delay : {0ms, 1ms, 2ms, 5ms, 9ms, 10ms, 11ms, 30ms}) {
            SCOPED_TRACE(delay.count());
            expect_first_answer_counts(play({sends(ok()), waits(delay), sends(stray)}), mode);
        }
    }
}

TEST_F(fault_matrix, row_29_two_answers_to_one_request)
{
    expect_stray_answer_never_counts(ok().bytes);
}

TEST_F(fault_matrix, row_30_an_error_behind_the_answer)
{
    expect_stray_answer_never_counts(status("400 Bad Request", "", "no").bytes);
    expect_stray_answer_never_counts(status("408 Request Timeout", "Connection: close\r\n").bytes);
}

// The second request has begun, and the server has not read all of it.
TEST_F(fault_matrix, row_29_an_answer_to_half_of_the_next_request)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const reply& stray : {ok(), status("400 Bad Request", "", "no")}) {
            wire_server::options small;
            small.receive_buffer = 64 * 1024;
            scenario s(mode, small);
            s.server.scripts = {
                play({stores(), sends(ok()), discards(part_of_many), sends(stray), discards_all()}),
                healthy()};
            rows large = many;
            large.flushes = 2;
            s.expect_delivered(s.send(s.once(), large));
            EXPECT_EQ(s.server.connections, 2U);
        }
    }
}

TEST_F(fault_matrix, row_29_an_answer_that_began_before_the_request)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        bool said = false;
        scenario s(mode);
        s.server.scripts = {play({stores(), sends(ok()), sends("HTTP/1.1 2"), notes(said), reads(),
                                  sends("04 OK\r\n\r\n"), discards_all()}),
                            healthy()};
        s.ready_again = [&] { return said; };
        s.expect_delivered(s.send(s.once(), twice));
        EXPECT_EQ(s.server.connections, 2U);
    }
}

TEST_F(fault_matrix, row_31_an_answer_before_any_request)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        wire_server::options small;
        small.receive_buffer = 64 * 1024;
        scenario s(mode, small);
        s.server.scripts = {play({shakes_hands(), sends(ok()), holds()}), healthy()};
        s.recovery = [] {};
        const outcome got = s.send(s.once(), many);
        const error e = s.expect_failed(got, errc::socket_error, delivery::not_sent);
        EXPECT_TRUE(says(e, "the server answered 204 before it had the request"));
        EXPECT_EQ(s.server.connections, 2U);
        expect_in_time(got, 1000ms);
    }
}

} // namespace
} // namespace coquest::test
