// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 77 for async.hpp: what its functions begin is cancelled after each handler in turn. It ends
// once, with errc::cancelled, and no row is lost.

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
        rig on(when.kind);
        on.answer = test::passing_faults();
        sender s = on.build(on.builder());
        test::add_rows(s, 0, row_count);
        operation flushing(on, [&] { return async_flush(s, asio::use_awaitable); });

        const bool reached = test::cancelled_at(on, flushing, when);

        EXPECT_LE(on.missing(row_count), s.unsent_rows());
        test::expect_flush(on, s);
        EXPECT_EQ(on.missing(row_count), 0U);
        return reached;
    });
}

TEST(fault_matrix, row_77_async_at_now_cancelled_at_each_step)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        on.answer = test::passing_faults();
        sender s = on.build(on.builder().auto_flush(true).init_buf_size(1024).max_buf_size(1024));
        test::add_rows(s, 0, row_count - 1, 600);
        operation adding(on, [&] {
            return async_at_now(s.table("t").column_i64("n", row_count - 1), asio::use_awaitable);
        });

        const bool reached = test::cancelled_at(on, adding, when);

        const std::size_t rows = adding.begun() ? row_count : row_count - 1;
        EXPECT_LE(on.missing(rows), s.unsent_rows());
        test::expect_flush(on, s);
        EXPECT_EQ(on.missing(rows), 0U);
        return reached;
    });
}

asio::awaitable<void> build_into(sender& made, sender_builder from, asio::any_io_executor on)
{
    made = co_await async_build(std::move(from), on, asio::use_awaitable);
}

TEST(fault_matrix, row_77_async_build_cancelled_at_each_step)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        on.answer = [](const test::request& one) {
            return one.begins("GET") ? test::status("200 OK", "", R"({"config":{}})") : test::ok();
        };
        config options = on.builder().options();
        options.version.reset();
        sender s;
        operation building(
            on, [&] { return build_into(s, sender_builder(options), on.client().get_executor()); });

        const bool reached = test::cancelled_at(on, building, when);

        EXPECT_EQ(s.must_close(), reached);
        return reached;
    });
}

} // namespace
