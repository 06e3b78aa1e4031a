// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/buffer_program.hpp"

#include "support/name_reference.hpp"
#include "support/random_values.hpp"
#include "support/text_reference.hpp"

#include <coquest/detail/buffer_access.hpp>

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
    for (const line& added : lines_) {
        rows.push_back(added.row);
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
    case state::idle: return choose_.once_in(4) ? append() : table();
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
    switch (choose_.below(5)) {
    case 0: return table();
    case 1: return symbol();
    case 2: return column();
    case 3: return choose_.once_in(2) ? append() : append_range();
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
    add_symbol(value);
}

/// Updates the model for a symbol with the last chosen name.
void buffer_program::add_symbol(const std::string& value)
{
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

/// Updates the model for a column with the last chosen name. Without a value, the column is left
/// out.
void buffer_program::add(std::optional<ilp_value> value, faults failures)
{
    attempted_ += 2 * name_.size() + 1024; // more than any value except a text
    if (fault_ || !value) {
        return;
    }
    if (state_ == state::idle) {
        fail(errc::invalid_api_call);
    } else if (failures.early) {
        fail(*failures.early);
    } else if (bad_name(false)) {
        fail(errc::invalid_name);
    } else if (failures.late) {
        fail(*failures.late);
    } else {
        row_.columns.emplace_back(name_, std::move(*value));
        state_ = state::column;
    }
}

void buffer_program::fail(errc code)
{
    fault_ = code;
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

bool buffer_program::bad_name(bool is_table) const
{
    return find_name_fault(name_, is_table) || name_.size() > limits_.max_name_len;
}

std::string buffer_program::bytes() const
{
    std::string text;
    for (const line& added : lines_) {
        text += added.bytes;
    }
    return text;
}

/// Compares everything that can be observed of the buffer.
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

void buffer_program::require(bool is_equal, const std::string& aspect) const
{
    if (!is_equal) {
        throw program_failure("buffer and model differ in " + aspect + "\nversion " +
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
