// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 6 to 11, 17, 18, 43 and 44 of docs/faults.md: failures while a request is sent, or while its
// answer is awaited.
#include "scenario.hpp"

namespace coquest::test {
namespace {

using namespace std::chrono_literals;

// A small window, so that the client soon notices a server that does not read.
constexpr wire_server::options small_window()
{
    wire_server::options result;
    result.receive_buffer = 64 * 1024;
    return result;
}

void expect_half_a_request_is_sent_again(const wire_script& broken_off)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario retried(mode, small_window());
        retried.server.scripts = {broken_off, healthy()};
        retried.expect_delivered(retried.send(retried.builder(), many));

        scenario reported(mode, small_window());
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

// The rows are stored, but the acknowledgement is lost.
void expect_stored_twice(const wire_script& unacknowledged, std::error_code tls_code)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario retried(mode);
        retried.server.scripts = {unacknowledged, healthy()};
        retried.expect_delivered(retried.send(retried.builder().request_timeout(300ms)), 2);

        scenario reported(mode);
        reported.server.scripts = {unacknowledged, healthy()};
        const sender_builder at_most_once =
            reported.builder().request_timeout(300ms).retry_at_now(false);
        const outcome got = reported.send(at_most_once, {.timestamps = false});
        reported.expect_failed(got, mode.over == protocol::https ? tls_code : got.failure->code(),
                               delivery::unconfirmed);
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
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        s.server.scripts = {play({stores(), waits(400ms), sends(ok()), holds()})};
        const outcome got = s.send();
        s.expect_delivered(got);
        EXPECT_GE(got.elapsed, 390ms);
        EXPECT_EQ(s.server.requests.size(), 1U);
    }
}

TEST_F(fault_matrix, row_17_a_server_that_stops_reading)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode, small_window());
        s.server.scripts = {play({shakes_hands(), holds()}), healthy()};
        s.recovery = [] {};
        const sender_builder impatient =
            s.once().request_timeout(2s).request_min_throughput(std::size_t{1} << 30);
        const outcome got = s.send(impatient, many);
        const error e = s.expect_failed(got, errc::timed_out, delivery::not_sent);
        EXPECT_TRUE(says(e, "timed out"));
        expect_in_time(got, 2s);
        expect_bounded(got);
    }
}

asio::awaitable<void> store_slowly(wire& w)
{
    const request received = co_await w.read_request(1024, 20ms);
    w.store(received);
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
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        scenario enough(mode);
        enough.server.scripts = {store_slowly};
        enough.expect_delivered(enough.send(enough.once(), {20, 1024}));

        scenario too_slow(mode, small_window());
        too_slow.server.scripts = {read_slowly, healthy()};
        too_slow.recovery = [] {};
        const sender_builder demanding =
            too_slow.once().request_timeout(1s).request_min_throughput(100 << 20);
        const outcome got = too_slow.send(demanding, many); // at 100 MiB/s, 150 ms
        too_slow.expect_failed(got, errc::timed_out, delivery::not_sent);
        expect_in_time(got, 1150ms);
    }
}

// The parts take another connection, because this one is no longer in step.
void expect_delivered_in_parts(const wire_script& refuses)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode, small_window());
        s.server.scripts = {refuses, healthy()};
        const outcome got = s.send(s.builder(), many);
        EXPECT_FALSE(got.failure) << got.failure->what();
        std::size_t bytes = 0;
        for (const std::string& part : s.server.stored) {
            bytes += part.size();
        }
        EXPECT_GT(s.server.stored.size(), 1U);
        EXPECT_GT(bytes, static_cast<std::size_t>(many.count) * many.text);
        EXPECT_EQ(s.server.connections, 2U);
        EXPECT_EQ(got.unacknowledged, 0U);
    }
}

TEST_F(fault_matrix, row_43_refused_for_its_size_while_we_still_send)
{
    const reply refusal = status("413 Content Too Large", "Connection: close\r\n");
    expect_delivered_in_parts(play({discards(part_of_many), sends(refusal), cuts()}));
    expect_delivered_in_parts(play({discards(part_of_many), sends(refusal), finishes(), holds()}));
    expect_delivered_in_parts(play({shakes_hands(), discards(1), sends(refusal), closes()}));
}

// One row cannot be split; a small one is not the reason.
TEST_F(fault_matrix, row_43_a_row_that_is_too_large_alone)
{
    const reply refusal = status("413 Content Too Large");
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const std::size_t text : {std::size_t{5000}, std::size_t{100}}) {
            scenario s(mode);
            s.server.scripts = {answers(refusal)};
            const outcome got = s.send(s.builder(), {.count = 1, .text = text});
            const error e = s.expect_failed(got, errc::server_flush_error,
                                            text > 4096 ? delivery::rejected : delivery::not_sent);
            EXPECT_EQ(e.info().http_status, 413);
            EXPECT_EQ(e.info().attempts, 1U);
            EXPECT_TRUE(says(e, "client_max_body_size"));
        }
    }
}

TEST_F(fault_matrix, row_44_refused_early_by_a_server_that_reads_on)
{
    const reply refusal = status("400 Bad Request", "", "no such thing");
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode, small_window());
        s.server.scripts = {play({discards(part_of_many), sends(refusal), discards_all()}),
                            healthy()};
        s.recovery = [] {};
        const outcome got = s.send(s.builder(), many);
        const error e = s.expect_failed(got, errc::server_flush_error, delivery::rejected);
        EXPECT_EQ(e.info().http_status, 400) << e.what();
        EXPECT_EQ(e.info().attempts, 1U);
        EXPECT_EQ(s.server.stored.size(), 1U);
        EXPECT_EQ(s.server.connections, 2U) << "a connection that is out of step was used again";
        expect_in_time(got, 1000ms);
    }
}

} // namespace
} // namespace coquest::test
