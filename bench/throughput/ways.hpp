// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The ways to hand rows over to coquest, each for the rows of every workload.
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

/// Hands rows over to a sender, which must outlive the coroutine. The sender forms the batches
/// (auto_flush_rows), except for "buffer", which flushes its own buffer.
using way = std::function<asio::awaitable<void>(sender& target, row_range range)>;

/// row: co_await at() for each row; buffer: filled and flushed in turns; append: a function makes
/// rows from elements, in one await; typed: co_await append(row of a schema) for each row; columns:
/// slices of columns.
inline const std::vector<std::string> ways = {"row", "buffer", "append", "typed", "columns"};

/// The duration of each flush, including the filling of the buffer.
using flush_times = std::vector<std::chrono::nanoseconds>;

/// Makes the pool of @p workload, for runs of at most @p rows rows, and returns one of @c ways. If
/// it is "buffer", it adds to @p times, which must outlive it.
way make_way(std::string_view name, std::string_view workload, std::size_t rows, std::size_t batch,
             flush_times& times);

} // namespace coquest::bench
