// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Converts the columns of a record batch to column views. The structures are checked before a row
// is written. Their pointers must be valid.

#include <coquest/arrow.hpp>
#include <coquest/columns.hpp>

#include "core/ilp/arrow_formats.hpp"
#include "core/ilp/arrow_input.hpp"
#include "core/ilp/arrow_readers.hpp"
#include "core/text/quoted.hpp"

#include <algorithm>
#include <charconv>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>

namespace coquest::inline v0 {
namespace {

using namespace detail;
using input = arrow_input;

/// Reads the comma-separated numbers of a format. Returns false unless there are @p least to N.
template <std::size_t N>
bool read_numbers(std::string_view text, std::size_t least, std::array<int, N>& out) noexcept
{
    const char* position = text.data();
    const char* const end = position + text.size();
    for (std::size_t i = 0; i < N; ++i) {
        const auto [next, error_code] = std::from_chars(position, end, out[i]);
        if (error_code != std::errc()) {
            return false;
        }
        if (next == end) {
            return i + 1 >= least;
        }
        if (*next != ',') {
            return false;
        }
        position = next + 1;
    }
    return false;
}

[[noreturn]] void refuse_format(const input& column)
{
    column.refuse("format " + quoted(column.format()) +
                  (column.format() == "e" ? " (float16)" : "") +
                  " is not supported: convert it to bool, an integer, float32, float64, utf8, "
                  "large_utf8, utf8_view, one of these three with a dictionary, timestamp, date32, "
                  "date64, decimal, or a list of float64");
}

/// The columns of a record batch, and the memory to which they refer.
class arrow_batch {
public:
    arrow_batch(const ArrowSchema& schema, const ArrowArray& array, const arrow_options& options)
        : options_(options)
    {
        check_struct(schema, array);
        for (std::int64_t i = 0; i < schema.n_children; ++i) {
            const ArrowSchema* const child_schema = schema.children[i];
            const ArrowArray* const child = array.children[i];
            if (child_schema == nullptr || child == nullptr || child_schema->name == nullptr) {
                refuse_arrow(" column " + std::to_string(i) + " is missing or has no name");
            }
            input column{child_schema->name, *child_schema, *child};
            column.check(array.offset, array.length);
            add(column);
        }
        const auto expect_column = [&](const std::string& name) {
            const std::span children(schema.children, static_cast<std::size_t>(schema.n_children));
            if (std::ranges::none_of(children,
                                     [&](const auto* child) { return child->name == name; })) {
                refuse_arrow(": the options name " + detail::quoted(name) +
                             ", but there is no such column");
            }
        };
        if (!options.timestamp.empty()) {
            expect_column(options.timestamp);
        }
        std::ranges::for_each(options.symbols, expect_column);
    }

    [[nodiscard]] const std::vector<column_view>& columns() const noexcept { return columns_; }
    [[nodiscard]] row_times times() const { return times_.value_or(row_times(at_now)); }

private:
    static void check_struct(const ArrowSchema& schema, const ArrowArray& array)
    {
        if (schema.release == nullptr || array.release == nullptr) {
            refuse_arrow(": the schema or the array was released already");
        }
        if (schema.format == nullptr || std::string_view(schema.format) != "+s") {
            refuse_arrow(": the array is not a struct (record batch)");
        }
        if (!is_count(array.length) || !is_count(array.offset)) {
            refuse_arrow(": the struct's length or offset is out of range");
        }
        if (!is_count(schema.n_children) || schema.n_children != array.n_children ||
            (schema.n_children != 0 && (schema.children == nullptr || array.children == nullptr))) {
            refuse_arrow(": schema and array differ in their number of columns");
        }
        if (array.null_count == 0 || array.n_buffers < 1 || array.buffers == nullptr ||
            array.buffers[0] == nullptr) {
            return;
        }
        const validity valid{nullptr, static_cast<const std::uint8_t*>(array.buffers[0]),
                             static_cast<std::size_t>(array.offset)};
        for (std::size_t row = 0; row < static_cast<std::size_t>(array.length); ++row) {
            if (!valid.has(row)) {
                refuse_arrow(": row " + std::to_string(row) + " of the struct is NULL as a whole");
            }
        }
    }

    void add(const input& column)
    {
        const bool symbol =
            std::ranges::find(options_.symbols, column.name) != options_.symbols.end();
        const std::string_view format = column.format();
        if (!column.name.empty() && column.name == options_.timestamp) {
            return add_times(column);
        }
        if (column.schema.dictionary != nullptr || column.array.dictionary != nullptr) {
            return add_dictionary(column);
        }
        if (format == "u") {
            return add_text<std::int32_t>(column, symbol);
        }
        if (format == "U") {
            return add_text<std::int64_t>(column, symbol);
        }
        if (format == "vu") {
            return add_column(column,
                              symbol ? symbol_cells<arrow_text_view> : value_cells<arrow_text_view>,
                              text_views(column));
        }
        if (format == "n") {
            return;
        }
        if (symbol) {
            column.refuse(
                "only utf8, large_utf8 and utf8_view can be a symbol, and its format is " +
                quoted(format));
        }
        if (const auto* const time = find_time_format(format)) {
            return add_column(column, time->cells, fixed_width(column));
        }
        const auto* const simple =
            std::ranges::find(simple_formats, format, &simple_format::format);
        if (simple != std::end(simple_formats)) {
            return add_column(column, simple->cells, fixed_width(column));
        }
        if (format.starts_with("d:")) {
            return add_decimal(column, format.substr(2));
        }
        if (format == "+l") {
            return add_list<std::int32_t>(column);
        }
        if (format == "+L") {
            return add_list<std::int64_t>(column);
        }
        if (format.starts_with("+w:")) {
            return add_fixed_list(column, format.substr(3));
        }
        refuse_format(column);
    }

    void add_column(const input& column, const cell_type& cells, const arrow_source& source)
    {
        columns_.push_back(column_access::make(column.name, cells, &sources_.emplace_back(source),
                                               column.rows, column.valid_rows()));
    }

    static arrow_source fixed_width(const input& column)
    {
        column.expect_buffers(2);
        return {.values = column.buffer(1, column.rows != 0), .first = column.first};
    }

    template <class Offset>
    static arrow_source text(const input& column)
    {
        column.expect_buffers(3);
        const std::int64_t last = column.check_offsets<Offset>();
        return {.values = column.buffer(1, false),
                .first = column.first,
                .parts = column.buffer(2, last != 0)};
    }

    /// Returns the source of a column of text views. Checks that each text lies in one of the
    /// buffers, whose sizes are in the last buffer.
    static arrow_source text_views(const input& column)
    {
        if (column.array.n_buffers < 3) {
            column.expect_buffers(3);
        }
        column.expect_buffers(column.array.n_buffers);
        const auto buffers = static_cast<std::size_t>(column.array.n_buffers) - 3;
        const std::byte* const sizes = column.buffer(buffers + 2, buffers != 0);
        const std::byte* const views = column.buffer(1, column.rows != 0);
        const validity valid = column.valid_rows();
        for (std::size_t row = 0; row < column.rows; ++row) {
            if (!valid.all() && !valid.has(row)) {
                continue;
            }
            const std::byte* const view = views + (column.first + row) * arrow_text_view::size;
            const std::int64_t length = load<std::int32_t>(view, 0);
            if (length >= 0 && length <= arrow_text_view::max_inline) {
                continue;
            }
            const std::int64_t buffer_index = load<std::int32_t>(view, 2);
            const std::int64_t begin = load<std::int32_t>(view, 3);
            if (length < 0 || begin < 0 || buffer_index < 0 ||
                buffer_index >= static_cast<std::int64_t>(buffers) ||
                begin + length >
                    load<std::int64_t>(sizes, static_cast<std::size_t>(buffer_index))) {
                column.refuse("the view of row " + std::to_string(row) + " is out of range");
            }
            static_cast<void>(column.buffer(static_cast<std::size_t>(buffer_index) + 2, true));
        }
        return {.values = views, .first = column.first, .data = column.array.buffers + 2};
    }

    template <class Offset>
    void add_text(const input& column, bool symbol)
    {
        add_column(column,
                   symbol ? symbol_cells<arrow_text<Offset>> : value_cells<arrow_text<Offset>>,
                   text<Offset>(column));
    }

    void add_times(const input& column)
    {
        const time_format* const time = find_time_format(column.format());
        if (time == nullptr || column.schema.dictionary != nullptr) {
            column.refuse("only a timestamp can be the designated timestamp, and its format is " +
                          quoted(column.format()));
        }
        if (times_) {
            column.refuse("two columns of this name can't both be the designated timestamp");
        }
        const arrow_source& source = sources_.emplace_back(fixed_width(column));
        times_ = time->times(&source, column.rows, column.valid_rows());
    }

    void add_dictionary(const input& column)
    {
        if (column.schema.dictionary == nullptr || column.array.dictionary == nullptr) {
            column.refuse("only one of schema and array has a dictionary");
        }
        input texts{column.name, *column.schema.dictionary, *column.array.dictionary};
        texts.check(0, texts.array.length);
        const bool large = texts.format() == "U";
        const bool views = texts.format() == "vu";
        const char index = column.format().size() == 1 ? column.format().front() : '\0';
        const cell_type* const cells = views ? find_indexed_cells<arrow_text_view>(index)
                                       : large
                                           ? find_indexed_cells<arrow_text<std::int64_t>>(index)
                                           : find_indexed_cells<arrow_text<std::int32_t>>(index);
        if (cells == nullptr || (!large && !views && texts.format() != "u")) {
            column.refuse("a dictionary of format " + quoted(texts.format()) +
                          " by index of format " + quoted(column.format()) +
                          " is not supported: make it one of utf8 by an integer index");
        }
        add_column(column, *cells, fixed_width(column));
        const arrow_source& source = sources_.emplace_back(views   ? text_views(texts)
                                                           : large ? text<std::int64_t>(texts)
                                                                   : text<std::int32_t>(texts));
        column_access::set_texts(columns_.back(), &source, texts.rows, texts.valid_rows());
    }

    void add_decimal(const input& column, std::string_view parameters)
    {
        std::array<int, 3> numbers{0, 0, 128}; // precision, scale, bits
        const auto& [precision, scale, bits] = numbers;
        if (!read_numbers(parameters, 2, numbers) ||
            (bits != 32 && bits != 64 && bits != 128 && bits != 256)) {
            refuse_format(column);
        }
        arrow_source source = fixed_width(column);
        source.width = static_cast<std::size_t>(bits) / 8;
        source.scale = scale;
        add_column(column, value_cells<arrow_decimal>, source);
    }

    /// Adds the @p count elements of a list, which must be float64, to @p source.
    static void add_elements(const input& column, arrow_source& source, std::int64_t count)
    {
        if (column.schema.n_children != 1 || column.array.n_children != 1 ||
            column.schema.children == nullptr || column.array.children == nullptr ||
            column.schema.children[0] == nullptr || column.array.children[0] == nullptr) {
            column.refuse("a list has one child");
        }
        input elements{column.name, *column.schema.children[0], *column.array.children[0]};
        elements.check(0, count);
        if (elements.format() != "g" || elements.schema.dictionary != nullptr) {
            column.refuse("a list of format " + quoted(elements.format()) +
                          " is not supported: QuestDB takes arrays of float64 only");
        }
        elements.expect_buffers(2);
        source.parts = elements.buffer(1, count != 0);
        source.first_part = elements.first;
        source.valid_parts = elements.valid_rows();
    }

    template <class Offset>
    void add_list(const input& column)
    {
        column.expect_buffers(2);
        arrow_source source{.values = column.buffer(1, false), .first = column.first};
        add_elements(column, source, column.check_offsets<Offset>());
        add_column(column, value_cells<arrow_list<Offset>>, source);
    }

    void add_fixed_list(const input& column, std::string_view parameters)
    {
        column.expect_buffers(1);
        std::array<int, 1> size{};
        std::int64_t count = 0;
        if (!read_numbers(parameters, 1, size) || size[0] < 0 ||
            __builtin_mul_overflow(static_cast<std::int64_t>(column.first + column.rows), size[0],
                                   &count) ||
            !is_count(count)) {
            refuse_format(column);
        }
        arrow_source source{.first = column.first, .width = static_cast<std::size_t>(size[0])};
        add_elements(column, source, count);
        add_column(column, value_cells<arrow_fixed_list>, source);
    }

    const arrow_options& options_;
    std::deque<arrow_source> sources_; // columns point to them
    std::vector<column_view> columns_;
    std::optional<row_times> times_;
};

} // namespace

void append_arrow(buffer& rows, table_name table, const ArrowSchema& schema,
                  const ArrowArray& array, const arrow_options& options)
{
    const arrow_batch batch(schema, array, options);
    rows.append_columns(table, batch.columns(), batch.times());
}

} // namespace coquest::inline v0
