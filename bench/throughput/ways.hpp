// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The ways in which coquest takes rows, each with the rows of every workload.
#pragma once

#include "support/encoders.hpp"

#include <coquest/sender.hpp>

#include <asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::bench {

/// Hands rows to a sender, which outlives the coroutine. What they are sent in is the sender's
/// choice (auto_flush_rows), but for "buffer", which flushes a buffer of its own.
using way = std::function<asio::awaitable<void>(sender& to, row_range which)>;

/// row: co_await at() for each; buffer: filled and flushed in turns; append: a function makes rows
/// of elements, in one await; typed: co_await append(row of a schema) for each; columns: slices of
/// them.
inline const std::vector<std::string> ways = {"row", "buffer", "append", "typed", "columns"};

/// How long each flush took, with the filling before it.
using flush_times = std::vector<std::chrono::nanoseconds>;

/// Makes the pool of @p workload, for runs of at most @p rows rows, and returns one of @c ways. It
/// adds to @p times, which outlives it, where it is "buffer".
way make_way(std::string_view name, std::string_view workload, std::size_t rows, std::size_t batch,
             flush_times& times);

} // namespace coquest::bench
