// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The memory of a buffer: which bytes are finished rows, which are the open row, and what is free.
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/detail/segment.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {

/// Holds finished rows in segments, and the open row behind them. The open row is always in one
/// segment, the open segment: row_begin() to row_end(). Its writer appends bytes after has_room()
/// or make_room(), and tells by set_row_end() where they end. A segment_store that was moved from
/// is empty.
class segment_store {
public:
    /// A place after a finished row.
    struct position {
        std::size_t size = 0; // bytes of the rows before it
        std::size_t rows = 0;
    };

    /// @p segment_size, @p max_size: bytes of a segment, and most bytes of finished rows.
    /// @p check_rows: whether needs_check() is true for every row.
    segment_store(std::size_t segment_size, std::size_t max_size, bool check_rows) noexcept;
    segment_store(segment_store&& other) noexcept;
    segment_store& operator=(segment_store&& other) noexcept;
    ~segment_store();

    /// Returns the first byte of the open row.
    [[nodiscard]] char* row_begin() const noexcept { return row_; }
    /// Returns where the next byte of the open row is written.
    [[nodiscard]] char* row_end() const noexcept { return pos_; }
    [[nodiscard]] std::size_t row_bytes() const noexcept
    {
        return static_cast<std::size_t>(pos_ - row_);
    }
    /// Returns true if @p bytes can be appended to the open row. Kernels may overwrite up to
    /// text_slack bytes more.
    [[nodiscard]] bool has_room(std::size_t bytes) const noexcept
    {
        return static_cast<std::size_t>(end_ - pos_) >= bytes;
    }
    /// Moves the open row to a segment that has room for @p bytes more. Throws std::bad_alloc.
    void make_room(std::size_t bytes);
    void set_row_end(char* end) noexcept { pos_ = end; }
    /// Drops the bytes of the open row.
    void drop_row() noexcept { pos_ = row_; }
    /// Returns true if a row that ends at @p end may exceed max_size, or if all rows are checked.
    [[nodiscard]] bool needs_check(const char* end) const noexcept { return end > limit_; }
    /// Finishes the open row, which ends at @p end.
    void commit(char* end) noexcept
    {
        row_ = pos_ = end;
        ++rows_;
    }
    /// Records that the server sets the timestamp of some finished rows.
    void set_server_time() noexcept { server_time_ = true; }

    /// Returns the number of finished rows.
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    /// Returns the bytes of finished rows.
    [[nodiscard]] std::size_t size() const noexcept { return full_.bytes() + bytes_in_open(); }
    [[nodiscard]] std::size_t max_size() const noexcept { return max_size_; }
    /// Returns the error text if there is no room for @p bytes more.
    [[nodiscard]] std::string lack_of_room(std::size_t bytes) const;
    [[nodiscard]] position end() const noexcept { return {size(), rows_}; }
    /// Returns the finished rows as pieces of memory, in order.
    [[nodiscard]] std::vector<std::string_view> chunks() const;

    /// Drops all rows, and keeps the segments.
    void clear() noexcept;
    /// Drops the open row, and the rows after @p target if there are any.
    void rewind(position target) noexcept;
    /// Moves the finished rows out. The open row stays. Throws std::bad_alloc.
    [[nodiscard]] batch take();
    /// Moves the finished rows out to wait in the queue. Few rows are copied to memory of their
    /// size.
    [[nodiscard]] batch take_to_wait();
    /// Copies the finished rows. Throws std::bad_alloc.
    [[nodiscard]] batch copy() const;
    /// Puts rows before those that are here.
    void put_back(batch&& rows) noexcept;
    /// Copies the finished rows of @p source behind those that are here, before the open row.
    /// Throws std::bad_alloc.
    void insert(const segment_store& source);
    /// Takes segments for new rows. Segments beyond @p most bytes of spare memory are freed.
    void recycle(segment_chain&& chain,
                 std::size_t most = std::numeric_limits<std::size_t>::max()) noexcept;

private:
    void swap(segment_store& other) noexcept;
    void set_limit() noexcept;
    [[nodiscard]] std::size_t bytes_in_open() const noexcept
    {
        return static_cast<std::size_t>(row_ - begin_);
    }

    char* pos_ = nullptr;   // the next byte to write
    char* end_ = nullptr;   // end of the open segment, less the slack that kernels may overwrite
    char* row_ = nullptr;   // first byte of the open row
    char* begin_ = nullptr; // first byte of the open segment
    char* limit_ = nullptr; // where max_size_ is reached; begin_ if each row is checked
    std::size_t rows_ = 0;

    segment* open_ = nullptr;
    segment_chain full_;  // finished rows before those of the open segment
    segment_chain spare_; // empty segments for later rows
    std::size_t segment_size_;
    std::size_t max_size_;
    bool check_rows_;
    bool server_time_ = false; // whether the server sets the timestamp of some finished rows
};

} // namespace coquest::inline v0::detail
