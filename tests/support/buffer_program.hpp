// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Makes random calls on a buffer, and compares it with a model that predicts each result. Rows are
// compared as decoded by ilp_decoder. After a failed row, the buffer must have the same bytes as
// before it.
#pragma once

#include "support/choices.hpp"
#include "support/ilp_decoder.hpp"

#include <coquest/buffer.hpp>
#include <coquest/detail/segment.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace coquest::test {

/// Buffer and model differ; the text says how, and lists the calls.
class program_failure : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

class buffer_program {
public:
    /// Takes the version, the limits and every call from @p choose, which must outlive the object.
    explicit buffer_program(choices& choose);
    /// Makes calls until no choices are left; throws program_failure.
    void run();
    /// Returns the number of calls made.
    [[nodiscard]] std::size_t calls() const noexcept { return calls_; }

private:
    enum class state { idle, table, symbol, column };
    /// The errors that a column causes, in the order in which the buffer checks for them.
    struct faults {
        std::optional<errc> early; // found before the name is checked
        std::optional<errc> late;
    };
    struct line {
        ilp_row row;
        std::string bytes;
    };

    void step();
    void row_call();
    void natural_call();
    void other_call();

    void table();
    void symbol();
    void column();
    void number_column(column_name name);
    void timestamp_column(column_name name);
    template <class Duration>
    void time_point_column(column_name name);
    void array_column(column_name name);
    void nested_array_column(column_name name);
    void viewed_array_column(column_name name);
    void decimal_column(column_name name);
    void cast_column(column_name name);
    void finish();
    void append();
    void append_range();
    void move();
    void take();
    void put_back();
    void marker();

    column_name choose_name();
    void add(std::optional<ilp_value> value, faults found = {});
    void add_symbol(const std::string& value);
    void add_text(const std::string& value);
    template <class Duration>
    void add_time_point(std::chrono::sys_time<Duration> value);
    void begin_typed(const char* table, std::size_t longest_name);
    template <class T, class Add>
    void add_field(std::string_view name, const std::optional<T>& value, Add add);
    template <class End>
    std::error_code with_timestamp(End end);
    void check_finished(std::error_code got, const std::string& message, const std::string& before);
    void fail(errc code);
    [[nodiscard]] bool bad_name(bool is_table) const;
    [[nodiscard]] std::optional<errc> finish_fault() const;
    void check_full(const std::string& message, std::size_t before);
    void end_row();
    [[nodiscard]] std::string bytes() const;
    void verify() const;
    void require(bool is_equal, const std::string& aspect) const;
    void trace(std::string_view call);

    choices& choose_;
    int version_;
    buffer_options limits_;
    buffer buffer_;

    // the model
    std::vector<line> lines_;
    state state_ = state::idle;
    ilp_row row_;                     // the open row
    std::optional<errc> fault_;       // the first error of the open row
    std::optional<ilp_timestamp> at_; // given to the call that ends the row
    bool at_fits_ = true;             // whether it fits into 64 bits
    std::size_t attempted_ = 0;       // upper bound of the bytes of the open row
    std::optional<std::size_t> marker_;
    std::vector<line> taken_lines_;
    detail::batch taken_;

    std::string name_; // the last chosen name
    std::string calls_so_far_;
    std::size_t calls_ = 0;
};

/// Returns @p value in the unit that columns have in @p version.
[[nodiscard]] ilp_timestamp on_wire(ilp_timestamp value, int version);

/// A time point that does not fit into 64 bits is an error.
template <class Duration>
void buffer_program::add_time_point(std::chrono::sys_time<Duration> value)
{
    __extension__ using wide = __int128;
    using period = typename Duration::period;
    const bool nanos = period::den > 1'000'000;
    const wide ticks = wide{value.time_since_epoch().count()} * period::num *
                       (nanos ? 1'000'000'000 : 1'000'000) / period::den;
    const auto count = static_cast<std::int64_t>(ticks);
    faults failures;
    if (ticks != count) {
        failures.early = errc::invalid_timestamp;
    }
    add(on_wire({count, nanos ? ilp_unit::nanos : ilp_unit::micros}, version_), failures);
}

} // namespace coquest::test
