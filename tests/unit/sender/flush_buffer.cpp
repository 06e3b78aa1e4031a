// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A flush of a buffer that ends before the answer: no row is lost, no row is sent twice, and no
// later flush succeeds before those rows are acknowledged.

#include <coquest/sender.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using test::failure_of;
using test::ok;
using test::reply;
using test::request;
using test::status;

class flush_buffer_test : public testing::Test {
protected:
    sender_builder builder()
    {
        sender_builder options("http", "127.0.0.1", server.port());
        options.protocol_version(protocol_version::v2).auto_flush_interval(1h);
        return options;
    }
    void build(const sender_builder& options)
    {
        const auto assign = [](sender_builder from,
                               std::optional<sender>& to) -> asio::awaitable<void> {
            to = co_await from.build();
        };
        test::run(io, assign(options, s));
        rows.emplace(s->new_buffer());
        add("a");
        add("b");
    }
    void add(const char* value) { rows->table("t").symbol("s", value).at_now(); }
    error failure()
    {
        std::optional<error> thrown;
        const auto flush_rows = [](sender& source, buffer& buffered,
                                   std::optional<error>& out) -> asio::awaitable<void> {
            out = co_await failure_of(source.flush(buffered));
        };
        test::run(io, flush_rows(*s, *rows, thrown));
        return *thrown;
    }
    void release()
    {
        answer = [](const request&) { return ok(); };
        server.release(ok());
    }

    asio::io_context io{1};
    std::function<reply(const request&)> answer = [](const request&) {
        return reply{.wait = true};
    };
    test::scripted_server server{io, [this](const request& r) { return answer(r); }};
    std::optional<sender> s;
    std::optional<buffer> rows;
};

TEST_F(flush_buffer_test, a_second_flush_waits_for_rows_that_were_being_sent)
{
    build(builder().flush_timeout(20ms));

    for (int i = 0; i < 3; ++i) {
        const error e = failure();
        EXPECT_EQ(e.code(), errc::timed_out);
        EXPECT_EQ(e.info().state, delivery::unconfirmed);
        EXPECT_STREQ(e.what(), "flush_timeout (20 ms) is over; the rows are kept; 2 of them are "
                               "being sent: flush the buffer again to wait for them");
        EXPECT_TRUE(rows->empty());
        EXPECT_EQ(s->unacknowledged_rows(), 2U);
    }
    add("c");
    EXPECT_EQ(failure().code(), errc::timed_out);
    EXPECT_EQ(rows->to_string(), "t,s=c\n") << "new rows wait behind them";

    release();
    test::run(io, s->flush(*rows));
    EXPECT_EQ(server.requests.size(), 2U);
    EXPECT_EQ(server.requests[0].body + server.requests[1].body, "t,s=a\nt,s=b\nt,s=c\n");
    EXPECT_TRUE(rows->empty());
    EXPECT_EQ(s->unacknowledged_rows(), 0U);
}

TEST_F(flush_buffer_test, rows_that_were_being_sent_come_back_if_they_fail_later)
{
    build(builder().flush_timeout(20ms).retry_timeout(0ms));
    EXPECT_EQ(failure().code(), errc::timed_out);

    answer = [](const request&) { return status("503 Busy"); };
    server.release(status("503 Busy"));
    test::run_until(io, [&] { return s->metrics()->snapshot().batches_in_flight == 0; });
    const error e = failure();

    EXPECT_EQ(e.code(), errc::server_flush_error) << e.what();
    EXPECT_EQ(rows->to_string(), "t,s=a\nt,s=b\n");
    EXPECT_EQ(s->unacknowledged_rows(), 0U);
}

TEST_F(flush_buffer_test, a_cancelled_flush_is_waited_for_by_the_next)
{
    build(builder());
    asio::cancellation_signal cancel;
    std::exception_ptr thrown;
    bool ended = false;
    asio::co_spawn(io, s->flush(*rows),
                   asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e) {
                       thrown = std::move(e);
                       ended = true;
                   }));
    test::run_until(io, [&] { return server.requests.size() == 1; });
    cancel.emit(asio::cancellation_type::terminal);
    test::run_until(io, [&] { return ended; });
    ASSERT_TRUE(thrown);
    EXPECT_TRUE(rows->empty());

    release();
    test::run(io, s->flush(*rows));
    EXPECT_EQ(server.requests.size(), 1U);
    EXPECT_EQ(s->unacknowledged_rows(), 0U);
}

TEST_F(flush_buffer_test, close_hands_rows_back_that_were_being_sent)
{
    build(builder().close_timeout(20ms));
    std::optional<error> thrown;
    const auto flush_rows = [](sender& source, buffer& buffered,
                               std::optional<error>& out) -> asio::awaitable<void> {
        out = co_await failure_of(source.flush(buffered));
    };
    asio::co_spawn(io, flush_rows(*s, *rows, thrown), [](std::exception_ptr) {});
    test::run_until(io, [&] { return server.requests.size() == 1; });
    const auto close = [](sender& source) -> asio::awaitable<void> {
        EXPECT_EQ((co_await failure_of(source.close())).code(), errc::timed_out);
    };
    test::run(io, close(*s));
    test::run_until(io, [&] { return thrown.has_value(); });

    EXPECT_EQ(thrown->code(), errc::closed) << thrown->what();
    EXPECT_EQ(rows->to_string(), "t,s=a\nt,s=b\n");
    EXPECT_EQ(s->unacknowledged_rows(), 0U);
}

TEST_F(flush_buffer_test, a_buffer_that_is_moved_takes_its_pending_rows_along)
{
    build(builder().flush_timeout(20ms));
    EXPECT_EQ(failure().code(), errc::timed_out);

    buffer moved = std::move(*rows);
    rows = std::move(moved);
    EXPECT_EQ(failure().code(), errc::timed_out);

    release();
    test::run(io, s->flush(*rows));
    EXPECT_EQ(server.requests.size(), 1U);
}

} // namespace
