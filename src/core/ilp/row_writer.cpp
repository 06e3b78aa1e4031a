// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Names, timestamps, the end of a row, and its errors.

#include <coquest/detail/null_text.hpp>
#include <coquest/detail/row_writer.hpp>

#include "core/ilp/digits.hpp"
#include "core/ilp/name.hpp"
#include "core/ilp/row_names.hpp"
#include "core/text/quoted.hpp"
#include "core/text/utf8.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

constexpr std::size_t largest_name = std::numeric_limits<std::size_t>::max() / 16; // sums fit

// The last designated timestamps that QuestDB accepts (docs/protocol.md, Timestamps).
constexpr std::int64_t last_micros = 253'402'300'799'999'999;  // 9999-12-31T23:59:59.999999Z
constexpr std::int64_t last_nanos = 9'214'646'399'999'999'999; // 2261-12-31T23:59:59.999999999Z

constexpr std::size_t bound_slack = 64 * 1024; // for numbers that are shorter than their bounds

std::string too_large_a_row(std::size_t max_size)
{
    return "a row of more than " + std::to_string(max_size) +
           " bytes does not fit the buffer: raise max_buf_size";
}

bool begins_row(std::string_view operation) noexcept
{
    return operation == "table" || operation.starts_with("append");
}

} // namespace

row_writer::row_writer(protocol_version version, const buffer_options& limits)
    : memory_(limits.segment_size, limits.max_size, limits.check_duplicates),
      max_name_len_(std::clamp<std::size_t>(limits.max_name_len, 16, largest_name)),
      version_(version), check_duplicates_(limits.check_duplicates)
{
}

row_writer::row_writer(row_writer&& other) noexcept
    : memory_(std::move(other.memory_)), last_timestamp_(other.last_timestamp_),
      max_name_len_(other.max_name_len_), version_(other.version_),
      state_(std::exchange(other.state_, state::idle)), check_duplicates_(other.check_duplicates_),
      problem_(std::move(other.problem_))
{
}

row_writer& row_writer::operator=(row_writer&& other) noexcept
{
    memory_ = std::move(other.memory_);
    last_timestamp_ = other.last_timestamp_;
    max_name_len_ = other.max_name_len_;
    version_ = other.version_;
    state_ = std::exchange(other.state_, state::idle);
    check_duplicates_ = other.check_duplicates_;
    problem_ = std::move(other.problem_);
    return *this;
}

bool row_writer::grow(std::size_t bytes)
{
    // `bytes` is an upper bound: texts may be half as long, and numbers may be shorter. A row that
    // exceeds the limit even then is refused before memory is allocated for it.
    if (memory_.row_bytes() + bytes / 2 > memory_.max_size() + bound_slack) {
        break_row(errc::invalid_api_call, too_large_a_row(memory_.max_size()));
        return false;
    }
    memory_.make_room(bytes);
    return true;
}

char* row_writer::put_odd_name(char* out, std::string_view name, name_kind kind, bool checked)
{
    bool escaped = true;
    if (!checked) {
        const name_check result = check_name(name, kind);
        if (result.problem != name_problem::none) {
            break_row(errc::invalid_name, explain(result, name, kind));
            return nullptr;
        }
        escaped = result.escaped;
    }
    if (name.size() > max_name_len_) {
        break_row(errc::invalid_name,
                  std::string(kind == name_kind::table ? "table" : "column") + " name " +
                      quoted(name) + " has " + std::to_string(name.size()) +
                      " bytes, more than max_name_len (" + std::to_string(max_name_len_) + ")");
        return nullptr;
    }
    if (escaped) {
        return put_escaped_name(out, name);
    }
    std::memcpy(out, name.data(), name.size());
    return out + name.size();
}

// The fast path: a valid timestamp that begins with the same digits as the previous one.
bool row_writer::finish_at(timestamp_nanos value)
{
    const auto ticks = static_cast<std::uint64_t>(value.value);
    if (!can_finish(max_timestamp_text) || ticks > last_nanos || !last_timestamp_.leads(ticks))
        [[unlikely]] {
        return finish_slowly(value.value, unit::nanos);
    }
    *memory_.row_end() = ' ';
    char* out = put_timestamp(memory_.row_end() + 1, ticks, last_timestamp_);
    *out = 'n';
    out += version_ != protocol_version::v1; // version 1 has no suffix
    *out = '\n';
    return commit(out + 1);
}

bool row_writer::finish_at(timestamp_micros value)
{
    const auto ticks = static_cast<std::uint64_t>(value.value);
    if (!can_finish(max_timestamp_text) || ticks > last_micros || !last_timestamp_.leads(ticks) ||
        version_ == protocol_version::v1) [[unlikely]] {
        return finish_slowly(value.value, unit::micros);
    }
    *memory_.row_end() = ' ';
    char* out = put_timestamp(memory_.row_end() + 1, ticks, last_timestamp_);
    out[0] = 't';
    out[1] = '\n';
    return commit(out + 2);
}

bool row_writer::finish_slowly(std::int64_t value, unit value_unit)
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
    *memory_.row_end() = ' ';
    last_timestamp_.take(digits);
    char* out = last_timestamp_.leads(digits)
                    ? put_timestamp(memory_.row_end() + 1, digits, last_timestamp_)
                    : put_unsigned(memory_.row_end() + 1, digits);
    if (!v1) {
        *out++ = static_cast<char>(value_unit);
    }
    *out = '\n';
    return commit(out + 1);
}

bool row_writer::refuse_timestamp(std::int64_t value, std::int64_t last, unit value_unit)
{
    break_row(errc::invalid_timestamp,
              "timestamp " + std::to_string(value) + (value_unit == unit::micros ? " us" : " ns") +
                  (value < 0 ? " is negative: the designated timestamp can't be before 1970"
                             : " is beyond the server's last, " + std::to_string(last)));
    return refuse_finish("at");
}

bool row_writer::finish_now()
{
    if (!can_finish(1) && (state_ > state::column || state_ == state::table || !ensure(1)))
        [[unlikely]] {
        return refuse_finish("at_now");
    }
    *memory_.row_end() = '\n';
    memory_.set_server_time();
    return commit(memory_.row_end() + 1);
}

// Commits a row that has to be checked. Returns false if the row is refused.
bool row_writer::commit_slowly(char* end)
{
    const auto row_bytes = static_cast<std::size_t>(end - memory_.row_begin());
    const std::size_t max_size = memory_.max_size();
    if (row_bytes > max_size) {
        break_row(errc::invalid_api_call, too_large_a_row(max_size));
        return refuse_finish("at");
    }
    if (memory_.size() + row_bytes > max_size) {
        break_row(errc::invalid_api_call, memory_.lack_of_room(row_bytes));
        return refuse_finish("at");
    }
    if (check_duplicates_) {
        const std::string duplicate = find_duplicate({memory_.row_begin(), row_bytes}, names_);
        if (!duplicate.empty()) {
            break_row(errc::invalid_api_call,
                      quoted(duplicate) + " appears twice in the row: the server would keep "
                                          "the first value and silently drop the second");
            return refuse_finish("at");
        }
    }
    commit_checked(end);
    return true;
}

// Withdraws a row that cannot be finished. Its error stays in problem_ for the caller to report.
bool row_writer::refuse_finish(const char* operation)
{
    refuse_call(operation); // keeps the first error of a row that is already broken
    memory_.drop_row();
    state_ = state::idle;
    return false;
}

void row_writer::refuse_call(const char* operation)
{
    const char* expected = "";
    switch (state_) {
    case state::idle: expected = "`table`"; break;
    case state::table: expected = "`symbol` or `column`"; break;
    case state::symbol: expected = "`symbol`, `column` or `at`"; break;
    case state::column: expected = "`column` or `at`"; break;
    case state::broken: return; // keeps the first error
    }
    std::string message =
        std::string("bad call to `") + operation + "`: should have called " + expected + " instead";
    if (state_ != state::idle && begins_row(operation)) {
        message += ": " + open_row();
    }
    break_row(errc::invalid_api_call, std::move(message));
}

void row_writer::require_idle(const char* operation)
{
    if (state_ != state::idle) {
        refuse_finish(operation);
        throw_problem();
    }
}

void row_writer::refuse_time_point()
{
    break_row(errc::invalid_timestamp, "the time point does not fit a 64-bit timestamp");
}

// Returns the name of the value that is being written at @p value, without escapes.
std::string row_writer::name_before(const char* value) const
{
    std::string name;
    for (const char* c = memory_.row_end() + 1; c != value - 1; ++c) {
        c += *c == '\\' ? 1 : 0;
        name += *c;
    }
    return name;
}

// Returns the table of the open row, which is the first part of its text. Returns an empty string
// if the row is broken, because its text is gone then.
std::string row_writer::open_table() const
{
    std::string name;
    if (state_ != state::broken) {
        for (const char* c = memory_.row_begin(); c != memory_.row_end() && *c != ',' && *c != ' ';
             ++c) {
            c += *c == '\\' ? 1 : 0;
            name += *c;
        }
    }
    return name;
}

std::string row_writer::open_row() const
{
    const std::string table = open_table();
    return table.empty() ? "a row is open" : "a row of table " + quoted(table) + " is open";
}

void row_writer::discard_row() noexcept
{
    memory_.drop_row();
    state_ = state::idle;
    problem_.reset();
}

void row_writer::clear() noexcept
{
    memory_.clear();
    discard_row();
}

void row_writer::refuse_text(std::string_view name, std::string_view value, bool symbol)
{
    const std::string subject = std::string(symbol ? "symbol " : "column ") + quoted(name);
    if (is_null_text(value)) {
        break_row(errc::invalid_api_call,
                  subject + " of table " + quoted(open_table()) + ": the value is a null pointer");
        return;
    }
    const std::size_t valid = valid_utf8_prefix(value);
    const std::size_t zero = symbol ? value.find('\0') : value.npos;
    if (zero < valid) {
        break_row(errc::invalid_api_call, subject + ": zero byte at byte " + std::to_string(zero) +
                                              " of the value, which the server refuses in symbols");
        return;
    }
    break_row(errc::invalid_utf8,
              subject + ": invalid UTF-8 at byte " + std::to_string(valid) + " of the value");
}

void row_writer::refuse(errc code, column_name name, const std::string& message)
{
    if (state_ > state::column) {
        refuse_call("column");
        return;
    }
    break_row(code, "column " + quoted(name.view()) + ": " + message);
}

void row_writer::break_row(errc code, std::string message)
{
    if (state_ != state::broken) {
        problem_ = std::make_unique<status>(code, std::move(message));
        memory_.drop_row();
        state_ = state::broken;
    }
}

status row_writer::take_problem()
{
    status result = std::move(*problem_);
    problem_.reset();
    return result;
}

void row_writer::throw_problem()
{
    throw take_problem().to_error();
}

std::error_code row_writer::problem_code(diagnostics* info)
{
    status result = take_problem();
    if (info != nullptr) {
        *info = result.info();
    }
    return result.code();
}

} // namespace coquest::inline v0::detail
