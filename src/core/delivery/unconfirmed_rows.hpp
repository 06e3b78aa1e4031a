// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows that were sent over ILP over TCP, where the server acknowledges nothing. They are kept in
// case the connection is lost, and the rows with it.
#pragma once

#include <coquest/detail/segment.hpp>

#include <chrono>
#include <cstddef>
#include <list>

namespace coquest::inline v0::detail {

/// Holds the rows that were sent recently.
///
/// Rows count as stored when they were sent longer ago than config::tcp_resend_window and the
/// connection still works. The peer's TCP has acknowledged their bytes by then, or TCP_USER_TIMEOUT
/// would have closed the connection. QuestDB closes the connection immediately at a row that it
/// can't take, and commits within seconds. This does not hold if a proxy accepts the bytes and
/// keeps them.
class unconfirmed_rows {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// Rows that are sent within this period are dropped together.
    static constexpr std::chrono::seconds group_period{5};

    /// @p max_memory is the size in bytes for which trim() will be called, about. Rows count as
    /// stored after @p confirmed_after.
    unconfirmed_rows(std::size_t max_memory, std::chrono::milliseconds confirmed_after) noexcept;

    [[nodiscard]] std::chrono::milliseconds confirmed_after() const noexcept
    {
        return confirmed_after_;
    }

    /// Allocates what the next add() needs, so that it can't fail.
    void prepare();
    /// Keeps rows that were sent at @p now. Segments that are not needed go to @p spare.
    void add(batch&& sent, time_point now, segment_chain& spare) noexcept;
    /// Drops the rows that count as stored. Then evicts the oldest rows until at most
    /// @p max_memory bytes are held. Their segments go to @p spare.
    void trim(time_point now, std::size_t max_memory, segment_chain& spare) noexcept;
    /// Removes all rows and returns them, in order.
    [[nodiscard]] batch take() noexcept;

    /// Returns the number of rows that are kept.
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    /// Returns the largest number of rows that may be unconfirmed and were not kept, because there
    /// was no room.
    [[nodiscard]] std::size_t evicted() const noexcept { return evicted_; }
    /// Returns the memory that is held, in bytes.
    [[nodiscard]] std::size_t memory() const noexcept { return memory_; }

private:
    struct group {
        batch rows;
        std::size_t memory = 0;
        time_point first_sent;
        time_point last_sent;
    };

    void drop_front(segment_chain& spare) noexcept;

    std::chrono::milliseconds confirmed_after_;
    std::size_t max_group_; // bytes; small groups waste little when they are evicted
    std::list<group> groups_;
    std::list<group> spare_; // a node for add()
    std::size_t rows_ = 0;
    std::size_t memory_ = 0;
    std::size_t evicted_ = 0;
    time_point evicted_until_; // when the evicted rows count as stored
};

} // namespace coquest::inline v0::detail
