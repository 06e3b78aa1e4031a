// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 81 of docs/faults.md over tcp and tcps: rows that are unconfirmed when the connection ends,
// sent again or reported, also by close().

#include "tcp_scenario.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST_P(tcp_faults, row81_rows_are_sent_again_with_tcp_resend)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({takes_lines(10), cuts()}), takes_all_lines()};
    stream.builder->tcp_resend(true);
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        for (int i = 0; i < 5; ++i) {
            co_await flush(s, i * 5, 5);
        }
        co_await t.until([&] { return t.received(1) == lines(0, 25); });
        co_await s.close();
        EXPECT_EQ(t.received(1), lines(0, 25));
    }(stream));
}

TEST_P(tcp_faults, row81_a_line_that_is_always_bad_ends_by_retry_timeout)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({takes_lines(1), cuts()})};
    stream.builder->tcp_resend(true).retry_timeout(300ms);
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 3);
        co_await t.until(
            [&] { return s.unacknowledged_rows() != 0 && t.server().connections > 3; });
        const error lost = co_await failure_after(s);
        EXPECT_THAT(lost.what(), HasSubstr("rows that were sent may not be stored"));
        EXPECT_THAT(lost.what(), Not(HasSubstr("tcp_resend=on would")));
        EXPECT_EQ(s.take_unacknowledged().to_string().substr(0, lines(0, 3).size()), lines(0, 3));
    }(stream));
}

TEST_P(tcp_faults, row81_rows_of_at_now_are_sent_again_only_with_retry_at_now)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({takes_lines(1), cuts()}), takes_all_lines()};
    stream.builder->tcp_resend(true).retry_at_now(false);
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await s.table("t").column_i64("n", 0).at_now();
        co_await s.flush();
        const error lost = co_await failure_after(s);
        EXPECT_THAT(lost.what(), HasSubstr("retry_at_now=off"));
        EXPECT_EQ(t.received(1), "");
    }(stream));
}

TEST_P(tcp_faults, row81_tells_of_rows_that_it_had_no_room_to_keep)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({takes_lines(1'000), cuts()}), takes_all_lines()};
    stream.builder->init_buf_size(1024).max_buf_size(8192);
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        for (int i = 0; i < 10; ++i) {
            co_await flush(s, i * 100, 100); // 1.2 kB each
        }
        const error lost = co_await failure_after(s);
        EXPECT_GE(lost.info().unconfirmed_rows, 1'000U);
        EXPECT_THAT(lost.what(), HasSubstr("are no longer kept (max_buf_size)"));
        const std::string kept = s.take_unacknowledged().to_string();
        EXPECT_THAT(kept, HasSubstr("t n=999i 1\n"));
        EXPECT_LT(kept.size(), lines(0, 1'000).size());
    }(stream));
}

TEST_P(tcp_faults, row81_rows_that_are_not_kept_are_told_of_once)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({takes_lines(120), waits(50ms), cuts()}),
                               play({takes_lines(3), waits(50ms), cuts()})};
    bool stopped = false;
    stream.builder->init_buf_size(1024).max_buf_size(1500).on_event(
        [&](const event& e) { stopped = stopped || e.kind == event_kind::stopped; });
    run(stream.fixture.io, [](streaming& t, bool& lost) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 120); // in two segments, for which there is no room afterwards
        co_await t.until([&] { return lost; });
        const error first = co_await failure_of(s.table("t").column_i64("n", 1).at_now());
        EXPECT_EQ(first.info().unconfirmed_rows, 120U);
        co_await flush(s, 120, 3);
        co_await t.until([&] { return s.must_close(); });
        const error second = co_await failure_of(s.table("t").column_i64("n", 1).at_now());
        EXPECT_EQ(second.info().unconfirmed_rows, 3U);
    }(stream, stopped));
}

TEST_P(tcp_faults, close_tells_of_a_reset_at_the_end)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({takes_lines(3), waits(50ms), resets()})};
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 3);
        const error lost = co_await failure_of(s.close());
        EXPECT_EQ(lost.code(), errc::socket_error);
        EXPECT_EQ(lost.info().unconfirmed_rows, 3U);
        EXPECT_EQ(lost.info().unacknowledged_rows, 3U);
        EXPECT_EQ(s.take_unacknowledged().to_string(), lines(0, 3));
    }(stream));
}

TEST_P(tcp_faults, close_delivers_again_within_close_timeout)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({takes_lines(3), waits(50ms), resets()}), takes_all_lines()};
    stream.builder->tcp_resend(true);
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 3);
        co_await s.close();
        EXPECT_EQ(t.received(1), lines(0, 3));
    }(stream));
}

TEST_P(tcp_faults, close_waits_no_longer_than_close_timeout)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({takes_lines(3), holds()})};
    stream.builder->close_timeout(200ms);
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 3);
        const error lost = co_await failure_of(s.close());
        EXPECT_EQ(lost.code(), errc::timed_out);
        EXPECT_THAT(lost.what(), HasSubstr("close_timeout (200 ms) is over"));
        EXPECT_EQ(s.take_unacknowledged().to_string(), lines(0, 3));
    }(stream));
}

} // namespace
} // namespace coquest::test
