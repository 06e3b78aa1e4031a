// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Encodes rows from columns.
//
// The key of a value (its separator and name) is composed once. A row is written in one pass: the
// symbols, then the columns, each after a comma. The comma of the first column becomes a space at
// the end, because only then is it known which columns the row has.
#pragma once

#include <coquest/columns.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {

class column_encoder {
public:
    /// Prepares to encode @p batch, which must outlive the encoder, for @p target. Throws
    /// errc::invalid_api_call if there is no column or the lengths differ, and errc::invalid_name.
    column_encoder(buffer& target, const column_batch& batch);
    column_encoder(const column_encoder&) = delete;
    column_encoder& operator=(const column_encoder&) = delete;

    [[nodiscard]] std::size_t row_count() const noexcept { return row_count_; }
    /// Appends the rows from @p first up to, but not including, @p last to @p target. That buffer
    /// has no open row, and the version and limits of the one that the constructor was given.
    /// Throws if a row is refused; the message has its number, and the rows before it stay.
    void append(buffer& target, std::size_t first, std::size_t last);

private:
    /// An encoded text of a dictionary with its key. Its size is 0 until a row needs it.
    struct entry {
        std::size_t begin = 0;
        std::size_t size = 0;
    };
    struct dictionary {
        std::vector<entry> entries;
        std::vector<char> encoded;
    };
    /// How the values of a column are written: all by its function, all by index, or otherwise.
    enum class write_method : unsigned char { value, index, other };
    struct cell {
        write_method method;
        cell_type::put_function put; // may be null if method is other
        const void* values;
        const char* key; // in keys_
        std::size_t key_size;
        const column_view* column;
        dictionary texts;
    };

    static void check_lengths(const column_batch& batch);
    void add_key(row_writer& rows, std::string_view prefix, std::string_view name, name_kind kind,
                 bool checked, std::string_view suffix);
    void add_cells(row_writer& rows, const std::vector<column_view>& columns, bool symbols);
    bool fits(row_writer& rows, std::size_t row) const;
    [[nodiscard]] std::size_t bound(std::size_t row) const;
    bool put_row(row_writer& rows, std::size_t row);
    char* put_cells(row_writer& rows, std::span<cell> cells, std::size_t row, char* out);
    char* put_value(row_writer& rows, const cell& source, std::size_t row, char* out);
    char* put_indexed(row_writer& rows, cell& source, std::size_t row, char* out);
    [[gnu::noinline]] char* put_other(row_writer& rows, cell& source, std::size_t row, char* out);
    [[gnu::noinline]] static bool encode(cell& source, std::size_t index);
    [[gnu::noinline]] char* put_by_calls(row_writer& rows, const cell& source, std::size_t row,
                                         char* out);
    static void add_indexed(row_writer& rows, const column_view& column, std::size_t row);
    bool finish(row_writer& rows, std::size_t row) const;

    row_times times_;
    std::size_t row_count_ = 0;
    std::vector<char> keys_; // the table, then the keys of cells_
    std::size_t table_size_ = 0;
    std::vector<cell> cells_; // symbols_, then fields_
    std::span<cell> symbols_;
    std::span<cell> fields_;
    std::size_t fixed_bound_ = 0; // maximum size of a row without its texts
    std::size_t wide_bound_ = 0;  // maximum size of any row
};

} // namespace coquest::inline v0::detail
