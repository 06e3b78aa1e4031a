// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Decides when the rows that gather in a sender become a batch.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>

namespace coquest::inline v0::detail {

/// Decides when to seal the batch that is being filled: by its rows, its bytes, its age, or because
/// somebody asked for it.
///
/// It holds no rows. The sender reports each commit, does what row_committed() returns, and looks
/// at is_due() and deadline() when a connection has nothing to send.
class batcher {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// A coroutine that commits rows and never waits for anything else lets others run after so
    /// many bytes.
    static constexpr std::size_t bytes_per_turn = std::size_t{64} * 1024;

    struct limits {
        bool enabled = true;   // auto_flush; without it, only request() seals a batch
        std::size_t rows = 0;  // 0: no limit
        std::size_t bytes = 0; // 0: no limit
        std::optional<std::chrono::milliseconds> interval; // the age of the oldest row
    };

    /// What the sender does after a commit.
    enum class action {
        nothing,
        pause,          // let other coroutines run
        seal,           // seal the batch, and pause
        seal_if_idle,   // the batch is due: a connection that is idle seals it
        start_interval, // call start_interval() with the time
    };

    explicit batcher(const limits& configured) noexcept
        : limits_(configured), max_bytes_(configured.enabled ? configured.bytes : 0)
    {
    }

    /// Returns true if row_committed() has to be called for a batch of @p rows rows and @p bytes
    /// bytes. It is false for most rows, and cheap.
    [[nodiscard]] bool needs_look(std::size_t rows, std::size_t bytes) const noexcept
    {
        return rows == 1 || rows == limits_.rows || bytes >= look_at_;
    }
    /// Returns what to do after a commit, with @p rows rows and @p bytes bytes in the batch.
    [[nodiscard]] action row_committed(std::size_t rows, std::size_t bytes) noexcept;
    /// Starts the interval of a new batch at @p now. Returns when it ends.
    time_point start_interval(time_point now) noexcept
    {
        seal_at_ = std::min(seal_at_, now + *limits_.interval);
        return seal_at_;
    }
    /// Makes the batch due now: somebody waits for its rows.
    void request() noexcept { seal_at_ = time_point::min(); }
    /// Starts over with an empty batch.
    void sealed() noexcept
    {
        seal_at_ = time_point::max();
        look_at_ = 0;
    }
    /// Keeps batches below @p max_bytes, the most that the server accepts; SIZE_MAX: no limit.
    void limit_bytes(std::size_t max_bytes) noexcept;

    /// Returns true if the batch is to be sealed at @p now.
    [[nodiscard]] bool is_due(time_point now) const noexcept { return seal_at_ <= now; }
    /// Returns when the batch is to be sealed, if it is not due at @p now already.
    [[nodiscard]] time_point deadline(time_point now) const noexcept
    {
        return is_due(now) ? time_point::max() : seal_at_;
    }

private:
    limits limits_;
    std::size_t max_bytes_;   // 0: no limit; less than configured if the server accepts less
    std::size_t look_at_ = 0; // bytes at which the limits are looked at
    time_point seal_at_ = time_point::max();
};

} // namespace coquest::inline v0::detail
