// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// How long to wait between two attempts: a pure function, so that it is tested without a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace coquest::detail {

/// Returns the pause after failed attempt number @p attempt, counted from 0: 10 ms that double up
/// to
/// @p max, less a random part of at most a half, so that many senders that failed together do not
/// return together. @p random is uniform over its whole range.
[[nodiscard]] std::chrono::milliseconds backoff(unsigned attempt, std::chrono::milliseconds max,
                                                std::uint32_t random) noexcept;

} // namespace coquest::detail
