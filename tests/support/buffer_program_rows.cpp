// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The rows of buffer_program: begun and ended call by call, typed, or as a range.

#include "support/buffer_program.hpp"
#include "support/random_values.hpp"
#include "support/replay.hpp"

#include "core/text/printable.hpp"

#include <coquest/columns.hpp>
#include <coquest/row_schema.hpp>

#include <chrono>
#include <limits>
#include <set>
#include <utility>

namespace coquest::test {
namespace {

std::string lower(std::string text)
{
    for (char& c : text) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return text;
}

bool has_duplicates(const ilp_row& row)
{
    std::set<std::string> seen;
    bool twice = false;
    for (const auto& [name, value] : row.symbols) {
        twice = !seen.insert(lower(name)).second || twice;
    }
    for (const auto& [name, value] : row.columns) {
        twice = !seen.insert(lower(name)).second || twice;
    }
    return twice;
}

/// Returns the last instant that is allowed as a designated timestamp.
std::int64_t last_instant(ilp_unit unit, int version)
{
    using namespace std::chrono;
    const auto end_of = [](int year) {
        return sys_days(std::chrono::year(year + 1) / January / 1).time_since_epoch();
    };
    if (unit == ilp_unit::nanos) {
        return nanoseconds(end_of(2261)).count() - 1;
    }
    return microseconds(end_of(version == 1 ? 2261 : 9999)).count() - 1;
}

std::string shown(std::string_view bytes)
{
    return detail::printable(bytes, 1000);
}

/// Makes a call that may throw a coquest::error, and returns the error's code.
template <class Call>
std::error_code caught(diagnostics& info, Call call)
{
    try {
        call();
        return {};
    } catch (const error& failure) {
        info = failure.info();
        return failure.code();
    }
}

constexpr std::string_view optional_name = "a name of more than 16";

constexpr row_schema<"trades", fields::symbol<"s=">, fields::str<"text">, fields::f64<"x">,
                     fields::i64<"n">, fields::ts<"t">>
    trades;
constexpr row_schema<"a table", fields::symbol<"s=">, fields::str<"a name of more than 16">,
                     fields::f64<"x">, fields::i64<"n">, fields::ts<"t">>
    sparse;

} // namespace

/// Returns the error that ending the row must report, if any; max_size is not considered.
std::optional<errc> buffer_program::finish_fault() const
{
    if (fault_) {
        return fault_;
    }
    if (!at_fits_) {
        return errc::invalid_timestamp;
    }
    if (state_ == state::idle || state_ == state::table) {
        return errc::invalid_api_call;
    }
    if (at_ && (at_->value < 0 || at_->value > last_instant(at_->unit, version_))) {
        return errc::invalid_timestamp;
    }
    if (limits_.check_duplicates && has_duplicates(row_)) {
        return errc::invalid_api_call;
    }
    return std::nullopt;
}

/// Chooses a timestamp for the row, and calls @p end with it; without an argument for the server's
/// time.
template <class End>
std::error_code buffer_program::with_timestamp(End end)
{
    at_.reset();
    at_fits_ = true;
    if (choose_.once_in(4)) {
        return end();
    }
    const ilp_unit unit = choose_.once_in(2) ? ilp_unit::micros : ilp_unit::nanos;
    const std::int64_t last = last_instant(unit, version_);
    const std::int64_t special[] = {0,
                                    1,
                                    99'999'999,
                                    100'000'000,
                                    last,
                                    last + 1,
                                    -1,
                                    std::numeric_limits<std::int64_t>::min(),
                                    std::numeric_limits<std::int64_t>::max(),
                                    random_i64(choose_)};
    const std::int64_t usual =
        (unit == ilp_unit::micros ? 1'700'000'000'000'000 : 1'700'000'000'000'000'000) +
        static_cast<std::int64_t>(choose_.below(1'000'000'000));
    const std::int64_t value = choose_.once_in(4) ? choose_.pick(special) : usual;
    at_ = ilp_timestamp{value, unit};
    const bool as_time_point = choose_.once_in(3);
    if (unit == ilp_unit::nanos) {
        return as_time_point ? end(std::chrono::sys_time<std::chrono::nanoseconds>(
                                   std::chrono::nanoseconds(value)))
                             : end(timestamp_nanos(value));
    }
    if (!as_time_point) {
        return end(timestamp_micros(value));
    }
    // In seconds; most values do not fit.
    at_fits_ = value <= std::numeric_limits<std::int64_t>::max() / 1'000'000 &&
               value >= std::numeric_limits<std::int64_t>::min() / 1'000'000;
    at_->value = at_fits_ ? value * 1'000'000 : 0;
    return end(std::chrono::sys_seconds(std::chrono::seconds(value)));
}

void buffer_program::finish()
{
    trace("finish");
    const std::string before = buffer_.to_string();
    diagnostics info;
    const bool tries = choose_.once_in(2);
    const std::error_code got = with_timestamp([&](auto... at) {
        if constexpr (requires { buffer_.try_at(at..., &info); }) {
            if (tries) {
                return buffer_.try_at(at..., &info);
            }
        }
        if constexpr (sizeof...(at) == 0) {
            return tries ? buffer_.try_at_now(&info) : caught(info, [&] { buffer_.at_now(); });
        } else {
            return caught(info, [&] { buffer_.at(at...); });
        }
    });
    check_finished(got, info.message, before);
}

/// Checks the result of a call that ends a row.
void buffer_program::check_finished(std::error_code got, const std::string& message,
                                    const std::string& before)
{
    const std::optional<errc> expected = finish_fault();
    if (got && message.find("max_buf_size") != std::string::npos) {
        check_full(message, before.size());
    } else if (expected) {
        require(got == make_error_code(*expected), "the error: " + message);
        require(!message.empty(), "the error's message");
    } else {
        require(!got, "an error where there is none: " + message);
    }
    if (got) {
        end_row();
        require(buffer_.to_string() == before, "the bytes after a failed row");
        verify();
        return;
    }
    require(buffer_.size() <= limits_.max_size, "the limit");
    const std::string after = buffer_.to_string();
    require(after.starts_with(before), "the bytes before the new row");
    std::string added = after.substr(before.size());
    if (at_ && version_ == 1 && at_->unit == ilp_unit::micros) {
        at_ = ilp_timestamp{at_->value * 1000, ilp_unit::nanos};
    }
    row_.at = at_;
    try {
        const std::vector<ilp_row> decoded = decode_ilp(added, version_);
        require(decoded.size() == 1 && decoded.front() == row_, "the row: " + shown(added));
    } catch (const ilp_refusal& refusal) {
        require(false, std::string("a row that the server refuses: ") + refusal.what() + ": " +
                           shown(added));
    }
    require(replay(row_, version_) == added, "the row and another buffer's: " + shown(added));
    lines_.push_back({std::move(row_), std::move(added)});
    end_row();
    verify();
}

/// Checks that a row that failed because of max_size was indeed too large.
void buffer_program::check_full(const std::string& message, std::size_t before)
{
    if (fault_ || !at_fits_ || state_ == state::idle || state_ == state::table) {
        require(attempted_ > limits_.max_size, "room for what was tried: " + message);
        return;
    }
    ilp_row row = row_;
    row.at = std::nullopt;
    const std::size_t timestamp = at_ ? 1 + 20 + 1 : 0; // at most
    const std::size_t size = replay(row, version_).size();
    require(before + size + timestamp > limits_.max_size, "room for the row: " + message);
}

/// Begins a typed row in the model. The names are checked before any value.
void buffer_program::begin_typed(const char* table, std::size_t longest_name)
{
    if (fault_) {
        return;
    }
    if (state_ != state::idle) {
        return fail(errc::invalid_api_call);
    }
    if (longest_name > limits_.max_name_len) {
        return fail(errc::invalid_name);
    }
    row_.table = table;
    state_ = state::table;
}

/// Calls @p add for a field that has a value.
template <class T, class Add>
void buffer_program::add_field(std::string_view name, const std::optional<T>& value, Add add)
{
    name_ = name;
    if (value) {
        add(*value);
    }
}

/// Appends a row of one of two schemas; in the second, every field is optional.
void buffer_program::append()
{
    trace("append");
    const std::string before = buffer_.to_string();
    const bool complete = choose_.once_in(2);
    const auto present = [&] { return complete || choose_.once_in(2); };
    const auto optionally = [&](auto value) {
        return present() ? std::optional(std::move(value)) : std::nullopt;
    };
    const auto symbol = optionally(random_text(choose_));
    const auto text = optionally(random_text(choose_));
    const auto number = optionally(random_f64(choose_));
    const auto integer = optionally(random_i64(choose_));
    const auto time = optionally(std::chrono::sys_time<std::chrono::milliseconds>(
        std::chrono::milliseconds(random_i64(choose_))));

    begin_typed(complete ? "trades" : "a table", complete ? 6 : optional_name.size());
    add_field("s=", symbol, [&](const std::string& value) { add_symbol(value); });
    add_field(complete ? "text" : optional_name, text,
              [&](const std::string& value) { add_text(value); });
    add_field("x", number, [&](double value) { add(ilp_f64{value}); });
    add_field("n", integer, [&](std::int64_t value) { add(value); });
    add_field("t", time, [&](auto value) { add_time_point(value); });
    const bool tries = choose_.once_in(2);
    diagnostics info;
    const auto append_row = [&](const auto& row) {
        return tries ? buffer_.try_append(row, &info) : caught(info, [&] { buffer_.append(row); });
    };
    const std::error_code got = with_timestamp([&](auto... at) {
        const auto finished = [&](auto values) {
            if constexpr (sizeof...(at) == 0) {
                return append_row(std::move(values).at_now());
            } else {
                return append_row(std::move(values).at(at...));
            }
        };
        return complete ? finished(trades(*symbol, *text, *number, *integer, *time))
                        : finished(sparse(symbol, text, number, integer, time));
    });
    check_finished(got, info.message, before);
}

/// Appends a range or columns, of which either all rows are added or none.
void buffer_program::append_range()
{
    trace("append_range");
    struct element {
        std::string symbol;
        double number;
    };
    std::vector<element> elements;
    for (std::uint64_t left = choose_.below(5); left != 0; --left) {
        elements.push_back({random_text(choose_), random_f64(choose_)});
    }
    const std::uint64_t variant = choose_.below(3);
    diagnostics info;
    const std::error_code got = caught(info, [&] {
        if (variant == 0) {
            std::vector<std::string> texts;
            std::vector<double> numbers;
            for (const element& each : elements) {
                texts.push_back(each.symbol);
                numbers.push_back(each.number);
            }
            buffer_.append_columns("r", symbol_column("s", texts), value_column("x", numbers),
                                   at_now);
        } else if (variant == 1) {
            constexpr coquest::row_schema<"r", fields::symbol<"s">, fields::f64<"x">> schema;
            buffer_.append(elements, schema.from(&element::symbol, &element::number).at_now());
        } else {
            buffer_.append(elements, [](buffer& rows, const element& source) {
                rows.table("r").symbol("s", source.symbol).column_f64("x", source.number).at_now();
            });
        }
    });
    const bool full = info.message.find("max_buf_size") != std::string::npos;
    if (fault_ || state_ != state::idle) {
        require(full ? attempted_ > limits_.max_size
                     : got == make_error_code(fault_.value_or(errc::invalid_api_call)),
                "the error: " + info.message);
        end_row();
        return verify();
    }
    std::size_t size = buffer_.size();
    std::vector<line> added;
    for (const element& each : elements) {
        end_row();
        begin_typed("r", 1);
        name_ = "s";
        add_symbol(each.symbol);
        name_ = "x";
        add(ilp_f64{each.number});
        if (fault_) {
            break;
        }
        added.push_back({row_, replay(row_, version_)});
        size += added.back().bytes.size();
    }
    if (full) {
        require(size + attempted_ > limits_.max_size, "room for the rows: " + info.message);
    } else {
        require(got == (fault_ ? make_error_code(*fault_) : std::error_code()),
                "the error: " + info.message);
    }
    if (!got) {
        lines_.insert(lines_.end(), added.begin(), added.end());
    }
    end_row();
    verify();
}

} // namespace coquest::test
