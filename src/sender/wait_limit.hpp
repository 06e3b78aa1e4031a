// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What the calls that wait have in common: cancellation, a time limit, and the text when it is
// over.
#pragma once

#include "net/transport.hpp"

#include <asio/cancellation_state.hpp>
#include <asio/cancellation_type.hpp>

#include <chrono>
#include <string>

namespace coquest::inline v0::detail {

// The state must be a variable: a temporary within a co_await expression breaks the frame of a
// coroutine that g++ 12 compiles.
[[nodiscard]] inline bool is_cancelled(const asio::cancellation_state& state) noexcept
{
    return state.cancelled() != asio::cancellation_type::none;
}

/// Returns when a wait that starts now has lasted for @p limit; 0 is no limit.
[[nodiscard]] inline net::clock::time_point deadline_after(std::chrono::milliseconds limit)
{
    return limit.count() == 0 ? net::clock::time_point::max() : net::clock::now() + limit;
}

/// Returns "key (limit ms) is over".
[[nodiscard]] inline std::string limit_is_over(const char* key, std::chrono::milliseconds limit)
{
    return std::string(key) + " (" + std::to_string(limit.count()) + " ms) is over";
}

} // namespace coquest::inline v0::detail
