// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/column_encoder.hpp"

#include "core/name.hpp"
#include "core/processor.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

namespace coquest {
namespace detail {
namespace {

constexpr std::size_t block = 16;
static_assert(block <= text_slack);
constexpr std::size_t max_timestamp_text = 1 + max_integer_text + 2; // " ", "n", "\n"

/// Copies in blocks, which may read and write up to 16 bytes more than asked for.
char* put_blocks(char* out, const char* from, std::size_t size) noexcept
{
    std::memcpy(out, from, block);
    for (std::size_t i = block; i < size; i += block) {
        std::memcpy(out + i, from + i, block);
    }
    return out + size;
}

std::string counted(std::size_t count, const char* what)
{
    return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

} // namespace

void refuse_validity(column_name name, std::size_t count, std::size_t values)
{
    throw error(errc::invalid_api_call, "column " + quoted(name.view()) + ": " +
                                            counted(count, "validity flag") + " for " +
                                            counted(values, "value"));
}

void refuse_time_point()
{
    throw error(errc::invalid_timestamp, "the time point does not fit a 64-bit timestamp");
}

column_encoder::column_encoder(buffer& rows, const column_batch& batch) : times_(batch.times)
{
    check_lengths(batch);
    row_count_ = batch.columns.front().size();
    const table_name& table = batch.table;
    add_key(rows, "", table.view(), name_kind::table, table.checked(), "");
    table_size_ = keys_.size();
    add_cells(rows, batch.columns, true);
    const std::size_t symbols = cells_.size();
    add_cells(rows, batch.columns, false);
    symbols_ = std::span(cells_).first(symbols);
    fields_ = std::span(cells_).subspan(symbols);
    fixed_bound_ = keys_.size() + cells_.size() * max_double_text + max_timestamp_text;
    keys_.resize(keys_.size() + block);
    wide_bound_ = fixed_bound_;
    const char* key = keys_.data() + table_size_;
    for (cell& one : cells_) {
        one.key = std::exchange(key, key + one.key_size);
        const column_view& column = *one.column;
        const cell_type& cells = *column.cells_;
        if (cells.index != nullptr) {
            wide_bound_ +=
                2 * cells.longest_text(column.texts_, column.texts_there_, 0, column.text_count_);
        } else if (cells.longest != nullptr) {
            wide_bound_ += 2 * cells.longest(column.values_, column.there_, 0, row_count_);
        }
    }
}

void column_encoder::check_lengths(const column_batch& batch)
{
    if (batch.columns.empty()) {
        throw error(errc::invalid_api_call, "append_columns needs a column at least");
    }
    const column_view& first = batch.columns.front();
    const std::string expected =
        ", but column " + quoted(first.name().view()) + " has " + std::to_string(first.size());
    for (const column_view& column : batch.columns) {
        if (column.size() != first.size()) {
            throw error(errc::invalid_api_call, "column " + quoted(column.name().view()) + " has " +
                                                    counted(column.size(), "value") + expected);
        }
    }
    if (batch.times.read_ != nullptr && batch.times.size_ != first.size()) {
        throw error(errc::invalid_api_call, counted(batch.times.size_, "timestamp") + expected);
    }
}

/// Adds what stands before a value to keys_.
void column_encoder::add_key(buffer& rows, std::string_view before, std::string_view name,
                             name_kind kind, bool checked, std::string_view after)
{
    keys_.insert(keys_.end(), before.begin(), before.end());
    const std::size_t begin = keys_.size();
    keys_.resize(begin + 2 * name.size());
    char* const end = rows.put_odd_name(keys_.data() + begin, name, kind, checked);
    if (end == nullptr) {
        rows.refuse_finish("append_columns");
        rows.throw_problem();
    }
    keys_.resize(static_cast<std::size_t>(end - keys_.data()));
    keys_.insert(keys_.end(), after.begin(), after.end());
}

void column_encoder::add_cells(buffer& rows, const std::vector<column_view>& columns, bool symbols)
{
    const bool binary = rows.version() != protocol_version::v1;
    for (const column_view& column : columns) {
        const cell_type& cells = *column.cells_;
        if (cells.is_symbol != symbols) {
            continue;
        }
        cell made{};
        made.how = !column.there_.all()                                  ? way::other
                   : cells.index != nullptr && column.texts_there_.all() ? way::index
                   : cells.put[0] != nullptr                             ? way::value
                                                                         : way::other;
        made.put = cells.put[binary ? 1 : 0];
        made.values = column.values_;
        made.key_size = keys_.size();
        add_key(rows, ",", column.name().view(), name_kind::column, column.name().checked(),
                binary ? cells.binary_after : "=");
        made.key_size = keys_.size() - made.key_size;
        made.column = &column;
        made.texts.entries.resize(column.text_count_);
        cells_.push_back(std::move(made));
    }
}

COQUEST_INLINE bool column_encoder::put_row(buffer& rows, std::size_t row)
{
    if (!fits(rows, row)) [[unlikely]] {
        return false;
    }
    char* out = put_blocks(rows.pos_, keys_.data(), table_size_);
    out = put_cells(rows, symbols_, row, out);
    if (out == nullptr) [[unlikely]] {
        return false;
    }
    // an offset, since a row may move to another segment
    const auto fields = static_cast<std::size_t>(out - rows.row_);
    out = put_cells(rows, fields_, row, out);
    if (out == nullptr) [[unlikely]] {
        return false;
    }
    const auto size = static_cast<std::size_t>(out - rows.row_);
    if (size == table_size_) [[unlikely]] {
        rows.break_row(errc::invalid_api_call,
                       "every column is NULL, and a row has one value at least");
        return false;
    }
    if (size != fields) {
        rows.row_[fields] = ' ';
    }
    rows.pos_ = out;
    rows.state_ = buffer::state::column;
    return true;
}

/// Makes room for what may follow in a row; false where the buffer refuses.
COQUEST_INLINE bool column_encoder::fits(buffer& rows, std::size_t row) const
{
    return static_cast<std::size_t>(rows.end_ - rows.pos_) >= wide_bound_ ||
           rows.ensure(bound(row));
}

std::size_t column_encoder::bound(std::size_t row) const
{
    std::size_t bytes = fixed_bound_;
    for (const cell& one : cells_) {
        const column_view& column = *one.column;
        const cell_type& cells = *column.cells_;
        if (cells.longest != nullptr) {
            bytes += 2 * cells.longest(column.values_, column.there_, row, row + 1);
        } else if (cells.index != nullptr && (column.there_.all() || column.there_.has(row))) {
            const std::size_t index = cells.index(column.values_, row);
            if (index < column.text_count_) {
                bytes +=
                    2 * cells.longest_text(column.texts_, column.texts_there_, index, index + 1);
            }
        }
    }
    return bytes;
}

/// Writes some columns of a row; null where one is refused.
COQUEST_INLINE char* column_encoder::put_cells(buffer& rows, std::span<cell> cells, std::size_t row,
                                               char* out)
{
    for (cell& one : cells) {
        if (one.how == way::value) {
            out = put_value(rows, one, row, out);
        } else if (one.how == way::index) {
            out = put_indexed(rows, one, row, out);
        } else {
            out = put_other(rows, one, row, out);
        }
        if (out == nullptr) [[unlikely]] {
            return nullptr;
        }
    }
    return out;
}

COQUEST_INLINE char* column_encoder::put_value(buffer& rows, const cell& of, std::size_t row,
                                               char* out)
{
    char* const value = put_blocks(out, of.key, of.key_size);
    char* const end = of.put(value, of.values, row);
    return end != nullptr ? end : put_by_calls(rows, of, row, out);
}

COQUEST_INLINE char* column_encoder::put_indexed(buffer& rows, cell& of, std::size_t row, char* out)
{
    const std::size_t index = of.column->cells_->index(of.values, row);
    if (index >= of.texts.entries.size() ||
        (of.texts.entries[index].size == 0 && !encode(of, index))) [[unlikely]] {
        return put_by_calls(rows, of, row, out);
    }
    const entry& text = of.texts.entries[index];
    return put_blocks(out, of.texts.encoded.data() + text.begin, text.size);
}

/// Writes a value that may be NULL, or that has no function of its own.
char* column_encoder::put_other(buffer& rows, cell& of, std::size_t row, char* out)
{
    const column_view& column = *of.column;
    if (!column.there_.all() && !column.there_.has(row)) {
        return out;
    }
    if (column.cells_->index == nullptr) {
        return of.put != nullptr ? put_value(rows, of, row, out) : put_by_calls(rows, of, row, out);
    }
    const std::size_t index = column.cells_->index(column.values_, row);
    const bool null =
        index < column.text_count_ && !column.texts_there_.all() && !column.texts_there_.has(index);
    return null ? out : put_indexed(rows, of, row, out);
}

/// Encodes a text of a dictionary; false where it is refused.
bool column_encoder::encode(cell& of, std::size_t index)
{
    const column_view& column = *of.column;
    const std::string_view text = column.cells_->text(column.texts_, index);
    std::vector<char>& encoded = of.texts.encoded;
    const std::size_t begin = encoded.size() - std::min(encoded.size(), text_slack);
    encoded.resize(begin + of.key_size + 2 * text.size() + text_slack);
    char* const out = encoded.data() + begin;
    std::memcpy(out, of.key, of.key_size);
    const char* const end = put_symbol(out + of.key_size, text);
    const std::size_t size = end != nullptr ? static_cast<std::size_t>(end - out) : 0;
    of.texts.entries[index] = {begin, size};
    encoded.resize(begin + size + text_slack);
    return end != nullptr;
}

/// Writes a value that only the calls of a row write, or that they refuse.
char* column_encoder::put_by_calls(buffer& rows, const cell& of, std::size_t row, char* out)
{
    const column_view& column = *of.column;
    const cell_type& cells = *column.cells_;
    rows.pos_ = out;
    rows.state_ = cells.is_symbol ? buffer::state::symbol : buffer::state::column;
    if (cells.add != nullptr) {
        cells.add(rows, column, row);
    } else {
        add_indexed(rows, column, row);
    }
    return rows.state_ != buffer::state::broken && fits(rows, row) ? rows.pos_ : nullptr;
}

void column_encoder::add_indexed(buffer& rows, const column_view& column, std::size_t row)
{
    const std::size_t index = column.cells_->index(column.values_, row);
    if (index < column.text_count_) {
        rows.symbol(column.name(), column.cells_->text(column.texts_, index));
        return;
    }
    const bool negative = index == std::numeric_limits<std::size_t>::max();
    rows.break_row(errc::invalid_api_call,
                   "symbol " + quoted(column.name().view()) + ": " +
                       (negative ? "a negative index" : "index " + std::to_string(index)) +
                       " is outside its " + counted(column.text_count_, "text"));
}

COQUEST_INLINE bool column_encoder::finish(buffer& rows, std::size_t row) const
{
    if (times_.unit_ == row_times::unit::none) {
        return rows.finish_now();
    }
    std::int64_t ticks = times_.ticks_;
    if (times_.read_ != nullptr) {
        if (!times_.there_.all() && !times_.there_.has(row)) {
            rows.break_row(errc::invalid_timestamp, "the timestamp is NULL");
        } else if (!times_.read_(times_.values_, row, ticks)) {
            rows.out_of_range();
        }
    }
    return times_.unit_ == row_times::unit::nanos ? rows.finish_at(timestamp_nanos(ticks))
                                                  : rows.finish_at(timestamp_micros(ticks));
}

void column_encoder::append(buffer& rows, std::size_t first, std::size_t last)
{
    for (std::size_t row = first; row < last; ++row) {
        if (put_row(rows, row) ? !finish(rows, row) : !rows.refuse_finish("append_columns"))
            [[unlikely]] {
            fault problem = rows.take_problem();
            problem.info.message = "row " + std::to_string(row) + ": " + problem.info.message;
            throw std::move(problem).to_error();
        }
    }
}

} // namespace detail

void buffer::append_batch(const detail::column_batch& batch)
{
    require_idle("append_columns");
    detail::column_encoder encoder(*this, batch);
    const position before{size(), rows_};
    try {
        encoder.append(*this, 0, encoder.row_count());
    } catch (...) {
        rewind(before);
        throw;
    }
}

} // namespace coquest
