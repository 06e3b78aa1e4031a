// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// In the steady state, neither a row nor a batch in the queue allocates.

#include <coquest/sender.hpp>

#include "core/delivery/write_queue.hpp"
#include "support/allocation_counter.hpp"
#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <coquest/detail/buffer_access.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace {

using namespace coquest;

constexpr int warm_up = 5'000;
constexpr int counted = 50'000;

void add(buffer& rows, int i, const std::string& name)
{
    rows.table("trades")
        .symbol("symbol", "BTC-USDT")
        .symbol(name, "buy")
        .column_f64("price", 37779.62 + i)
        .column_i64("amount", i)
        .column_str("text", "with \"escapes\" and \xc3\xa9")
        .at(timestamp_nanos(i));
}

class allocations : public testing::Test {
protected:
    void SetUp() override
    {
        if (!COQUEST_COUNTS_ALLOCATIONS) {
            GTEST_SKIP() << "sanitizers have allocators of their own";
        }
    }
};

TEST_F(allocations, a_buffer_that_is_filled_again_allocates_nothing)
{
    for (const auto version : {protocol_version::v1, protocol_version::v2}) {
        buffer rows(version);
        const std::string name = "a name of the run time";
        for (int i = 0; i < warm_up; ++i) {
            add(rows, i, name);
        }
        const std::size_t before = test::allocations();
        for (int round = 0; round < counted / warm_up; ++round) {
            rows.clear();
            for (int i = 0; i < warm_up; ++i) {
                add(rows, i, name);
            }
        }
        EXPECT_EQ(test::allocations() - before, 0U);
    }
}

TEST_F(allocations, no_more_memory_stays_for_new_rows_than_was_said)
{
    constexpr std::size_t segment_size = 4096;
    buffer rows(protocol_version::v2, {segment_size, 1 << 20, 127});
    detail::segment_chain taken;
    const auto allocations_of_filling_it = [&] {
        const std::size_t before = test::allocations();
        for (int i = 0; i < warm_up; ++i) {
            add(rows, i, "side");
        }
        taken = detail::buffer_access::take(rows).chain;
        return test::allocations() - before;
    };
    allocations_of_filling_it();
    std::size_t segments = 0;
    for (const detail::segment* one = taken.front(); one != nullptr; one = one->next) {
        ++segments;
    }
    ASSERT_GT(segments, 5U);

    detail::buffer_access::recycle(rows, std::move(taken));
    EXPECT_EQ(allocations_of_filling_it(), 0U);
    detail::buffer_access::recycle(rows, std::move(taken), 4 * segment_size - 1);
    EXPECT_EQ(allocations_of_filling_it(), segments - 3);
}

TEST_F(allocations, rows_that_are_to_wait_go_as_they_are_where_memory_runs_out)
{
    buffer rows;
    add(rows, 1, "side");
    const std::string text = rows.to_string();
    test::fail_allocation(0);
    detail::batch taken = detail::buffer_access::take_to_wait(rows);
    EXPECT_FALSE(test::spare_allocations());
    EXPECT_TRUE(rows.empty());
    detail::buffer_access::put_back(rows, std::move(taken));
    EXPECT_EQ(rows.to_string(), text);
}

TEST_F(allocations, a_batch_through_the_queue_allocates_nothing)
{
    buffer rows;
    detail::write_queue queue({});
    const std::string name = "side";
    std::size_t before = 0;
    for (int batch = 0; batch < 200; ++batch) {
        if (batch == 10) {
            before = test::allocations();
        }
        for (int i = 0; i < 1000; ++i) {
            add(rows, i, name);
        }
        queue.push(detail::buffer_access::take(rows));
        auto& queued = *queue.next({}).to_send;
        queue.begin_attempt(queued, {});
        detail::batch done = queue.acknowledge(queued);
        detail::buffer_access::recycle(rows, std::move(done.chain));
    }
    EXPECT_EQ(test::allocations() - before, 0U);
}

asio::awaitable<void> send_rows(sender_builder builder, std::size_t& allocated)
{
    auto s = co_await builder.build();
    for (int i = 0; i < warm_up + counted; ++i) {
        if (i == warm_up) {
            allocated = test::allocations();
        }
        co_await s.table("trades")
            .symbol("side", "buy")
            .column_f64("price", i)
            .at(timestamp_nanos(i));
    }
    allocated = test::allocations() - allocated;
    co_await s.close();
}

TEST_F(allocations, a_row_by_co_await_allocates_nothing)
{
#if COQUEST_PORTABLE_AWAITABLE
    GTEST_SKIP() << "each row has a coroutine frame";
#endif
    asio::io_context io(1);
    test::scripted_server server(io, [](const test::request&) { return test::ok(); });
    sender_builder builder("http", "127.0.0.1", server.port());
    builder.protocol_version(protocol_version::v2).auto_flush(false);
    std::size_t allocated = 0;

    test::run(io, send_rows(builder, allocated));

    // The rows are not sent during the measurement. Each segment is an allocation, and each comes
    // with a pause, which has one or two coroutine frames.
    const std::size_t segments =
        counted * sizeof("trades,side=buy price==.12345678 99999n") / (64 * 1024) + 1;
    EXPECT_LE(allocated, 3 * segments);
    EXPECT_GT(server.requests.size(), 0U);
}

} // namespace
