// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 6 to 11, 17, 18, 43 and 44: what happens while a request is sent, or its answer is due.

#include "scenario.hpp"

namespace coquest::test {
namespace {

using namespace std::chrono_literals;

// So that a server that does not read is noticed soon.
constexpr wire_server::options small_window()
{
    wire_server::options made;
    made.receive_buffer = 64 * 1024;
    return made;
}

void expect_half_a_request_is_sent_again(const wire_script& broken_off)
{
    for (const way how : plain_and_tls) {
        SCOPED_TRACE(how);
        scenario retried(how, small_window());
        retried.server.scripts = {broken_off, healthy()};
        retried.expect_delivered(retried.send(retried.builder(), many));

        scenario reported(how, small_window());
        reported.server.scripts = {broken_off, healthy()};
        reported.recovery = [] {};
        const outcome got = reported.send(reported.once(), many);
        ASSERT_TRUE(got.failure);
        const error e = reported.expect_failed(got, got.failure->code(), delivery::not_sent);
        EXPECT_TRUE(e.info().retryable) << e.what();
        EXPECT_EQ(reported.server.stored.size(), 1U);
    }
}

TEST_F(fault_matrix, row_06_reset_half_way_through_the_body)
{
    expect_half_a_request_is_sent_again(play({discards(part_of_many), resets()}));
}

TEST_F(fault_matrix, row_07_end_half_way_through_the_body)
{
    expect_half_a_request_is_sent_again(play({discards(part_of_many), finishes(), discards_all()}));
    expect_half_a_request_is_sent_again(play({discards(part_of_many), cuts()}));
}

// Stored, and the acknowledgement lost in one way or the other.
void expect_stored_twice(const wire_script& unacknowledged, std::error_code tls_code)
{
    for (const way how : plain_and_tls) {
        SCOPED_TRACE(how);
        scenario retried(how);
        retried.server.scripts = {unacknowledged, healthy()};
        retried.expect_delivered(retried.send(retried.builder().request_timeout(300ms)), 2);

        scenario reported(how);
        reported.server.scripts = {unacknowledged, healthy()};
        const sender_builder at_most_once =
            reported.builder().request_timeout(300ms).retry_at_now(false);
        const outcome got = reported.send(at_most_once, {.timestamps = false});
        reported.expect_failed(got, how.over == protocol::https ? tls_code : got.failure->code(),
                               delivery::maybe_applied);
        EXPECT_EQ(reported.server.stored.size(), 1U);
        expect_in_time(got, 300ms);
    }
}

TEST_F(fault_matrix, row_08_stored_and_the_answer_lost_by_a_reset)
{
    expect_stored_twice(play({stores(), resets()}), errc::socket_error);
}

TEST_F(fault_matrix, row_09_stored_and_the_connection_ended_without_an_answer)
{
    expect_stored_twice(play({stores(), closes()}), errc::socket_error);
    expect_stored_twice(play({stores(), cuts()}), errc::tls_error);
}

TEST_F(fault_matrix, row_10_stored_and_never_answered)
{
    expect_stored_twice(play({stores(), holds()}), errc::timed_out);
}

TEST_F(fault_matrix, row_11_an_answer_that_takes_long)
{
    for (const way how : plain_and_tls) {
        SCOPED_TRACE(how);
        scenario s(how);
        s.server.scripts = {play({stores(), waits(400ms), sends(ok()), holds()})};
        const outcome got = s.send();
        s.expect_delivered(got);
        EXPECT_GE(got.elapsed, 390ms);
        EXPECT_EQ(s.server.requests.size(), 1U);
    }
}

TEST_F(fault_matrix, row_17_a_server_that_stops_reading)
{
    for (const way how : plain_and_tls) {
        SCOPED_TRACE(how);
        scenario s(how, small_window());
        s.server.scripts = {play({shakes_hands(), holds()}), healthy()};
        s.recovery = [] {};
        const sender_builder impatient =
            s.once().request_timeout(300ms).request_min_throughput(std::size_t{1} << 30);
        const outcome got = s.send(impatient, many);
        const error e = s.expect_failed(got, errc::timed_out, delivery::not_sent);
        EXPECT_TRUE(says(e, "timed out"));
        expect_in_time(got, 300ms);
        expect_bounded(got);
    }
}

asio::awaitable<void> store_slowly(wire& w)
{
    const request one = co_await w.read_request(1024, 20ms);
    w.store(one);
    std::string answer = ok().bytes;
    co_await w.send(std::move(answer));
    co_await w.hold();
}

asio::awaitable<void> read_slowly(wire& w)
{
    co_await w.read_request(1024, 20ms);
}

TEST_F(fault_matrix, row_18_a_server_that_reads_slowly)
{
    for (const way how : plain) {
        SCOPED_TRACE(how);
        scenario enough(how);
        enough.server.scripts = {store_slowly};
        enough.expect_delivered(enough.send(enough.once(), {20, 1024}));

        scenario too_slow(how, small_window());
        too_slow.server.scripts = {read_slowly, healthy()};
        too_slow.recovery = [] {};
        const sender_builder demanding =
            too_slow.once().request_timeout(200ms).request_min_throughput(100 << 20);
        const outcome got = too_slow.send(demanding, many); // at 100 MiB/s, 150 ms
        too_slow.expect_failed(got, errc::timed_out, delivery::not_sent);
        expect_in_time(got, 350ms);
    }
}

void expect_early_answer(const wire_script& refuses, int status)
{
    for (const way how : plain_and_tls) {
        SCOPED_TRACE(how);
        scenario s(how, small_window());
        s.server.scripts = {refuses, healthy()};
        s.recovery = [] {};
        const outcome got = s.send(s.builder(), many);
        const error e = s.expect_failed(got, errc::server_flush_error, delivery::rejected);
        EXPECT_EQ(e.info().http_status, status) << e.what();
        EXPECT_EQ(e.info().attempts, 1U);
        EXPECT_EQ(s.server.stored.size(), 1U);
        EXPECT_EQ(s.server.connections, 2U) << "the connection is not in step any more";
        expect_in_time(got, 1000ms);
    }
}

TEST_F(fault_matrix, row_43_refused_for_its_size_while_we_still_send)
{
    const reply refusal = status("413 Content Too Large", "Connection: close\r\n");
    expect_early_answer(play({discards(part_of_many), sends(refusal), cuts()}), 413);
    expect_early_answer(play({discards(part_of_many), sends(refusal), finishes(), holds()}), 413);
    expect_early_answer(play({shakes_hands(), discards(1), sends(refusal), closes()}), 413);
}

TEST_F(fault_matrix, row_44_refused_early_by_a_server_that_reads_on)
{
    const reply refusal = status("400 Bad Request", "", "no such thing");
    expect_early_answer(play({discards(part_of_many), sends(refusal), discards_all()}), 400);
}

} // namespace
} // namespace coquest::test
