// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Makes rows of columns.
//
// What precedes a value, separator and name, is put together once. A row is written in one go:
// symbols, then columns, each behind a comma; the comma of the first column becomes a space at the
// end, since it is known then which columns the row has.
#pragma once

#include <coquest/columns.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace coquest::detail {

class column_encoder {
public:
    /// Prepares rows for @p rows. Throws errc::invalid_api_call where columns differ in length or
    /// there is none, errc::invalid_name. @p batch outlives the encoder.
    column_encoder(buffer& rows, const column_batch& batch);
    column_encoder(const column_encoder&) = delete;
    column_encoder& operator=(const column_encoder&) = delete;

    [[nodiscard]] std::size_t row_count() const noexcept { return row_count_; }
    /// Adds rows, the last one not included, to @p rows, in which none is open, and which is as the
    /// one given at first. Throws where one is refused, with its number; those before it stay.
    void append(buffer& rows, std::size_t first, std::size_t last);

private:
    /// A text of a dictionary, with the key before it; no bytes before a row has it.
    struct entry {
        std::size_t begin = 0;
        std::size_t size = 0;
    };
    struct dictionary {
        std::vector<entry> entries;
        std::vector<char> encoded;
    };
    /// How the values of a column are written: all by its function, all by index, or else.
    enum class way : unsigned char { value, index, other };
    struct cell {
        way how;
        cell_type::put_function put; // may be null where how is other
        const void* values;
        const char* key; // in keys_
        std::size_t key_size;
        const column_view* column;
        dictionary texts;
    };

    static void check_lengths(const column_batch& batch);
    void add_key(buffer& rows, std::string_view before, std::string_view name, name_kind kind,
                 bool checked, std::string_view after);
    void add_cells(buffer& rows, const std::vector<column_view>& columns, bool symbols);
    bool fits(buffer& rows, std::size_t row) const;
    [[nodiscard]] std::size_t bound(std::size_t row) const;
    bool put_row(buffer& rows, std::size_t row);
    char* put_cells(buffer& rows, std::span<cell> cells, std::size_t row, char* out);
    char* put_value(buffer& rows, const cell& of, std::size_t row, char* out);
    char* put_indexed(buffer& rows, cell& of, std::size_t row, char* out);
    [[gnu::noinline]] char* put_other(buffer& rows, cell& of, std::size_t row, char* out);
    [[gnu::noinline]] static bool encode(cell& of, std::size_t index);
    [[gnu::noinline]] char* put_by_calls(buffer& rows, const cell& of, std::size_t row, char* out);
    static void add_indexed(buffer& rows, const column_view& column, std::size_t row);
    bool finish(buffer& rows, std::size_t row) const;

    row_times times_;
    std::size_t row_count_ = 0;
    std::vector<char> keys_; // the table first, then those of cells_
    std::size_t table_size_ = 0;
    std::vector<cell> cells_; // symbols_, then fields_
    std::span<cell> symbols_;
    std::span<cell> fields_;
    std::size_t fixed_bound_ = 0; // most bytes of a row without its texts
    std::size_t wide_bound_ = 0;  // most bytes of any row
};

} // namespace coquest::detail
