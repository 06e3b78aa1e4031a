// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The senders of the soak, each with several coroutines that write rows until they are stopped.
#pragma once

#include "soak/journal.hpp"

#include <coquest/error.hpp>
#include <coquest/sender.hpp>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace coquest::soak {

class fleet {
public:
    /// Totals; readable from any thread.
    struct counters {
        std::atomic<std::int64_t> acknowledged{0}; // rows
        std::atomic<std::int64_t> failures{0};     // calls that threw
        std::atomic<std::int64_t> longest_flush_ms{0};
    };

    /// Prepares a sender for each of @p builders, which writes into @p table.
    fleet(std::vector<sender_builder> builders, std::string table, journal& oracle, unsigned seed);

    /// Runs until stop(), then waits until every row is acknowledged. Rethrows unexpected
    /// exceptions of the writers.
    void run();
    /// Ends the writing. Callable from any thread.
    void stop() noexcept { stop_ = true; }

    [[nodiscard]] const counters& counts() const noexcept { return counts_; }
    /// Returns the number of rows that each writer committed. Valid after run().
    [[nodiscard]] const row_counts& committed() const noexcept { return committed_; }

private:
    asio::awaitable<void> serve(sender_builder builder, int first_writer);
    asio::awaitable<sender> build(sender_builder builder);
    asio::awaitable<void> write(sender& target, int writer, int& running);
    asio::awaitable<void> add(sender& target, int writer);
    asio::awaitable<void> flush(sender& target, int writer);
    void failed(const error& failure);
    asio::awaitable<void> pause(std::chrono::milliseconds limit);

    asio::io_context io_{1};
    std::vector<sender_builder> builders_;
    std::string table_;
    journal& journal_;
    std::minstd_rand random_;
    row_counts committed_;
    row_counts acknowledged_;
    counters counts_;
    std::atomic<bool> stop_{false};
    int serving_ = 0;
};

} // namespace coquest::soak
