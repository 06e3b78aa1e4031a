// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// How rows leave a buffer for the queue and come back: the sender's side of buffer.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/detail/segment.hpp>

#include <cstddef>
#include <limits>

namespace coquest::detail {

struct buffer_access {
    /// Moves the finished rows out; a row that is open stays.
    [[nodiscard]] static batch take(buffer& from);
    /// Does so for rows that are to wait: they hold little more memory than they need.
    [[nodiscard]] static batch take_to_wait(buffer& from);
    /// Puts rows back in front of what the buffer holds.
    static void put_back(buffer& to, batch&& rows) noexcept;
    /// Copies the finished rows.
    [[nodiscard]] static batch copy(const buffer& from);
    /// Hands segments back for new rows; those are freed that would make it more than @p most bytes
    /// that wait for some.
    static void recycle(buffer& to, segment_chain&& chain,
                        std::size_t most = std::numeric_limits<std::size_t>::max()) noexcept;
    /// Adds what @p row_fn makes of an element; see buffer::append.
    template <class RowFn, class Element>
    static void append_element(buffer& to, RowFn& row_fn, Element& element)
    {
        to.append_element(row_fn, element);
    }
    /// Says whether a row is open.
    [[nodiscard]] static bool row_open(const buffer& of) noexcept;
    /// Ends the row with the server's time or with a timestamp; the fault is empty on success.
    [[nodiscard]] static fault finish(buffer& of);
    [[nodiscard]] static fault finish(buffer& of, timestamp_micros value);
    [[nodiscard]] static fault finish(buffer& of, timestamp_nanos value);
};

} // namespace coquest::detail
