// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/ilp/column_encoder.hpp"

#include "core/ilp/digits.hpp"
#include "core/ilp/processor.hpp"
#include "core/text/counted.hpp"
#include "core/text/quoted.hpp"

#include <coquest/detail/buffer_access.hpp>
#include <coquest/detail/row_writer.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

constexpr std::size_t block = 16;
static_assert(block <= text_slack);

/// Copies @p size bytes in blocks, which may read and write up to 16 bytes more.
char* put_blocks(char* out, const char* source, std::size_t size) noexcept
{
    std::memcpy(out, source, block);
    for (std::size_t i = block; i < size; i += block) {
        std::memcpy(out + i, source + i, block);
    }
    return out + size;
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

column_encoder::column_encoder(buffer& target, const column_batch& batch) : times_(batch.times)
{
    row_writer& rows = buffer_access::writer(target);
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
    for (cell& source : cells_) {
        source.key = std::exchange(key, key + source.key_size);
        const column_view& column = *source.column;
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
        throw error(errc::invalid_api_call, "append_columns needs at least one column");
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

/// Appends the key of a column, or the table, to keys_.
void column_encoder::add_key(row_writer& rows, std::string_view prefix, std::string_view name,
                             name_kind kind, bool checked, std::string_view suffix)
{
    keys_.insert(keys_.end(), prefix.begin(), prefix.end());
    const std::size_t begin = keys_.size();
    keys_.resize(begin + 2 * name.size());
    char* const end = rows.put_odd_name(keys_.data() + begin, name, kind, checked);
    if (end == nullptr) {
        rows.refuse_finish("append_columns");
        rows.throw_problem();
    }
    keys_.resize(static_cast<std::size_t>(end - keys_.data()));
    keys_.insert(keys_.end(), suffix.begin(), suffix.end());
}

void column_encoder::add_cells(row_writer& rows, const std::vector<column_view>& columns,
                               bool symbols)
{
    const bool binary = rows.version() != protocol_version::v1;
    for (const column_view& column : columns) {
        const cell_type& cells = *column.cells_;
        if (cells.is_symbol != symbols) {
            continue;
        }
        cell added{};
        added.method = !column.there_.all()                                  ? write_method::other
                       : cells.index != nullptr && column.texts_there_.all() ? write_method::index
                       : cells.put[0] != nullptr                             ? write_method::value
                                                                             : write_method::other;
        added.put = cells.put[binary ? 1 : 0];
        added.values = column.values_;
        added.key_size = keys_.size();
        add_key(rows, ",", column.name().view(), name_kind::column, column.name().checked(),
                binary ? cells.binary_after : "=");
        added.key_size = keys_.size() - added.key_size;
        added.column = &column;
        added.texts.entries.resize(column.text_count_);
        cells_.push_back(std::move(added));
    }
}

COQUEST_INLINE bool column_encoder::put_row(row_writer& rows, std::size_t row)
{
    if (!fits(rows, row)) [[unlikely]] {
        return false;
    }
    char* out = put_blocks(rows.memory().row_end(), keys_.data(), table_size_);
    out = put_cells(rows, symbols_, row, out);
    if (out == nullptr) [[unlikely]] {
        return false;
    }
    // an offset, because the row may move to another segment
    const auto fields = static_cast<std::size_t>(out - rows.memory().row_begin());
    out = put_cells(rows, fields_, row, out);
    if (out == nullptr) [[unlikely]] {
        return false;
    }
    const auto size = static_cast<std::size_t>(out - rows.memory().row_begin());
    if (size == table_size_) [[unlikely]] {
        rows.break_row(errc::invalid_api_call,
                       "every column is NULL, but a row needs at least one value");
        return false;
    }
    if (size != fields) {
        rows.memory().row_begin()[fields] = ' ';
    }
    rows.set_row(out, row_writer::state::column);
    return true;
}

/// Makes room for the rest of a row. Returns false if the buffer refuses it.
COQUEST_INLINE bool column_encoder::fits(row_writer& rows, std::size_t row) const
{
    return rows.memory().has_room(wide_bound_) || rows.ensure(bound(row));
}

std::size_t column_encoder::bound(std::size_t row) const
{
    std::size_t bytes = fixed_bound_;
    for (const cell& source : cells_) {
        const column_view& column = *source.column;
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

/// Writes some columns of a row. Returns null if a value is refused.
COQUEST_INLINE char* column_encoder::put_cells(row_writer& rows, std::span<cell> cells,
                                               std::size_t row, char* out)
{
    for (cell& source : cells) {
        if (source.method == write_method::value) {
            out = put_value(rows, source, row, out);
        } else if (source.method == write_method::index) {
            out = put_indexed(rows, source, row, out);
        } else {
            out = put_other(rows, source, row, out);
        }
        if (out == nullptr) [[unlikely]] {
            return nullptr;
        }
    }
    return out;
}

COQUEST_INLINE char* column_encoder::put_value(row_writer& rows, const cell& source,
                                               std::size_t row, char* out)
{
    char* const value = put_blocks(out, source.key, source.key_size);
    char* const end = source.put(value, source.values, row);
    return end != nullptr ? end : put_by_calls(rows, source, row, out);
}

COQUEST_INLINE char* column_encoder::put_indexed(row_writer& rows, cell& source, std::size_t row,
                                                 char* out)
{
    const std::size_t index = source.column->cells_->index(source.values, row);
    if (index >= source.texts.entries.size() ||
        (source.texts.entries[index].size == 0 && !encode(source, index))) [[unlikely]] {
        return put_by_calls(rows, source, row, out);
    }
    const entry& text = source.texts.entries[index];
    return put_blocks(out, source.texts.encoded.data() + text.begin, text.size);
}

/// Writes a value that may be NULL, or that has no function of its own.
char* column_encoder::put_other(row_writer& rows, cell& source, std::size_t row, char* out)
{
    const column_view& column = *source.column;
    if (!column.there_.all() && !column.there_.has(row)) {
        return out;
    }
    if (column.cells_->index == nullptr) {
        return source.put != nullptr ? put_value(rows, source, row, out)
                                     : put_by_calls(rows, source, row, out);
    }
    const std::size_t index = column.cells_->index(column.values_, row);
    const bool null =
        index < column.text_count_ && !column.texts_there_.all() && !column.texts_there_.has(index);
    return null ? out : put_indexed(rows, source, row, out);
}

/// Encodes a text of a dictionary. Returns false if the text is refused.
bool column_encoder::encode(cell& source, std::size_t index)
{
    const column_view& column = *source.column;
    const std::string_view text = column.cells_->text(column.texts_, index);
    std::vector<char>& encoded = source.texts.encoded;
    const std::size_t begin = encoded.size() - std::min(encoded.size(), text_slack);
    encoded.resize(begin + source.key_size + 2 * text.size() + text_slack);
    char* const out = encoded.data() + begin;
    std::memcpy(out, source.key, source.key_size);
    const char* const end = put_symbol(out + source.key_size, text);
    const std::size_t size = end != nullptr ? static_cast<std::size_t>(end - out) : 0;
    source.texts.entries[index] = {begin, size};
    encoded.resize(begin + size + text_slack);
    return end != nullptr;
}

/// Writes a value by the calls for single columns. They also report the error of a value that the
/// fast functions refuse.
char* column_encoder::put_by_calls(row_writer& rows, const cell& source, std::size_t row, char* out)
{
    const column_view& column = *source.column;
    const cell_type& cells = *column.cells_;
    rows.set_row(out, cells.is_symbol ? row_writer::state::symbol : row_writer::state::column);
    if (cells.add != nullptr) {
        cells.add(rows, column, row);
    } else {
        add_indexed(rows, column, row);
    }
    return !rows.is_broken() && fits(rows, row) ? rows.memory().row_end() : nullptr;
}

void column_encoder::add_indexed(row_writer& rows, const column_view& column, std::size_t row)
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

COQUEST_INLINE bool column_encoder::finish(row_writer& rows, std::size_t row) const
{
    if (times_.unit_ == row_times::unit::none) {
        return rows.finish_now();
    }
    std::int64_t ticks = times_.ticks_;
    if (times_.read_ != nullptr) {
        if (!times_.there_.all() && !times_.there_.has(row)) {
            rows.break_row(errc::invalid_timestamp, "the timestamp is NULL");
        } else if (!times_.read_(times_.values_, row, ticks)) {
            rows.refuse_time_point();
        }
    }
    return times_.unit_ == row_times::unit::nanos ? rows.finish_at(timestamp_nanos(ticks))
                                                  : rows.finish_at(timestamp_micros(ticks));
}

void column_encoder::append(buffer& target, std::size_t first, std::size_t last)
{
    row_writer& rows = buffer_access::writer(target);
    for (std::size_t row = first; row < last; ++row) {
        if (put_row(rows, row) ? !finish(rows, row) : !rows.refuse_finish("append_columns"))
            [[unlikely]] {
            status result = rows.take_problem();
            result.amend().message = "row " + std::to_string(row) + ": " + result.info().message;
            throw std::move(result).to_error();
        }
    }
}

} // namespace coquest::inline v0::detail
