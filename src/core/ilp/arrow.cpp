// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Turns the columns of a record batch into column views. All that the structures say is checked
// before any row is written; what they point to has to be there.

#include <coquest/arrow.hpp>
#include <coquest/columns.hpp>

#include "core/arrow_formats.hpp"
#include "core/arrow_input.hpp"
#include "core/arrow_readers.hpp"
#include "core/name.hpp"

#include <algorithm>
#include <charconv>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>

namespace coquest {
namespace {

using namespace detail;
using input = arrow_input;

/// Reads the numbers of a format, separated by commas; false unless there are @p least to @p most.
template <std::size_t N>
bool read_numbers(std::string_view text, std::size_t least, std::array<int, N>& out) noexcept
{
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t i = 0; i < N; ++i) {
        const auto [next, problem] = std::from_chars(at, end, out[i]);
        if (problem != std::errc()) {
            return false;
        }
        if (next == end) {
            return i + 1 >= least;
        }
        if (*next != ',') {
            return false;
        }
        at = next + 1;
    }
    return false;
}

[[noreturn]] void refuse_format(const input& from)
{
    from.refuse(
        "format " + quoted(from.format()) + (from.format() == "e" ? " (float16)" : "") +
        " is not supported: convert it to bool, an integer, float32, float64, utf8, "
        "large_utf8, one of these two with a dictionary, timestamp, date32, date64, decimal, "
        "or a list of float64");
}

/// The columns of a record batch, and the memory that they refer to.
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
            input from{child_schema->name, *child_schema, *child};
            from.check(array.offset, array.length);
            add(from);
        }
        const auto expect_column = [&](const std::string& name) {
            const std::span children(schema.children, static_cast<std::size_t>(schema.n_children));
            if (std::ranges::none_of(children,
                                     [&](const auto* one) { return one->name == name; })) {
                refuse_arrow(": the options name " + quoted(name) +
                             ", and there is no such column");
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
            refuse_arrow(": the array is no struct (record batch)");
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
        const validity there{nullptr, static_cast<const std::uint8_t*>(array.buffers[0]),
                             static_cast<std::size_t>(array.offset)};
        for (std::size_t row = 0; row < static_cast<std::size_t>(array.length); ++row) {
            if (!there.has(row)) {
                refuse_arrow(": row " + std::to_string(row) + " of the struct is NULL as a whole");
            }
        }
    }

    void add(const input& from)
    {
        const bool symbol =
            std::ranges::find(options_.symbols, from.what) != options_.symbols.end();
        const std::string_view format = from.format();
        if (!from.what.empty() && from.what == options_.timestamp) {
            return add_times(from);
        }
        if (from.schema.dictionary != nullptr || from.array.dictionary != nullptr) {
            return add_dictionary(from);
        }
        if (format == "u") {
            return add_text<std::int32_t>(from, symbol);
        }
        if (format == "U") {
            return add_text<std::int64_t>(from, symbol);
        }
        if (format == "n") {
            return;
        }
        if (symbol) {
            from.refuse("only utf8 and large_utf8 can be a symbol, and its format is " +
                        quoted(format));
        }
        if (const auto* const time = find_time_format(format)) {
            return add_column(from, time->cells, fixed_width(from));
        }
        const auto* const simple =
            std::ranges::find(simple_formats, format, &simple_format::format);
        if (simple != std::end(simple_formats)) {
            return add_column(from, simple->cells, fixed_width(from));
        }
        if (format.starts_with("d:")) {
            return add_decimal(from, format.substr(2));
        }
        if (format == "+l") {
            return add_list<std::int32_t>(from);
        }
        if (format == "+L") {
            return add_list<std::int64_t>(from);
        }
        if (format.starts_with("+w:")) {
            return add_fixed_list(from, format.substr(3));
        }
        refuse_format(from);
    }

    void add_column(const input& from, const cell_type& cells, const arrow_source& source)
    {
        columns_.push_back(column_access::make(from.what, cells, &sources_.emplace_back(source),
                                               from.rows, from.there()));
    }

    static arrow_source fixed_width(const input& from)
    {
        from.expect_buffers(2);
        return {.values = from.buffer(1, from.rows != 0), .first = from.first};
    }

    template <class Offset>
    static arrow_source text(const input& from)
    {
        from.expect_buffers(3);
        const std::int64_t last = from.check_offsets<Offset>();
        return {.values = from.buffer(1, false),
                .first = from.first,
                .parts = from.buffer(2, last != 0)};
    }

    template <class Offset>
    void add_text(const input& from, bool symbol)
    {
        add_column(from,
                   symbol ? symbol_cells<arrow_text<Offset>> : value_cells<arrow_text<Offset>>,
                   text<Offset>(from));
    }

    void add_times(const input& from)
    {
        const time_format* const time = find_time_format(from.format());
        if (time == nullptr || from.schema.dictionary != nullptr) {
            from.refuse("only a timestamp can be the designated one, and its format is " +
                        quoted(from.format()));
        }
        if (times_) {
            from.refuse("two columns of this name can't both be the designated timestamp");
        }
        const arrow_source& source = sources_.emplace_back(fixed_width(from));
        times_ = time->times(&source, from.rows, from.there());
    }

    void add_dictionary(const input& from)
    {
        if (from.schema.dictionary == nullptr || from.array.dictionary == nullptr) {
            from.refuse("schema and array differ in whether it has a dictionary");
        }
        input texts{from.what, *from.schema.dictionary, *from.array.dictionary};
        texts.check(0, texts.array.length);
        const bool large = texts.format() == "U";
        const char index = from.format().size() == 1 ? from.format().front() : '\0';
        const cell_type* const cells = large ? find_indexed_cells<std::int64_t>(index)
                                             : find_indexed_cells<std::int32_t>(index);
        if (cells == nullptr || (!large && texts.format() != "u")) {
            from.refuse("a dictionary of format " + quoted(texts.format()) +
                        " by index of format " + quoted(from.format()) +
                        " is not supported: make it one of utf8 by an integer index");
        }
        add_column(from, *cells, fixed_width(from));
        const arrow_source& source =
            sources_.emplace_back(large ? text<std::int64_t>(texts) : text<std::int32_t>(texts));
        column_access::set_texts(columns_.back(), &source, texts.rows, texts.there());
    }

    void add_decimal(const input& from, std::string_view parameters)
    {
        std::array<int, 3> numbers{0, 0, 128}; // precision, scale, bits
        const auto& [precision, scale, bits] = numbers;
        if (!read_numbers(parameters, 2, numbers) ||
            (bits != 32 && bits != 64 && bits != 128 && bits != 256)) {
            refuse_format(from);
        }
        arrow_source source = fixed_width(from);
        source.width = static_cast<std::size_t>(bits) / 8;
        source.scale = scale;
        add_column(from, value_cells<arrow_decimal>, source);
    }

    /// Adds what a list's elements are to @p source: float64, @p count of them.
    static void add_elements(const input& from, arrow_source& source, std::int64_t count)
    {
        if (from.schema.n_children != 1 || from.array.n_children != 1 ||
            from.schema.children == nullptr || from.array.children == nullptr ||
            from.schema.children[0] == nullptr || from.array.children[0] == nullptr) {
            from.refuse("a list has one child");
        }
        input elements{from.what, *from.schema.children[0], *from.array.children[0]};
        elements.check(0, count);
        if (elements.format() != "g" || elements.schema.dictionary != nullptr) {
            from.refuse("a list of format " + quoted(elements.format()) +
                        " is not supported: QuestDB takes arrays of float64 only");
        }
        elements.expect_buffers(2);
        source.parts = elements.buffer(1, count != 0);
        source.first_part = elements.first;
        source.parts_there = elements.there();
    }

    template <class Offset>
    void add_list(const input& from)
    {
        from.expect_buffers(2);
        arrow_source source{.values = from.buffer(1, false), .first = from.first};
        add_elements(from, source, from.check_offsets<Offset>());
        add_column(from, value_cells<arrow_list<Offset>>, source);
    }

    void add_fixed_list(const input& from, std::string_view parameters)
    {
        from.expect_buffers(1);
        std::array<int, 1> size{};
        std::int64_t count = 0;
        if (!read_numbers(parameters, 1, size) || size[0] < 0 ||
            __builtin_mul_overflow(static_cast<std::int64_t>(from.first + from.rows), size[0],
                                   &count) ||
            !is_count(count)) {
            refuse_format(from);
        }
        arrow_source source{.first = from.first, .width = static_cast<std::size_t>(size[0])};
        add_elements(from, source, count);
        add_column(from, value_cells<arrow_fixed_list>, source);
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

} // namespace coquest
