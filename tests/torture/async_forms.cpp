// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 77 of docs/faults.md for async.hpp: each of its operations is cancelled after each handler in
// turn. It ends once, with errc::cancelled, and no row is lost.

#include "torture/rig.hpp"

#include <coquest/async.hpp>

#include <asio/use_awaitable.hpp>

namespace {

using namespace coquest;
using test::moment;
using test::operation;
using test::rig;

constexpr std::size_t row_count = 3;

TEST(fault_matrix, row_77_async_flush_cancelled_at_each_step)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer = test::passing_faults();
        sender s = fixture.build(fixture.builder());
        test::add_rows(s, 0, row_count);
        operation flushing(fixture, [&] { return async_flush(s, asio::use_awaitable); });

        const bool reached = test::cancelled_at(fixture, flushing, when);

        EXPECT_LE(fixture.missing(row_count), s.unacknowledged_rows());
        test::expect_flush(fixture, s);
        EXPECT_EQ(fixture.missing(row_count), 0U);
        return reached;
    });
}

TEST(fault_matrix, row_77_async_at_now_cancelled_at_each_step)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer = test::passing_faults();
        sender s = fixture.build(
            fixture.builder().auto_flush(true).init_buf_size(1024).max_buf_size(1024));
        test::add_rows(s, 0, row_count - 1, 600);
        operation adding(fixture, [&] {
            return async_at_now(s.table("t").column_i64("n", row_count - 1), asio::use_awaitable);
        });

        const bool reached = test::cancelled_at(fixture, adding, when);

        const std::size_t rows = adding.begun() ? row_count : row_count - 1;
        EXPECT_LE(fixture.missing(rows), s.unacknowledged_rows());
        test::expect_flush(fixture, s);
        EXPECT_EQ(fixture.missing(rows), 0U);
        return reached;
    });
}

asio::awaitable<void> build_into(sender& result, sender_builder builder,
                                 asio::any_io_executor executor)
{
    result = co_await async_build(std::move(builder), executor, asio::use_awaitable);
}

TEST(fault_matrix, row_77_async_build_cancelled_at_each_step)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer = [](const test::request& received) {
            return received.begins("GET") ? test::status("200 OK", "", R"({"config":{}})")
                                          : test::ok();
        };
        config options = fixture.builder().options();
        options.version.reset();
        sender s;
        operation building(fixture, [&] {
            return build_into(s, sender_builder(options), fixture.client().get_executor());
        });

        const bool reached = test::cancelled_at(fixture, building, when);

        EXPECT_EQ(s.must_close(), reached);
        return reached;
    });
}

} // namespace
