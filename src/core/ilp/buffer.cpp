// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/buffer.hpp>
#include <coquest/detail/buffer_access.hpp>

#include "core/digits.hpp"
#include "core/name.hpp"
#include "core/row_names.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace coquest {
namespace {

// What 9.3.4 accepts as a designated timestamp (contract §5.7).
constexpr std::int64_t last_micros = 253'402'300'799'999'999;  // 9999-12-31T23:59:59.999999Z
constexpr std::int64_t last_nanos = 9'214'646'399'999'999'999; // 2261-12-31T23:59:59.999999999Z

constexpr std::size_t bound_slack = 64 * 1024; // numbers of a row, at most, that came out short
constexpr std::size_t max_timestamp_text = 1 + detail::max_integer_text + 1 + 1; // " ", "n", "\n"

std::string too_large_a_row(std::size_t max_size)
{
    return "a row of more than " + std::to_string(max_size) +
           " bytes does not fit the buffer: raise max_buf_size";
}

} // namespace

buffer::buffer(protocol_version version, buffer_options limits)
    : max_name_len_(std::max<std::size_t>(limits.max_name_len, 16)), version_(version),
      segment_size_(std::max<std::size_t>(limits.segment_size, 64)), max_size_(limits.max_size),
      check_duplicates_(limits.check_duplicates)
{
}

buffer::buffer(buffer&& other) noexcept : buffer(other.version_)
{
    *this = std::move(other);
}

buffer& buffer::operator=(buffer&& other) noexcept
{
    std::swap(pos_, other.pos_);
    std::swap(end_, other.end_);
    std::swap(row_, other.row_);
    std::swap(begin_, other.begin_);
    std::swap(limit_, other.limit_);
    std::swap(rows_, other.rows_);
    std::swap(max_name_len_, other.max_name_len_);
    std::swap(version_, other.version_);
    std::swap(state_, other.state_);
    std::swap(open_, other.open_);
    full_.swap(other.full_);
    spare_.swap(other.spare_);
    std::swap(segment_size_, other.segment_size_);
    std::swap(max_size_, other.max_size_);
    std::swap(marker_, other.marker_);
    problem_.swap(other.problem_);
    std::swap(check_duplicates_, other.check_duplicates_);
    std::swap(server_time_, other.server_time_);
    return *this;
}

buffer::~buffer()
{
    if (open_ != nullptr) {
        detail::segment::destroy(open_);
    }
}

std::error_code buffer::try_at(timestamp_micros value, diagnostics* why)
{
    return finish_at(value) ? std::error_code() : problem_code(why);
}

std::error_code buffer::try_at(timestamp_nanos value, diagnostics* why)
{
    return finish_at(value) ? std::error_code() : problem_code(why);
}

std::error_code buffer::try_at_now(diagnostics* why)
{
    return finish_now() ? std::error_code() : problem_code(why);
}

void buffer::discard_row() noexcept
{
    pos_ = row_;
    state_ = state::idle;
    problem_.reset();
}

void buffer::clear() noexcept
{
    detail::buffer_access::recycle(*this, std::move(full_));
    rows_ = 0;
    server_time_ = false;
    row_ = begin_;
    marker_.reset();
    discard_row();
    set_limits();
}

void buffer::set_marker()
{
    if (state_ != state::idle) {
        throw error(errc::invalid_api_call,
                    "can't set the marker while a row is open: call at or at_now first");
    }
    marker_ = position{size(), rows_};
}

void buffer::rewind_to_marker()
{
    if (!marker_) {
        throw error(errc::invalid_api_call, "can't rewind: no marker is set");
    }
    rewind(*std::exchange(marker_, std::nullopt));
}

void buffer::rewind(position to) noexcept
{
    discard_row();
    if (marker_ && marker_->size > to.size) {
        marker_.reset(); // its rows are withdrawn as well
    }
    if (to.size > size()) {
        return; // the rows were dropped meanwhile
    }
    if (to.size < full_.bytes()) { // its segment is closed: open it again
        detail::segment_chain kept;
        while (kept.bytes() + full_.front()->size <= to.size) {
            kept.push_back(full_.pop_front());
        }
        detail::segment* const last = std::exchange(open_, full_.pop_front());
        if (last != nullptr) {
            full_.push_back(last);
        }
        detail::buffer_access::recycle(*this, std::move(full_));
        full_ = std::move(kept);
        begin_ = open_->data();
        end_ = begin_ + open_->capacity - detail::text_slack;
    }
    row_ = pos_ = begin_ + (to.size - full_.bytes());
    rows_ = to.rows;
    set_limits();
}

std::vector<std::string_view> buffer::chunks() const
{
    std::vector<std::string_view> pieces;
    for (const detail::segment* s = full_.front(); s != nullptr; s = s->next) {
        pieces.emplace_back(s->data(), s->size);
    }
    if (committed_in_open() != 0) {
        pieces.emplace_back(begin_, committed_in_open());
    }
    return pieces;
}

std::string buffer::to_string() const
{
    std::string all;
    all.reserve(size());
    for (const std::string_view piece : chunks()) {
        all += piece;
    }
    return all;
}

bool buffer::grow(std::size_t bytes)
{
    const auto row_bytes = static_cast<std::size_t>(pos_ - row_);
    // `bytes` is a bound: texts may come out half as long, and numbers shorter. Past the limit even
    // so, it is refused before memory is taken for it.
    if (row_bytes + bytes / 2 > max_size_ + bound_slack) {
        break_row(errc::invalid_api_call, too_large_a_row(max_size_));
        return false;
    }
    open_segment(row_bytes + bytes);
    return true;
}

// Closes the open segment behind its finished rows, and moves the open row to a new one.
void buffer::open_segment(std::size_t bytes)
{
    const auto row_bytes = static_cast<std::size_t>(pos_ - row_);
    const std::size_t needed = bytes + detail::text_slack;
    detail::segment* next = nullptr;
    if (needed <= segment_size_ && !spare_.empty()) {
        next = spare_.pop_front();
        next->size = 0;
    } else {
        next = detail::segment::make(std::max(needed, segment_size_));
    }
    if (row_bytes != 0) {
        std::memcpy(next->data(), row_, row_bytes);
    }
    if (open_ != nullptr) {
        open_->size = committed_in_open();
        detail::segment_chain closed;
        closed.push_back(open_);
        if (open_->size != 0) {
            full_.append(std::move(closed));
        } else {
            detail::buffer_access::recycle(*this, std::move(closed));
        }
    }
    open_ = next;
    row_ = begin_ = next->data();
    pos_ = begin_ + row_bytes;
    end_ = begin_ + next->capacity - detail::text_slack;
    set_limits();
}

// The limit is kept as a place in the open segment, so that `at` compares one pointer.
void buffer::set_limits() noexcept
{
    if (begin_ == nullptr) {
        return;
    }
    const std::size_t left = max_size_ - std::min(max_size_, full_.bytes());
    limit_ = check_duplicates_ ? begin_ : begin_ + std::min(left, open_->capacity);
}

char* buffer::put_odd_name(char* out, std::string_view name, detail::name_kind kind, bool checked)
{
    bool escaped = true;
    if (!checked) {
        const detail::name_check found = detail::check_name(name, kind);
        if (found.problem != detail::name_problem::none) {
            break_row(errc::invalid_name, detail::explain(found, name, kind));
            return nullptr;
        }
        escaped = found.escaped;
    }
    if (name.size() > max_name_len_) {
        break_row(errc::invalid_name,
                  std::string(kind == detail::name_kind::table ? "table" : "column") + " name " +
                      detail::quoted(name) + " has " + std::to_string(name.size()) +
                      " bytes, more than max_name_len (" + std::to_string(max_name_len_) + ")");
        return nullptr;
    }
    if (escaped) {
        return detail::put_escaped_name(out, name);
    }
    std::memcpy(out, name.data(), name.size());
    return out + name.size();
}

void buffer::put_ts(column_name name, std::int64_t value, unit value_unit)
{
    if (char* out = begin_field(name, detail::max_integer_text + 1)) {
        if (version_ == protocol_version::v1 && value_unit == unit::nanos) {
            value /= 1000; // version 1 knows microseconds only (contract §5.2)
            value_unit = unit::micros;
        }
        out = detail::put_integer(out, value);
        *out = static_cast<char>(value_unit);
        end_field(out + 1);
    }
}

// Most rows lie within 10^8 ticks of the last one, and nothing is wrong with them.
bool buffer::finish_at(timestamp_nanos value)
{
    const auto ticks = static_cast<std::uint64_t>(value.value);
    if (!can_finish(max_timestamp_text) || ticks > last_nanos || !last_timestamp_.leads(ticks))
        [[unlikely]] {
        return finish_slowly(value.value, unit::nanos);
    }
    *pos_ = ' ';
    char* out = detail::put_timestamp(pos_ + 1, ticks, last_timestamp_);
    *out = 'n';
    out += version_ != protocol_version::v1; // which has nanoseconds without a suffix
    *out = '\n';
    return commit(out + 1);
}

bool buffer::finish_at(timestamp_micros value)
{
    const auto ticks = static_cast<std::uint64_t>(value.value);
    if (!can_finish(max_timestamp_text) || ticks > last_micros || !last_timestamp_.leads(ticks) ||
        version_ == protocol_version::v1) [[unlikely]] {
        return finish_slowly(value.value, unit::micros);
    }
    *pos_ = ' ';
    char* out = detail::put_timestamp(pos_ + 1, ticks, last_timestamp_);
    out[0] = 't';
    out[1] = '\n';
    return commit(out + 2);
}

bool buffer::finish_slowly(std::int64_t value, unit value_unit)
{
    if (state_ != state::symbol && state_ != state::column) {
        return refuse_finish("at");
    }
    const bool v1 = version_ == protocol_version::v1;
    const bool micros = value_unit == unit::micros;
    const std::int64_t last = !micros ? last_nanos : v1 ? last_nanos / 1000 : last_micros;
    if (value < 0 || value > last) {
        return refuse_timestamp(value, last, value_unit);
    }
    if (!ensure(max_timestamp_text)) {
        return refuse_finish("at");
    }
    auto digits = static_cast<std::uint64_t>(value);
    if (v1 && micros) {
        digits *= 1000;
    }
    *pos_ = ' ';
    last_timestamp_.take(digits);
    char* out = last_timestamp_.leads(digits)
                    ? detail::put_timestamp(pos_ + 1, digits, last_timestamp_)
                    : detail::put_unsigned(pos_ + 1, digits);
    if (!v1) {
        *out++ = static_cast<char>(value_unit);
    }
    *out = '\n';
    return commit(out + 1);
}

bool buffer::refuse_timestamp(std::int64_t value, std::int64_t last, unit value_unit)
{
    break_row(errc::invalid_timestamp,
              "timestamp " + std::to_string(value) + (value_unit == unit::micros ? " us" : " ns") +
                  (value < 0 ? " is negative: the designated timestamp can't be before 1970"
                             : " is beyond the server's last, " + std::to_string(last)));
    return refuse_finish("at");
}

bool buffer::finish_now()
{
    if (!can_finish(1) && (state_ > state::column || state_ == state::table || !ensure(1)))
        [[unlikely]] {
        return refuse_finish("at_now");
    }
    *pos_ = '\n';
    server_time_ = true;
    return commit(pos_ + 1);
}

// Looks at a row that does not pass unseen; false where it is refused.
bool buffer::commit_slowly(char* end)
{
    const auto row_bytes = static_cast<std::size_t>(end - row_);
    if (row_bytes > max_size_) {
        break_row(errc::invalid_api_call, too_large_a_row(max_size_));
        return refuse_finish("at");
    }
    if (size() + row_bytes > max_size_) {
        break_row(errc::invalid_api_call, "the buffer is full: " + std::to_string(size()) +
                                              " bytes and a row of " + std::to_string(row_bytes) +
                                              " exceed max_buf_size (" + std::to_string(max_size_) +
                                              "): flush first");
        return refuse_finish("at");
    }
    if (check_duplicates_) {
        const std::string twice = detail::find_duplicate({row_, row_bytes}, names_);
        if (!twice.empty()) {
            break_row(errc::invalid_api_call, detail::quoted(twice) +
                                                  " is twice in one row: the server would keep the "
                                                  "first and drop the second in silence");
            return refuse_finish("at");
        }
    }
    commit_unseen(end);
    return true;
}

// Ends a row that cannot be ended: its error stays in problem_, to be reported now.
bool buffer::refuse_finish(const char* operation)
{
    misplaced(operation); // keeps the first error where the row is broken already
    pos_ = row_;
    state_ = state::idle;
    return false;
}

buffer& buffer::misplaced(const char* operation)
{
    const char* expected = "";
    switch (state_) {
    case state::idle: expected = "`table`"; break;
    case state::table: expected = "`symbol` or `column`"; break;
    case state::symbol: expected = "`symbol`, `column` or `at`"; break;
    case state::column: expected = "`column` or `at`"; break;
    case state::broken: return *this; // the first error is the one to report
    }
    break_row(errc::invalid_api_call, std::string("bad call to `") + operation +
                                          "`: should have called " + expected + " instead");
    return *this;
}

void buffer::require_idle(const char* operation)
{
    if (state_ != state::idle) {
        misplaced(operation);
        refuse_finish(operation);
        throw_problem();
    }
}

void detail::throw_for_element(const error& failure, std::size_t index)
{
    diagnostics info = failure.info();
    info.message = "element " + std::to_string(index) + ": " + info.message;
    throw error(failure.code(), std::move(info));
}

void buffer::out_of_range()
{
    break_row(errc::invalid_timestamp, "the time point does not fit a 64-bit timestamp");
}

// Returns the name that was written before a value of the open row, without its escapes.
std::string buffer::name_before(const char* value) const
{
    std::string name;
    for (const char* c = pos_ + 1; c != value - 1; ++c) {
        c += *c == '\\' ? 1 : 0;
        name += *c;
    }
    return name;
}

void buffer::bad_value(std::string_view name, std::string_view value, bool symbol)
{
    const std::string what = std::string(symbol ? "symbol " : "column ") + detail::quoted(name);
    const std::size_t valid = detail::valid_utf8_prefix(value);
    const std::size_t zero = symbol ? value.find('\0') : value.npos;
    if (zero < valid) {
        break_row(errc::invalid_api_call, what + ": zero byte at byte " + std::to_string(zero) +
                                              " of the value, which the server refuses in symbols");
        return;
    }
    break_row(errc::invalid_utf8,
              what + ": invalid UTF-8 at byte " + std::to_string(valid) + " of the value");
}

void buffer::refuse(errc code, column_name name, const std::string& message)
{
    if (state_ > state::column) {
        misplaced("column");
        return;
    }
    break_row(code, "column " + detail::quoted(name.view()) + ": " + message);
}

void buffer::break_row(errc code, std::string message)
{
    if (state_ != state::broken) {
        problem_ = std::make_unique<detail::fault>(code, std::move(message));
        pos_ = row_;
        state_ = state::broken;
    }
}

detail::fault buffer::take_problem()
{
    detail::fault problem = std::move(*problem_);
    problem_.reset();
    return problem;
}

void buffer::throw_problem()
{
    throw take_problem().to_error();
}

std::error_code buffer::problem_code(diagnostics* why)
{
    detail::fault problem = take_problem();
    if (why != nullptr) {
        *why = std::move(problem.info);
    }
    return problem.code;
}

namespace detail {

batch buffer_access::take(buffer& from)
{
    if (from.committed_in_open() != 0) {
        const auto row_bytes = static_cast<std::size_t>(from.pos_ - from.row_);
        if (row_bytes != 0) {
            from.open_segment(row_bytes);
        } else {
            from.open_->size = from.committed_in_open();
            from.full_.push_back(std::exchange(from.open_, nullptr));
            from.pos_ = from.end_ = from.row_ = from.begin_ = from.limit_ = nullptr;
        }
    }
    batch taken;
    taken.chain = std::move(from.full_);
    taken.rows = std::exchange(from.rows_, 0);
    taken.server_time = std::exchange(from.server_time_, false);
    from.marker_.reset();
    from.set_limits();
    return taken;
}

batch buffer_access::take_to_wait(buffer& from)
{
    if (from.empty() || row_open(from) || from.size() > from.segment_size_ / 2) {
        return take(from);
    }
    batch taken;
    try {
        taken = copy(from);
    } catch (const std::bad_alloc&) {
        return take(from);
    }
    from.clear();
    return taken;
}

void buffer_access::put_back(buffer& to, batch&& rows) noexcept
{
    rows.chain.append(std::move(to.full_));
    to.full_ = std::move(rows.chain);
    to.rows_ += std::exchange(rows.rows, 0);
    to.server_time_ = to.server_time_ || rows.server_time;
    to.marker_.reset();
    to.set_limits();
}

void buffer_access::recycle(buffer& to, segment_chain&& chain, std::size_t most) noexcept
{
    while (!chain.empty()) {
        segment* one = chain.pop_front();
        one->size = one->capacity; // so that the spare ones know how much they are
        // another size was made for one large row
        if (one->capacity == to.segment_size_ && to.spare_.bytes() + one->capacity <= most) {
            to.spare_.push_back(one);
        } else {
            segment::destroy(one);
        }
    }
}

batch buffer_access::copy(const buffer& from)
{
    batch rows;
    for (const std::string_view piece : from.chunks()) {
        segment* const one = segment::make(piece.size());
        std::memcpy(one->data(), piece.data(), piece.size());
        one->size = piece.size();
        rows.chain.push_back(one);
    }
    rows.rows = from.row_count();
    rows.server_time = from.server_time_;
    return rows;
}

bool buffer_access::row_open(const buffer& of) noexcept
{
    return of.state_ != buffer::state::idle;
}

fault buffer_access::finish(buffer& of)
{
    return of.finish_now() ? fault() : of.take_problem();
}

fault buffer_access::finish(buffer& of, timestamp_micros value)
{
    return of.finish_at(value) ? fault() : of.take_problem();
}

fault buffer_access::finish(buffer& of, timestamp_nanos value)
{
    return of.finish_at(value) ? fault() : of.take_problem();
}

} // namespace detail
} // namespace coquest
