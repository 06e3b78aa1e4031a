// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 1 to 18 and 81 of docs/faults.md over tcp and tcps, and writes that gather rows.

#include "tcp_scenario.hpp"

#include "support/black_hole.hpp"

#include <gmock/gmock.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

INSTANTIATE_TEST_SUITE_P(fault_matrix, tcp_faults, testing::Values(protocol::tcp, protocol::tcps),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST_P(tcp_faults, row00_all_rows_arrive_and_close_waits_for_the_servers_end)
{
    streaming stream(GetParam());
    stream.server().scripts = {takes_all_lines()};
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 1'000);
        co_await s.close();
        // close() has waited until everything arrived
        EXPECT_EQ(t.received(0), lines(0, 1'000));
    }(stream));
}

TEST_P(tcp_faults, row01_a_server_that_starts_again_within_retry_timeout)
{
    streaming stream(GetParam());
    stream.server().scripts = {takes_all_lines()};
    stream.builder->tcp_resend(true).retry_timeout(15s);
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 3);
        co_await t.until([&] { return t.received(0) == lines(0, 3); });
        const std::uint16_t port = t.server().port();
        t.server().stop();
        std::optional<wire_server> second;
        asio::steady_timer later(t.fixture.io, 300ms);
        later.async_wait([&](std::error_code) {
            wire_server::options options;
            options.certificate = t.fixture.certificate();
            options.port = port;
            second.emplace(t.fixture.io, options);
            second->scripts = {takes_all_lines()};
        });
        co_await flush(s, 3, 3);
        co_await s.close();
        EXPECT_EQ(second->lines.at(0), lines(0, 6))
            << "the unconfirmed rows first, then the new ones";
    }(stream));
}

TEST_P(tcp_faults, row02_the_next_address_is_tried)
{
    streaming stream(GetParam());
    const black_hole hole(stream.fixture.io);
    stream.server().scripts = {takes_all_lines()};
    run(stream.fixture.io, [](streaming& t, std::uint16_t port) -> asio::awaitable<void> {
        sender_builder first = t.fixture.builder("127.0.0.1", port);
        first.protocol_version(protocol_version::v1);
        sender s = co_await first.address("127.0.0.1", t.server().port()).build();
        co_await flush(s, 0, 3);
        co_await s.close();
        EXPECT_EQ(t.received(0), lines(0, 3));
    }(stream, hole.port()));
}

TEST_P(tcp_faults, row02_a_black_hole_alone_ends_by_connect_timeout)
{
    streaming stream(GetParam());
    const black_hole hole(stream.fixture.io);
    run(stream.fixture.io, [](streaming& t, std::uint16_t port) -> asio::awaitable<void> {
        sender_builder first = t.fixture.builder("127.0.0.1", port);
        first.connect_timeout(100ms);
        std::optional<error> thrown;
        try {
            const sender s = co_await first.build();
        } catch (const error& e) {
            thrown = e;
        }
        EXPECT_TRUE(thrown && thrown->code() == errc::timed_out);
    }(stream, hole.port()));
}

// Rows 4 to 7: the rows that were sent, and those that were not, are reported, kept, and handed
// back.
asio::awaitable<void> lose(streaming& t, int sent)
{
    sender s = co_await t.build();
    co_await flush(s, 0, sent);
    const error lost = co_await failure_after(s);
    EXPECT_EQ(lost.info().state, delivery::unconfirmed);
    EXPECT_GE(lost.info().unconfirmed_rows, static_cast<std::size_t>(sent));
    EXPECT_THAT(lost.what(), HasSubstr(std::to_string(lost.info().unconfirmed_rows) +
                                       " rows that were sent may not be stored"));
    EXPECT_THAT(lost.what(), HasSubstr("take_unacknowledged() hands them back, tcp_resend=on"));
    EXPECT_THAT(lost.info().host, HasSubstr("127.0.0.1:"));
    EXPECT_TRUE(s.must_close());

    // until the rows are taken, nothing is sent
    const error repeated = co_await failure_of(s.flush());
    EXPECT_EQ(repeated.code(), lost.code());
    EXPECT_EQ(t.server().connections, 1U);

    buffer unacknowledged = s.take_unacknowledged();
    EXPECT_EQ(unacknowledged.to_string().substr(0, lines(0, sent).size()), lines(0, sent));
    EXPECT_GE(unacknowledged.row_count(), lost.info().unconfirmed_rows);
    EXPECT_FALSE(s.must_close());

    const std::string text = unacknowledged.to_string();
    co_await s.flush(unacknowledged); // on a new connection
    co_await s.close();
    EXPECT_EQ(t.received(1), text);
}

// Rows 4, 5, and 12 to 14: if no row is unconfirmed, nothing is reported.
asio::awaitable<void> connect_again(streaming& t)
{
    sender s = co_await t.build();
    co_await t.until([&] { return t.server().connections == 1 && t.server().open == 0; });
    co_await flush(s, 0, 3);
    co_await s.close();
    EXPECT_EQ(t.received(1), lines(0, 3));
}

TEST_P(tcp_faults, row04_reset_once_built)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({shakes_hands(), stream.waits_for_build(), resets()}),
                               takes_all_lines()};
    run(stream.fixture.io, connect_again(stream));
}

TEST_P(tcp_faults, row05_end_once_built)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({shakes_hands(), stream.waits_for_build(), cuts()}),
                               takes_all_lines()};
    run(stream.fixture.io, connect_again(stream));
}

TEST_P(tcp_faults, row14_idle_connection_is_closed_in_order)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({shakes_hands(), stream.waits_for_build(), closes()}),
                               takes_all_lines()};
    run(stream.fixture.io, connect_again(stream));
}

TEST_P(tcp_faults, row06_reset_in_the_middle)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({takes_lines(2'000), resets()}), takes_all_lines()};
    run(stream.fixture.io, lose(stream, 5'000));
}

TEST_P(tcp_faults, row07_end_in_the_middle)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({takes_lines(2'000), cuts()}), takes_all_lines()};
    run(stream.fixture.io, lose(stream, 5'000));
}

TEST_P(tcp_faults, row12_the_next_await_tells_of_the_end)
{
    streaming stream(GetParam());
    stream.server().scripts = {play({takes_lines(3), cuts()}), takes_all_lines()};
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 3);
        co_await t.until([&] { return s.must_close(); }); // without a call of the caller
        const error lost = co_await failure_of(s.table("t").column_i64("n", 3).at_now());
        EXPECT_EQ(lost.info().unconfirmed_rows, 3U);
        EXPECT_EQ(s.take_unacknowledged().to_string(), lines(0, 3));
        co_await s.table("t").column_i64("n", 4).at(timestamp_nanos(1));
        co_await s.close();
        EXPECT_EQ(t.received(1), lines(4, 5));
    }(stream));
}

TEST_P(tcp_faults, row17_peer_stops_reading)
{
    streaming stream(GetParam(), little_room());
    stream.server().scripts = {play({shakes_hands(), holds()})};
    stream.builder->flush_timeout(300ms).close_timeout(200ms);
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        const std::string text(part_of_many, 'x');
        for (int i = 0; i < 16; ++i) {
            co_await s.table("t").column_str("text", text).at(timestamp_nanos(1));
        }
        EXPECT_EQ((co_await failure_of(s.flush())).code(), errc::timed_out);
        EXPECT_EQ(s.unacknowledged_rows(), 16U);
        const error closed = co_await failure_of(s.close());
        EXPECT_EQ(closed.code(), errc::timed_out);
        EXPECT_EQ(closed.info().unacknowledged_rows, 16U);
    }(stream));
}

TEST_P(tcp_faults, row18_slow_reader_gets_every_byte)
{
    streaming stream(GetParam(), little_room());
    stream.server().scripts = {[](wire& w) -> asio::awaitable<void> {
        for (;;) {
            co_await w.wait(1ms);
            co_await w.take_lines(1);
        }
    }};
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        std::string expected;
        for (int i = 0; i < 40; ++i) {
            std::string text(static_cast<std::size_t>(i) * 4'000, static_cast<char>('a' + i % 26));
            expected += "t text=\"" + text + "\" 1\n";
            co_await s.table("t").column_str("text", text).at(timestamp_nanos(1));
            if (i % 7 == 0) {
                co_await s.flush();
            }
        }
        co_await s.close();
        EXPECT_TRUE(t.received(0) == expected) << "other bytes arrived";
    }(stream));
}

TEST_P(tcp_faults, row81_bad_line_ends_the_connection_and_rows_are_counted)
{
    streaming stream(GetParam());
    // QuestDB closes the connection after the line before the bad one
    stream.server().scripts = {play({takes_lines(10), cuts()}), takes_all_lines()};
    run(stream.fixture.io, lose(stream, 25));
}

TEST_P(tcp_faults, rows_that_gathered_go_in_few_writes)
{
    streaming stream(GetParam());
    stream.server().scripts = {takes_all_lines()};
    stream.builder->auto_flush_rows(10);
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        buffer rows = s.new_buffer();
        for (int i = 0; i < 1'000; ++i) {
            EXPECT_FALSE(s.table("t").column_i64("n", i).try_at(timestamp_nanos(1)));
        }
        co_await s.flush();
        EXPECT_LE(s.metrics()->snapshot().requests, 3U) << "of 100 batches";
        co_await s.close();
        EXPECT_EQ(t.received(0), lines(0, 1'000));
    }(stream));
}

TEST_F(fault_matrix, tcp_tls_to_a_server_of_plain_rows)
{
    streaming stream(protocol::tcp);
    stream.server().scripts = {
        play({discards(1), cuts()})}; // as QuestDB does if it receives no row
    run(stream.fixture.io, [](streaming& t) -> asio::awaitable<void> {
        sender_builder secure("tcps", "127.0.0.1", t.server().port());
        std::optional<error> thrown;
        try {
            const sender s = co_await secure.build();
        } catch (const error& e) {
            thrown = e;
        }
        EXPECT_TRUE(thrown && thrown->code() == errc::tls_error);
        EXPECT_THAT(thrown ? thrown->what() : "", HasSubstr("tcp"));
    }(stream));
}

} // namespace
} // namespace coquest::test
