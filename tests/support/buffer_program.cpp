// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/buffer_program.hpp"

#include "support/name_reference.hpp"
#include "support/random_values.hpp"
#include "support/replay.hpp"
#include "support/text_reference.hpp"

#include "core/printable.hpp"

#include <coquest/detail/buffer_access.hpp>

#include <chrono>
#include <limits>
#include <set>
#include <utility>

namespace coquest::test {
namespace {

buffer_options choose_limits(choices& choose)
{
    static constexpr std::size_t segments[] = {0, 64, 100, 256, 65536};
    static constexpr std::size_t sizes[] = {1 << 20, 1 << 20, 1 << 20, 0, 40, 200, 1000};
    static constexpr std::size_t names[] = {16, 20, 127};
    buffer_options limits;
    limits.segment_size = choose.pick(segments);
    limits.max_size = choose.pick(sizes);
    limits.max_name_len = choose.pick(names);
    limits.check_duplicates = choose.once_in(4);
    return limits;
}

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

/// Returns the last instant that may be a row's own.
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

} // namespace

buffer_program::buffer_program(choices& choose)
    : choose_(choose), version_(1 + static_cast<int>(choose.below(3))),
      limits_(choose_limits(choose)), buffer_(static_cast<protocol_version>(version_), limits_)
{
}

void buffer_program::run()
{
    while (!choose_.done()) {
        step();
        ++calls_;
    }
    verify();
    std::vector<ilp_row> rows;
    for (const line& one : lines_) {
        rows.push_back(one.row);
    }
    require(decode_ilp(buffer_.to_string(), version_) == rows, "all rows");
}

void buffer_program::step()
{
    const std::uint64_t kind = choose_.below(100);
    if (kind < 75) {
        natural_call();
    } else if (kind < 90) {
        row_call();
    } else {
        other_call();
    }
}

/// Makes a call that suits the state.
void buffer_program::natural_call()
{
    if (fault_) {
        return choose_.once_in(2) ? finish() : row_call();
    }
    switch (state_) {
    case state::idle: return table();
    case state::table: return choose_.once_in(2) ? symbol() : column();
    case state::symbol:
        if (choose_.once_in(3)) {
            return symbol();
        }
        [[fallthrough]];
    case state::column: return choose_.once_in(4) ? finish() : column();
    }
}

void buffer_program::row_call()
{
    switch (choose_.below(4)) {
    case 0: return table();
    case 1: return symbol();
    case 2: return column();
    default: return finish();
    }
}

void buffer_program::other_call()
{
    switch (choose_.below(12)) {
    case 0:
        trace("clear");
        buffer_.clear();
        lines_.clear();
        marker_.reset();
        end_row();
        break;
    case 1:
    case 2:
        trace("discard_row");
        buffer_.discard_row();
        end_row();
        break;
    case 3: move(); break;
    case 4: take(); break;
    case 5: put_back(); break;
    default: marker(); break;
    }
    verify();
}

void buffer_program::table()
{
    trace("table");
    choose_name();
    buffer_.table(std::string_view(name_));
    attempted_ += 2 * name_.size();
    if (fault_) {
        return;
    }
    if (state_ != state::idle) {
        fail(errc::invalid_api_call);
    } else if (bad_name(true)) {
        fail(errc::invalid_name);
    } else {
        row_.table = name_;
        state_ = state::table;
    }
}

void buffer_program::symbol()
{
    trace("symbol");
    const column_name name = choose_name();
    const std::string value = random_text(choose_);
    buffer_.symbol(name, value);
    attempted_ += 2 * (name_.size() + value.size()) + 2;
    if (fault_) {
        return;
    }
    const std::size_t valid = utf8_prefix(value);
    if (state_ != state::table && state_ != state::symbol) {
        fail(errc::invalid_api_call);
    } else if (bad_name(false)) {
        fail(errc::invalid_name);
    } else if (value.find('\0') < valid) {
        fail(errc::invalid_api_call);
    } else if (valid != value.size()) {
        fail(errc::invalid_utf8);
    } else {
        row_.symbols.emplace_back(name_, value);
        state_ = state::symbol;
    }
}

/// Does in the model what a column with the name chosen last does; no value: it is left out.
void buffer_program::add(std::optional<ilp_value> value, faults found)
{
    attempted_ += 2 * name_.size() + 1024; // more than any value here but texts
    if (fault_ || !value) {
        return;
    }
    if (state_ == state::idle) {
        fail(errc::invalid_api_call);
    } else if (found.early) {
        fail(*found.early);
    } else if (bad_name(false)) {
        fail(errc::invalid_name);
    } else if (found.late) {
        fail(*found.late);
    } else {
        row_.columns.emplace_back(name_, std::move(*value));
        state_ = state::column;
    }
}

void buffer_program::fail(errc code)
{
    fault_ = code;
}

/// Returns why a row that could be ended must not be, if so; the limit of the buffer aside.
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

void buffer_program::finish()
{
    const std::string before = buffer_.to_string();
    diagnostics why;
    const std::error_code got = call_finish(why);
    const std::optional<errc> expected = finish_fault();
    if (got && why.message.find("max_buf_size") != std::string::npos) {
        check_full(why.message, before.size());
    } else if (expected) {
        require(got == make_error_code(*expected), "the error: " + why.message);
        require(!why.message.empty(), "the error's message");
    } else {
        require(!got, "an error where there is none: " + why.message);
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

std::error_code buffer_program::call_finish(diagnostics& why)
{
    at_.reset();
    at_fits_ = true;
    if (choose_.once_in(4)) {
        trace("at_now");
        if (choose_.once_in(2)) {
            return buffer_.try_at_now(&why);
        }
        try {
            buffer_.at_now();
            return {};
        } catch (const error& failure) {
            why = failure.info();
            return failure.code();
        }
    }
    trace("at");
    const bool micros = choose_.once_in(2);
    const ilp_unit unit = micros ? ilp_unit::micros : ilp_unit::nanos;
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
    const std::int64_t usual = (micros ? 1'700'000'000'000'000 : 1'700'000'000'000'000'000) +
                               static_cast<std::int64_t>(choose_.below(1'000'000'000));
    const std::int64_t value = choose_.once_in(4) ? choose_.pick(special) : usual;
    at_ = ilp_timestamp{value, unit};
    switch (choose_.below(3)) {
    case 0:
        return micros ? buffer_.try_at(timestamp_micros(value), &why)
                      : buffer_.try_at(timestamp_nanos(value), &why);
    case 1: break;
    default:
        if (micros && !fault_) { // seconds, of which most do not fit
            at_fits_ = value <= std::numeric_limits<std::int64_t>::max() / 1'000'000 &&
                       value >= std::numeric_limits<std::int64_t>::min() / 1'000'000;
            at_->value = at_fits_ ? value * 1'000'000 : 0;
        }
        try {
            micros ? buffer_.at(
                         std::chrono::sys_time<std::chrono::seconds>(std::chrono::seconds(value)))
                   : buffer_.at(std::chrono::sys_time<std::chrono::nanoseconds>(
                         std::chrono::nanoseconds(value)));
            return {};
        } catch (const error& failure) {
            why = failure.info();
            return failure.code();
        }
    }
    try {
        micros ? buffer_.at(timestamp_micros(value)) : buffer_.at(timestamp_nanos(value));
        return {};
    } catch (const error& failure) {
        why = failure.info();
        return failure.code();
    }
}

/// A row was refused because of max_size: it, or what was tried, must indeed be too large.
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

void buffer_program::end_row()
{
    state_ = state::idle;
    row_ = {};
    fault_.reset();
    attempted_ = 0;
}

void buffer_program::move()
{
    trace("move");
    buffer other(protocol_version::v2);
    if (choose_.once_in(2)) {
        other.table("left behind").column_bool("b", true).at_now();
        other = std::move(buffer_);
    } else {
        buffer constructed(std::move(buffer_));
        other = std::move(constructed);
    }
    buffer_ = std::move(other);
}

void buffer_program::take()
{
    trace("take");
    detail::buffer_access::recycle(buffer_, std::move(taken_.chain));
    taken_ = detail::buffer_access::take(buffer_);
    taken_lines_ = std::exchange(lines_, {});
    marker_.reset();
    require(taken_.rows == taken_lines_.size(), "the number of rows taken");
}

void buffer_program::put_back()
{
    trace("put_back");
    detail::buffer_access::put_back(buffer_, std::move(taken_));
    taken_ = {};
    taken_lines_.insert(taken_lines_.end(), lines_.begin(), lines_.end());
    lines_ = std::exchange(taken_lines_, {});
    marker_.reset();
}

void buffer_program::marker()
{
    const auto throws = [this](auto call) {
        try {
            call();
            return false;
        } catch (const error& failure) {
            require(failure.code() == make_error_code(errc::invalid_api_call), "the error");
            return true;
        }
    };
    switch (choose_.below(5)) {
    case 0:
        trace("clear_marker");
        buffer_.clear_marker();
        marker_.reset();
        return;
    case 1:
    case 2: {
        trace("rewind_to_marker");
        require(throws([this] { buffer_.rewind_to_marker(); }) == !marker_, "whether it rewinds");
        if (marker_) {
            lines_.resize(*marker_);
            marker_.reset();
            end_row();
        }
        return;
    }
    default: {
        trace("set_marker");
        const bool open = fault_ || state_ != state::idle;
        require(throws([this] { buffer_.set_marker(); }) == open, "whether it marks");
        if (!open) {
            marker_ = lines_.size();
        }
    }
    }
}

column_name buffer_program::choose_name()
{
    static constexpr column_name literals[] = {"price", "with space", "a literal of more than 16",
                                               "k=v"};
    if (choose_.once_in(4)) {
        const column_name& literal = choose_.pick(literals);
        name_ = literal.view();
        return literal;
    }
    name_ = random_name(choose_, limits_.max_name_len);
    return std::string_view(name_);
}

bool buffer_program::bad_name(bool table) const
{
    return find_name_fault(name_, table) || name_.size() > limits_.max_name_len;
}

std::string buffer_program::bytes() const
{
    std::string all;
    for (const line& one : lines_) {
        all += one.bytes;
    }
    return all;
}

/// Compares all that can be seen of the buffer.
void buffer_program::verify() const
{
    const std::string expected = bytes();
    require(buffer_.to_string() == expected, "the bytes");
    std::string pieces;
    for (const std::string_view piece : buffer_.chunks()) {
        require(!piece.empty(), "an empty chunk");
        pieces += piece;
    }
    require(pieces == expected, "the chunks");
    require(buffer_.size() == expected.size(), "the size");
    require(buffer_.row_count() == lines_.size(), "the number of rows");
    require(buffer_.empty() == lines_.empty(), "emptiness");
    require(static_cast<int>(buffer_.version()) == version_, "the version");
    require(detail::buffer_access::row_open(buffer_) == (fault_ || state_ != state::idle),
            "whether a row is open");
}

void buffer_program::require(bool agreed, const std::string& what) const
{
    if (!agreed) {
        throw program_failure("buffer and model differ in " + what + "\nversion " +
                              std::to_string(version_) + ", segment_size " +
                              std::to_string(limits_.segment_size) + ", max_size " +
                              std::to_string(limits_.max_size) + ", calls:" + calls_so_far_);
    }
}

void buffer_program::trace(std::string_view call)
{
    calls_so_far_ += ' ';
    calls_so_far_ += call;
}

} // namespace coquest::test
