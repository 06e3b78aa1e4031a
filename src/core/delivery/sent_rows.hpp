// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The rows that the connections of a sender have sent, where the server acknowledges nothing.
#pragma once

#include "core/delivery/unconfirmed_rows.hpp"

#include <coquest/detail/segment.hpp>

#include <chrono>
#include <cstddef>
#include <vector>

namespace coquest::inline v0::detail {

/// Holds a window of unconfirmed rows for each connection, and shares the memory among them.
class sent_rows {
public:
    using time_point = unconfirmed_rows::time_point;

    /// What is lost with a connection.
    struct loss {
        batch rows;
        std::size_t evicted = 0; // rows that may be unconfirmed and are no longer kept
        unsigned count = 0;      // losses in a row of that connection, this one included
        time_point first;        // of these losses
    };

    /// @p max_memory and @p confirmed_after: see unconfirmed_rows.
    sent_rows(std::size_t connections, std::size_t max_memory,
              std::chrono::milliseconds confirmed_after);

    /// Allocates what the next add() needs, so that it can't fail.
    void prepare(std::size_t connection) { windows_[connection].rows.prepare(); }
    /// Keeps rows that @p connection has sent at @p now, in @p room bytes for all connections.
    /// Segments that are not needed go to @p spare.
    void add(std::size_t connection, batch&& sent, time_point now, std::size_t room,
             segment_chain& spare) noexcept;
    /// Returns true if rows that were sent on @p connection may not be stored.
    [[nodiscard]] bool has_unconfirmed(std::size_t connection, time_point now, std::size_t room,
                                       segment_chain& spare) noexcept;
    /// Evicts rows until all fit into @p room bytes, first those of the fullest window.
    void evict(std::size_t room, segment_chain& spare) noexcept;
    /// Removes and returns the rows of @p connection, which is lost.
    [[nodiscard]] loss take(std::size_t connection, time_point now) noexcept;
    /// Forgets earlier losses: the next one is the first.
    void forget_losses() noexcept;
    /// Returns the memory that is held, in bytes.
    [[nodiscard]] std::size_t memory() const noexcept;

private:
    struct window {
        unconfirmed_rows rows;
        unsigned losses = 0;
        time_point first_loss;
        time_point last_loss;
    };

    void trim(window& target, time_point now, std::size_t room, segment_chain& spare) noexcept;

    std::chrono::milliseconds confirmed_after_;
    std::vector<window> windows_;
};

} // namespace coquest::inline v0::detail
