// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "soak/fleet.hpp"

#include <coquest/error.hpp>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace coquest::soak {
namespace {

constexpr int writers_of_a_sender = 4;
constexpr std::int64_t first_time = 1'700'000'000'000'000; // µs
constexpr std::int64_t step = 10'000; // between rows; about the rate at which they are written

void rethrow(std::exception_ptr thrown)
{
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

} // namespace

fleet::fleet(std::vector<sender_builder> builders, std::string table, journal& oracle,
             unsigned seed)
    : builders_(std::move(builders)), table_(std::move(table)), journal_(oracle), random_(seed)
{
}

void fleet::run()
{
    for (const sender_builder& builder : builders_) {
        const int first_writer = serving_ * writers_of_a_sender;
        ++serving_;
        asio::co_spawn(io_, serve(builder, first_writer), rethrow);
    }
    io_.run();
}

asio::awaitable<void> fleet::serve(sender_builder builder, int first_writer)
{
    sender target = co_await build(builder);
    int running = writers_of_a_sender;
    for (int i = 0; i < writers_of_a_sender; ++i) {
        asio::co_spawn(io_, write(target, first_writer + i, running), rethrow);
    }
    while (running != 0) {
        co_await pause(std::chrono::milliseconds(50));
    }
    co_await target.close();
}

asio::awaitable<sender> fleet::build(sender_builder builder)
{
    for (;;) {
        try {
            co_return co_await builder.build();
        } catch (const error& failure) {
            failed(failure);
        }
    }
}

asio::awaitable<void> fleet::write(sender& target, int writer, int& running)
{
    committed_[writer] = 0;
    while (!stop_) {
        const std::size_t rows = 1 + random_() % 60;
        for (std::size_t i = 0; i < rows; ++i) {
            co_await add(target, writer);
        }
        co_await flush(target, writer);
        co_await pause(std::chrono::milliseconds(500));
    }
    --running;
}

// A row that was not committed is added again under the same number.
asio::awaitable<void> fleet::add(sender& target, int writer)
{
    std::int64_t& n = committed_[writer];
    const timestamp_micros ts(first_time + n * step);
    const std::string name = std::to_string(writer);
    for (;;) {
        try {
            co_await target.table(table_).symbol("writer", name).column_i64("n", n).at(ts);
            break;
        } catch (const error& failure) {
            failed(failure);
        }
    }
    ++n;
}

// The sender keeps the rows of a flush that failed, so that another flush is enough.
asio::awaitable<void> fleet::flush(sender& target, int writer)
{
    const auto begin = std::chrono::steady_clock::now();
    const std::int64_t rows = committed_[writer];
    for (;;) {
        try {
            co_await target.flush();
            break;
        } catch (const error& failure) {
            failed(failure);
        }
    }
    journal_.acknowledged(writer, rows);
    counts_.acknowledged += rows - std::exchange(acknowledged_[writer], rows);
    const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    counts_.longest_flush_ms = std::max<std::int64_t>(counts_.longest_flush_ms, taken.count());
}

// No fault of the soak produces rows that the server rejects.
void fleet::failed(const error& failure)
{
    ++counts_.failures;
    if (failure.info().state == delivery::rejected) {
        throw failure;
    }
}

asio::awaitable<void> fleet::pause(std::chrono::milliseconds limit)
{
    asio::steady_timer timer(io_, limit * (random_() % 1000) / 1000);
    co_await timer.async_wait(asio::use_awaitable);
}

} // namespace coquest::soak
