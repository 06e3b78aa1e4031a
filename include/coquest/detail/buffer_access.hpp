// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The access of a sender and of encoders to a buffer: a sender moves rows from the buffer to the
// queue and back.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/detail/language.hpp>
#include <coquest/detail/segment.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace coquest::inline v0::detail {

/// Gives this library access to the private parts of buffer.
struct buffer_access {
    /// Returns what writes the rows of a buffer, for encoders of this library.
    [[nodiscard]] static row_writer& writer(buffer& rows) noexcept { return rows.writer_; }
    /// Moves the finished rows out. An open row stays.
    [[nodiscard]] static batch take(buffer& source);
    /// Moves the finished rows out to wait in the queue. Few rows are copied to memory of their
    /// size.
    [[nodiscard]] static batch take_to_wait(buffer& source);
    /// Puts rows back, before those that the buffer holds.
    static void put_back(buffer& target, batch&& rows) noexcept;
    /// Records that rows of @p rows were in flight as batch @p batch of @p sender when a flush
    /// ended; 0: none were.
    static void set_pending(buffer& rows, std::uint64_t sender, std::uint64_t batch) noexcept;
    /// Returns the batch that set_pending() recorded for @p sender; 0: none.
    [[nodiscard]] static std::uint64_t pending_batch(const buffer& rows,
                                                     std::uint64_t sender) noexcept;
    /// Copies the finished rows.
    [[nodiscard]] static batch copy(const buffer& source);
    /// Returns segments to the buffer for new rows. Segments beyond @p most bytes of spare memory
    /// are freed.
    static void recycle(buffer& target, segment_chain&& chain,
                        std::size_t most = std::numeric_limits<std::size_t>::max()) noexcept;
    /// Adds the row that @p row_fn makes of an element, as buffer::append does.
    template <class RowFn, class Element>
    static void append_element(buffer& target, RowFn& row_fn, Element& element)
    {
        target.append_element(row_fn, element);
    }
    /// Returns true if a row is open.
    [[nodiscard]] static bool row_open(const buffer& rows) noexcept
    {
        return !rows.writer_.is_idle();
    }
    /// Returns the text `a row of table "x" is open`.
    [[nodiscard]] static std::string open_row(const buffer& rows);
    /// Moves the finished rows of @p source behind those of @p target, before an open row there.
    /// Fails if @p target has no room; the rows are dropped then.
    [[nodiscard]] static status insert_row(buffer& target, buffer& source);
    /// Returns a buffer that ignores all calls that add rows. It never changes, so that any number
    /// of threads may use it.
    [[nodiscard]] static buffer& no_rows() noexcept;
    /// Breaks the open row because a time point does not fit 64 bits.
    static void refuse_time_point(buffer& rows);
    /// Ends the row without a timestamp, which the server sets.
    [[nodiscard]] static status finish(buffer& rows);
    /// Ends the row with a timestamp.
    [[nodiscard]] static status finish(buffer& rows, timestamp_micros value);
    /// \copydoc finish(buffer&, timestamp_micros)
    [[nodiscard]] static status finish(buffer& rows, timestamp_nanos value);
};

} // namespace coquest::inline v0::detail
