// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 12 to 16 and 29 to 31: connections that end, or say more than they should, between requests.

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

// Tells the test that the script has come so far.
wire_script notes(bool& flag)
{
    return [&flag](wire&) { return set(flag); };
}

// Two flushes of which neither hears of what became of the connection between them.
void expect_silent_reconnect(const wire_script& first, bool wait_for_end = true)
{
    for (const way how : plain_and_tls) {
        SCOPED_TRACE(how);
        scenario s(how);
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
    for (const way how : plain_and_tls) {
        SCOPED_TRACE(how);
        bool gone = false;
        scenario retried(how);
        retried.server.scripts = {
            play({stores(), sends(ok()), waits(20ms), vanishes(), notes(gone), holds()}),
            healthy()};
        retried.ready_again = [&] { return gone; };
        retried.expect_delivered(retried.send(retried.builder().request_timeout(300ms), twice));
        EXPECT_EQ(retried.server.connections, 2U);

        gone = false;
        scenario reported(how);
        reported.server.scripts = retried.server.scripts;
        reported.ready_again = [&] { return gone; };
        const outcome got = reported.send(reported.once().request_timeout(300ms), twice);
        reported.expect_failed(got, errc::timed_out, delivery::maybe_applied);
        expect_in_time(got, 300ms);
    }
}

// The first answer counts, and the connection is used no more.
void expect_first_answer_counts(const wire_script& talkative)
{
    for (const way how : plain_and_tls) {
        SCOPED_TRACE(how);
        scenario s(how);
        bool said = false;
        s.server.scripts = {play({stores(), talkative, notes(said), discards_all()}), healthy()};
        s.ready_again = [&] { return said; };
        s.expect_delivered(s.send(s.once(), twice));
        EXPECT_EQ(s.server.connections, 2U);
    }
}

TEST_F(fault_matrix, row_29_two_answers_to_one_request)
{
    expect_first_answer_counts(sends(ok().bytes + ok().bytes));
    expect_first_answer_counts(play({sends(ok()), waits(10ms), sends(ok())}));
}

TEST_F(fault_matrix, row_30_an_error_behind_the_answer)
{
    const std::string refusal = status("400 Bad Request", "", "no").bytes;
    expect_first_answer_counts(sends(ok().bytes + refusal));
    expect_first_answer_counts(play({sends(ok()), waits(10ms), sends(refusal)}));
}

TEST_F(fault_matrix, row_31_an_answer_before_any_request)
{
    for (const way how : plain_and_tls) {
        SCOPED_TRACE(how);
        wire_server::options small;
        small.receive_buffer = 64 * 1024;
        scenario s(how, small);
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
