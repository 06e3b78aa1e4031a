// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What went out on a connection that acknowledges nothing (ILP over TCP): kept for the case that
// the connection is lost and with it, perhaps, the rows.
#pragma once

#include <coquest/detail/segment.hpp>

#include <chrono>
#include <cstddef>
#include <list>

namespace coquest::detail {

/// Holds the rows that were sent of late.
///
/// Rows that have been out for confirmed_after on a connection that is still sound count as stored:
/// their bytes are acknowledged by the peer's TCP, or TCP_USER_TIMEOUT would have ended the
/// connection; QuestDB hangs up at once at a row that it cannot take, and commits within seconds.
class unconfirmed_rows {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::seconds confirmed_after{20};
    static constexpr std::chrono::seconds together{5}; // what is sent within is forgotten at once

    /// Is to hold at most some @p size bytes.
    explicit unconfirmed_rows(std::size_t size) noexcept;

    /// Has the next add() need no memory.
    void prepare();
    /// Keeps rows that went out at @p now. Segments that it doesn't need for that go to @p spare.
    void add(batch&& sent, time_point now, segment_chain& spare) noexcept;
    /// Forgets what counts as stored, and the oldest of the rest until @p most bytes are held.
    void trim(time_point now, std::size_t most, segment_chain& spare) noexcept;
    /// Hands over what is kept, in order.
    [[nodiscard]] batch take() noexcept;

    /// Returns the number of rows that are kept.
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    /// Returns how many rows at most are neither stored for sure nor kept, for want of room.
    [[nodiscard]] std::size_t forgotten() const noexcept { return forgotten_; }
    /// Returns the bytes of memory that it holds.
    [[nodiscard]] std::size_t memory() const noexcept { return memory_; }

private:
    struct group {
        batch rows;
        std::size_t memory = 0;
        time_point first;
        time_point last;
    };

    void drop_front(segment_chain& spare) noexcept;

    std::size_t large_group_; // so that want of room costs little more than it must
    std::list<group> groups_;
    std::list<group> spare_; // a node for add()
    std::size_t rows_ = 0;
    std::size_t memory_ = 0;
    std::size_t forgotten_ = 0;
    time_point forgotten_until_; // when they count as stored
};

} // namespace coquest::detail
