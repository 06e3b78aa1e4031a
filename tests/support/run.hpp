// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Runs a test's coroutine to its end, and fails the test if the coroutine hangs.
#pragma once

#include <coquest/error.hpp>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace coquest::test {

/// Runs @p body on @p io until it ends, and rethrows its exception. Fails if the body hangs.
inline void run(
    asio::io_context& io, asio::awaitable<void> body,
    std::chrono::seconds limit = std::chrono::seconds(20)) // detects a hang; not a deadline
{
    bool done = false;
    std::exception_ptr failure;
    asio::co_spawn(io, std::move(body), [&](std::exception_ptr thrown) {
        done = true;
        failure = std::move(thrown);
        io.stop();
    });
    io.restart();
    io.run_for(limit);
    ASSERT_TRUE(done) << "the coroutine did not end";
    if (failure) {
        std::rethrow_exception(failure);
    }
}

/// Runs handlers on @p io until @p holds returns true; fails if that does not happen.
inline void run_until(asio::io_context& io, const std::function<bool()>& holds)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    io.restart();
    while (!holds()) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline)
            << "what was waited for did not happen";
        io.run_one_for(std::chrono::milliseconds(100));
    }
}

/// Awaits @p operation and returns the coquest::error that it throws.
inline asio::awaitable<error> failure_of(asio::awaitable<void> operation)
{
    std::optional<error> thrown;
    try {
        co_await std::move(operation);
    } catch (const error& e) {
        thrown = e;
    }
    if (!thrown) {
        ADD_FAILURE() << "nothing was thrown";
        thrown.emplace(errc::invalid_api_call, "nothing was thrown");
    }
    co_return *thrown;
}

} // namespace coquest::test
