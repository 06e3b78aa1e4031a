// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The rows of the fault matrix that make sense where nothing is acknowledged, over tcp and tcps.
// What arrived is counted by the server; what the sender is not sure of, it has to tell and keep.

#include "scenario.hpp"
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

wire_server::options little_room()
{
    wire_server::options made;
    made.receive_buffer = 4096;
    return made;
}

std::string lines(int from, int to)
{
    std::string text;
    for (int i = from; i < to; ++i) {
        text += "t n=" + std::to_string(i) + "i 1\n";
    }
    return text;
}

void add(buffer& to, int from, int count)
{
    for (int i = from; i < from + count; ++i) {
        to.table("t").column_i64("n", i).at(timestamp_nanos(1));
    }
}

// A sender, a server with scripts, and coroutines that end soon.
class streaming {
public:
    explicit streaming(protocol over, wire_server::options with = {})
        : where({over, owner::sender}, with)
    {
        builder.emplace(where.builder()).protocol_version(protocol_version::v1);
    }
    wire_server& server() { return where.server; }

    asio::awaitable<sender> build() { co_return co_await builder->build(); }
    // Waits until the server's script has come so far.
    asio::awaitable<void> until(const std::function<bool()>& holds) const
    {
        asio::steady_timer pause(where.io);
        const auto last = std::chrono::steady_clock::now() + 15s;
        while (!holds() && std::chrono::steady_clock::now() < last) {
            pause.expires_after(1ms);
            co_await pause.async_wait(asio::use_awaitable);
        }
        EXPECT_TRUE(holds()) << "what was waited for did not happen";
    }
    [[nodiscard]] std::string received(std::size_t connection) const
    {
        const auto& got = where.server.lines;
        return connection < got.size() ? got[connection] : "";
    }

    mutable scenario where;
    std::optional<sender_builder> builder;
};

// Flushes `count` rows of the caller's.
asio::awaitable<void> flush(sender& s, int from, int count)
{
    buffer rows = s.new_buffer();
    add(rows, from, count);
    co_await s.flush(rows);
}

// Adds and flushes single rows until an await says that something is wrong.
asio::awaitable<error> failure_after(sender& s)
{
    std::optional<error> thrown;
    const auto last = std::chrono::steady_clock::now() + 15s;
    while (!thrown && std::chrono::steady_clock::now() < last) {
        try {
            co_await s.table("t").column_i64("late", 1).at(timestamp_nanos(1));
            co_await s.flush();
        } catch (const error& e) {
            thrown = e;
        }
    }
    if (!thrown) {
        ADD_FAILURE() << "the loss went unnoticed";
        thrown.emplace(errc::invalid_api_call, "");
    }
    co_return *thrown;
}

class tcp_faults : public fault_matrix, public testing::WithParamInterface<protocol> {};

INSTANTIATE_TEST_SUITE_P(fault_matrix, tcp_faults, testing::Values(protocol::tcp, protocol::tcps),
                         [](const auto& of) { return std::string(to_string(of.param)); });

TEST_P(tcp_faults, row00_all_rows_arrive_and_close_waits_for_the_servers_end)
{
    streaming on(GetParam());
    on.server().scripts = {takes_all_lines()};
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 1'000);
        co_await s.close();
        // close() has waited: nothing is on its way any more
        EXPECT_EQ(t.received(0), lines(0, 1'000));
    }(on));
}

TEST_P(tcp_faults, row01_a_server_that_starts_again_within_retry_timeout)
{
    streaming on(GetParam());
    on.server().scripts = {takes_all_lines()};
    on.builder->tcp_resend(true).retry_timeout(15s);
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 3);
        co_await t.until([&] { return t.received(0) == lines(0, 3); });
        const std::uint16_t port = t.server().port();
        t.server().stop();
        std::optional<wire_server> second;
        asio::steady_timer later(t.where.io, 300ms);
        later.async_wait([&](std::error_code) {
            wire_server::options again;
            again.certificate = t.where.certificate();
            again.port = port;
            second.emplace(t.where.io, again);
            second->scripts = {takes_all_lines()};
        });
        co_await flush(s, 3, 3);
        co_await s.close();
        EXPECT_EQ(second->lines.at(0), lines(0, 6)) << "those in doubt first, then the new ones";
    }(on));
}

TEST_P(tcp_faults, row02_the_next_address_is_tried)
{
    streaming on(GetParam());
    const black_hole hole(on.where.io);
    on.server().scripts = {takes_all_lines()};
    run(on.where.io, [](streaming& t, std::uint16_t port) -> asio::awaitable<void> {
        sender_builder first = t.where.builder("127.0.0.1", port);
        first.protocol_version(protocol_version::v1);
        sender s = co_await first.address("127.0.0.1", t.server().port()).build();
        co_await flush(s, 0, 3);
        co_await s.close();
        EXPECT_EQ(t.received(0), lines(0, 3));
    }(on, hole.port()));
}

TEST_P(tcp_faults, row02_a_black_hole_alone_ends_by_connect_timeout)
{
    streaming on(GetParam());
    const black_hole hole(on.where.io);
    run(on.where.io, [](streaming& t, std::uint16_t port) -> asio::awaitable<void> {
        sender_builder first = t.where.builder("127.0.0.1", port);
        first.connect_timeout(100ms);
        std::optional<error> thrown;
        try {
            const sender s = co_await first.build();
        } catch (const error& e) {
            thrown = e;
        }
        EXPECT_TRUE(thrown && thrown->code() == errc::timed_out);
    }(on, hole.port()));
}

// Rows 4 to 7: what was sent and what is left are told, kept, and handed back on demand.
asio::awaitable<void> lose(streaming& t, int sent)
{
    sender s = co_await t.build();
    co_await flush(s, 0, sent);
    const error lost = co_await failure_after(s);
    EXPECT_EQ(lost.info().state, delivery::maybe_applied);
    EXPECT_GE(lost.info().unconfirmed_rows, static_cast<std::size_t>(sent));
    EXPECT_THAT(lost.what(), HasSubstr(std::to_string(lost.info().unconfirmed_rows) +
                                       " rows that were sent may not be stored"));
    EXPECT_THAT(lost.what(), HasSubstr("take_unsent() hands them back, tcp_resend=on"));
    EXPECT_THAT(lost.info().host, HasSubstr("127.0.0.1:"));
    EXPECT_TRUE(s.must_close());

    // until somebody takes them, nothing goes out
    const error again = co_await failure_of(s.flush());
    EXPECT_EQ(again.code(), lost.code());
    EXPECT_EQ(t.server().connections, 1U);

    buffer unsent = s.take_unsent();
    EXPECT_EQ(unsent.to_string().substr(0, lines(0, sent).size()), lines(0, sent));
    EXPECT_GE(unsent.row_count(), lost.info().unconfirmed_rows);
    EXPECT_FALSE(s.must_close());

    const std::string text = unsent.to_string();
    co_await s.flush(unsent); // on a new connection
    co_await s.close();
    EXPECT_EQ(t.received(1), text);
}

// Rows 4, 5, and 12 to 14: where nothing is in doubt, nobody has to know.
asio::awaitable<void> connect_again(streaming& t)
{
    sender s = co_await t.build();
    co_await t.until([&] { return t.server().connections == 1 && t.server().open == 0; });
    co_await flush(s, 0, 3);
    co_await s.close();
    EXPECT_EQ(t.received(1), lines(0, 3));
}

TEST_P(tcp_faults, row04_reset_on_accept)
{
    streaming on(GetParam());
    on.server().scripts = {play({shakes_hands(), resets()}), takes_all_lines()};
    run(on.where.io, connect_again(on));
}

TEST_P(tcp_faults, row05_end_on_accept)
{
    streaming on(GetParam());
    on.server().scripts = {play({shakes_hands(), cuts()}), takes_all_lines()};
    run(on.where.io, connect_again(on));
}

TEST_P(tcp_faults, row14_idle_connection_is_closed_in_order)
{
    streaming on(GetParam());
    on.server().scripts = {play({shakes_hands(), closes()}), takes_all_lines()};
    run(on.where.io, connect_again(on));
}

TEST_P(tcp_faults, row06_reset_in_the_middle)
{
    streaming on(GetParam());
    on.server().scripts = {play({takes_lines(2'000), resets()}), takes_all_lines()};
    run(on.where.io, lose(on, 5'000));
}

TEST_P(tcp_faults, row07_end_in_the_middle)
{
    streaming on(GetParam());
    on.server().scripts = {play({takes_lines(2'000), cuts()}), takes_all_lines()};
    run(on.where.io, lose(on, 5'000));
}

TEST_P(tcp_faults, row12_the_next_await_tells_of_the_end)
{
    streaming on(GetParam());
    on.server().scripts = {play({takes_lines(3), cuts()}), takes_all_lines()};
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 3);
        co_await t.until([&] { return s.must_close(); }); // by no call of ours
        const error lost = co_await failure_of(s.table("t").column_i64("n", 3).at_now());
        EXPECT_EQ(lost.info().unconfirmed_rows, 3U);
        EXPECT_EQ(s.take_unsent().to_string(), lines(0, 3));
        co_await s.table("t").column_i64("n", 4).at(timestamp_nanos(1));
        co_await s.close();
        EXPECT_EQ(t.received(1), lines(4, 5));
    }(on));
}

TEST_P(tcp_faults, row17_peer_stops_reading)
{
    streaming on(GetParam(), little_room());
    on.server().scripts = {play({shakes_hands(), holds()})};
    on.builder->flush_timeout(300ms).close_timeout(200ms);
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        const std::string text(part_of_many, 'x');
        for (int i = 0; i < 16; ++i) {
            co_await s.table("t").column_str("text", text).at(timestamp_nanos(1));
        }
        EXPECT_EQ((co_await failure_of(s.flush())).code(), errc::timed_out);
        EXPECT_EQ(s.unsent_rows(), 16U);
        const error closed = co_await failure_of(s.close());
        EXPECT_EQ(closed.code(), errc::timed_out);
        EXPECT_EQ(closed.info().unsent_rows, 16U);
    }(on));
}

TEST_P(tcp_faults, row18_slow_reader_gets_every_byte)
{
    streaming on(GetParam(), little_room());
    on.server().scripts = {[](wire& w) -> asio::awaitable<void> {
        for (;;) {
            co_await w.wait(1ms);
            co_await w.take_lines(1);
        }
    }};
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
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
    }(on));
}

TEST_P(tcp_faults, row81_bad_line_ends_the_connection_and_rows_are_counted)
{
    streaming on(GetParam());
    // QuestDB hangs up after the line before the bad one
    on.server().scripts = {play({takes_lines(10), cuts()}), takes_all_lines()};
    run(on.where.io, lose(on, 25));
}

TEST_P(tcp_faults, row81_rows_go_again_where_that_was_asked_for)
{
    streaming on(GetParam());
    on.server().scripts = {play({takes_lines(10), cuts()}), takes_all_lines()};
    on.builder->tcp_resend(true);
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        for (int i = 0; i < 5; ++i) {
            co_await flush(s, i * 5, 5);
        }
        co_await t.until([&] { return t.received(1) == lines(0, 25); });
        co_await s.close();
        EXPECT_EQ(t.received(1), lines(0, 25));
    }(on));
}

TEST_P(tcp_faults, row81_a_line_that_is_always_bad_ends_by_retry_timeout)
{
    streaming on(GetParam());
    on.server().scripts = {play({takes_lines(1), cuts()})};
    on.builder->tcp_resend(true).retry_timeout(300ms);
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 3);
        co_await t.until([&] { return s.unsent_rows() != 0 && t.server().connections > 3; });
        const error lost = co_await failure_after(s);
        EXPECT_THAT(lost.what(), HasSubstr("rows that were sent may not be stored"));
        EXPECT_THAT(lost.what(), Not(HasSubstr("tcp_resend=on would")));
        EXPECT_EQ(s.take_unsent().to_string().substr(0, lines(0, 3).size()), lines(0, 3));
    }(on));
}

TEST_P(tcp_faults, row81_rows_of_the_servers_time_go_again_only_where_that_was_asked_for)
{
    streaming on(GetParam());
    on.server().scripts = {play({takes_lines(1), cuts()}), takes_all_lines()};
    on.builder->tcp_resend(true).retry_at_now(false);
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await s.table("t").column_i64("n", 0).at_now();
        co_await s.flush();
        const error lost = co_await failure_after(s);
        EXPECT_THAT(lost.what(), HasSubstr("retry_at_now=off"));
        EXPECT_EQ(t.received(1), "");
    }(on));
}

TEST_P(tcp_faults, row81_tells_of_rows_that_it_had_no_room_to_keep)
{
    streaming on(GetParam());
    on.server().scripts = {play({takes_lines(1'000), cuts()}), takes_all_lines()};
    on.builder->init_buf_size(1024).max_buf_size(8192);
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        for (int i = 0; i < 10; ++i) {
            co_await flush(s, i * 100, 100); // 1.2 kB each
        }
        const error lost = co_await failure_after(s);
        EXPECT_GE(lost.info().unconfirmed_rows, 1'000U);
        EXPECT_THAT(lost.what(), HasSubstr("are no longer kept (max_buf_size)"));
        const std::string kept = s.take_unsent().to_string();
        EXPECT_THAT(kept, HasSubstr("t n=999i 1\n"));
        EXPECT_LT(kept.size(), lines(0, 1'000).size());
    }(on));
}

TEST_P(tcp_faults, row81_rows_that_are_not_kept_are_told_of_once)
{
    streaming on(GetParam());
    on.server().scripts = {play({takes_lines(120), waits(50ms), cuts()}),
                           play({takes_lines(3), waits(50ms), cuts()})};
    bool stopped = false;
    on.builder->init_buf_size(1024).max_buf_size(1500).on_event(
        [&](const event& what) { stopped = stopped || what.kind == event_kind::stopped; });
    run(on.where.io, [](streaming& t, bool& lost) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 120); // in two segments, for which there is no room afterwards
        co_await t.until([&] { return lost; });
        const error first = co_await failure_of(s.table("t").column_i64("n", 1).at_now());
        EXPECT_EQ(first.info().unconfirmed_rows, 120U);
        co_await flush(s, 120, 3);
        co_await t.until([&] { return s.must_close(); });
        const error second = co_await failure_of(s.table("t").column_i64("n", 1).at_now());
        EXPECT_EQ(second.info().unconfirmed_rows, 3U);
    }(on, stopped));
}

TEST_P(tcp_faults, close_tells_of_a_reset_at_the_end)
{
    streaming on(GetParam());
    on.server().scripts = {play({takes_lines(3), waits(50ms), resets()})};
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 3);
        const error lost = co_await failure_of(s.close());
        EXPECT_EQ(lost.code(), errc::socket_error);
        EXPECT_EQ(lost.info().unconfirmed_rows, 3U);
        EXPECT_EQ(lost.info().unsent_rows, 3U);
        EXPECT_EQ(s.take_unsent().to_string(), lines(0, 3));
    }(on));
}

TEST_P(tcp_faults, close_delivers_again_within_close_timeout)
{
    streaming on(GetParam());
    on.server().scripts = {play({takes_lines(3), waits(50ms), resets()}), takes_all_lines()};
    on.builder->tcp_resend(true);
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 3);
        co_await s.close();
        EXPECT_EQ(t.received(1), lines(0, 3));
    }(on));
}

TEST_P(tcp_faults, close_waits_no_longer_than_close_timeout)
{
    streaming on(GetParam());
    on.server().scripts = {play({takes_lines(3), holds()})};
    on.builder->close_timeout(200ms);
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 3);
        const error lost = co_await failure_of(s.close());
        EXPECT_EQ(lost.code(), errc::timed_out);
        EXPECT_THAT(lost.what(), HasSubstr("close_timeout (200 ms) is over"));
        EXPECT_EQ(s.take_unsent().to_string(), lines(0, 3));
    }(on));
}

TEST_P(tcp_faults, rows_that_gathered_go_in_few_writes)
{
    streaming on(GetParam());
    on.server().scripts = {takes_all_lines()};
    on.builder->auto_flush_rows(10);
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        buffer rows = s.new_buffer();
        for (int i = 0; i < 1'000; ++i) {
            EXPECT_FALSE(s.table("t").column_i64("n", i).try_at(timestamp_nanos(1)));
        }
        co_await s.flush();
        EXPECT_LE(s.metrics()->snapshot().requests, 3U) << "of 100 batches";
        co_await s.close();
        EXPECT_EQ(t.received(0), lines(0, 1'000));
    }(on));
}

TEST_F(fault_matrix, tcp_plain_rows_to_a_server_of_tls)
{
    streaming on(protocol::tcp);
    const std::string alert("\x15\x03\x01\x00\x02\x02\x46", 7); // as haproxy and nginx say
    on.server().scripts = {play({discards(1), sends(alert), cuts()})};
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        co_await flush(s, 0, 100);
        const error lost = co_await failure_after(s);
        EXPECT_EQ(lost.code(), errc::socket_error);
        EXPECT_GE(lost.info().unconfirmed_rows, 100U);
        EXPECT_THAT(lost.what(), HasSubstr("does it speak TLS? then use tcps"));
    }(on));
}

TEST_F(fault_matrix, tcp_tls_to_a_server_of_plain_rows)
{
    streaming on(protocol::tcp);
    on.server().scripts = {play({discards(1), cuts()})}; // as QuestDB does at what is no row
    run(on.where.io, [](streaming& t) -> asio::awaitable<void> {
        sender_builder secure("tcps", "127.0.0.1", t.server().port());
        std::optional<error> thrown;
        try {
            const sender s = co_await secure.build();
        } catch (const error& e) {
            thrown = e;
        }
        EXPECT_TRUE(thrown && thrown->code() == errc::tls_error);
        EXPECT_THAT(thrown ? thrown->what() : "", HasSubstr("tcp"));
    }(on));
}

} // namespace
} // namespace coquest::test
