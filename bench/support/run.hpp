// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Runs a program's coroutine to its end.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <exception>
#include <utility>

namespace coquest::bench {

/// Runs @p program on one thread, and rethrows its exception.
inline void run(asio::awaitable<void> program)
{
    asio::io_context io(1);
    std::exception_ptr failure;
    asio::co_spawn(io, std::move(program),
                   [&failure](std::exception_ptr e) { failure = std::move(e); });
    io.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
}

} // namespace coquest::bench
