// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Writes rows in the line protocol (docs/protocol.md, Rows) into the memory of a buffer.
#pragma once

#include <coquest/buffer_options.hpp>
#include <coquest/detail/language.hpp>
#include <coquest/detail/segment_store.hpp>
#include <coquest/detail/status.hpp>
#include <coquest/detail/text.hpp>
#include <coquest/error.hpp>
#include <coquest/name.hpp>
#include <coquest/protocol_version.hpp>
#include <coquest/timestamp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace coquest::inline v0::detail {

/// Writes one row after another. The first mistake breaks the open row: its bytes are dropped, and
/// all calls are ignored until the row is finished, which fails, or discarded.
class row_writer {
public:
    /// What the open row has. A symbol may follow the first two, a column the first three.
    enum class state : unsigned char { table, symbol, column, idle, broken };

    row_writer(protocol_version version, const buffer_options& limits);
    /// Takes the rows and the segments of @p other, which is empty then.
    row_writer(row_writer&& other) noexcept;
    row_writer& operator=(row_writer&& other) noexcept;
    ~row_writer() = default;

    [[nodiscard]] protocol_version version() const noexcept { return version_; }
    [[nodiscard]] segment_store& memory() noexcept { return memory_; }
    [[nodiscard]] const segment_store& memory() const noexcept { return memory_; }
    [[nodiscard]] bool is_idle() const noexcept { return state_ == state::idle; }
    [[nodiscard]] bool is_broken() const noexcept { return state_ == state::broken; }

    /// Begins a row.
    void table(table_name name);
    /// Adds a symbol.
    void symbol(column_name name, std::string_view value);
    /// Writes the separator and the name of a column. Returns where the value begins, with room
    /// for @p value_bytes; null if the row is broken.
    [[nodiscard]] char* begin_column(column_name name, std::size_t value_bytes);
    /// Ends the column that begin_column() began. Its value ends at @p end.
    void end_column(char* end) noexcept { set_row(end, state::column); }
    /// Ends the column that begin_column() began with the text @p value, in quotes, at @p out.
    void end_text_column(char* out, std::string_view value);
    /// Finishes the row. Returns false if it is refused; take_problem() has the error then.
    [[nodiscard]] bool finish_at(timestamp_micros value);
    /// \copydoc finish_at(timestamp_micros)
    [[nodiscard]] bool finish_at(timestamp_nanos value);
    /// \copydoc finish_at(timestamp_micros)
    template <class Clock, class Duration>
    [[nodiscard]] bool finish_at(std::chrono::time_point<Clock, Duration> value);
    /// Finishes the row without a timestamp, which the server sets.
    [[nodiscard]] bool finish_now();
    /// Withdraws the open row, if there is one, and its error.
    void discard_row() noexcept;
    /// Drops all rows.
    void clear() noexcept;
    /// Breaks a row without an error, so that all calls are ignored.
    void ignore_rows() noexcept { state_ = state::broken; }

    /// Breaks the row because of column @p name.
    void refuse(errc code, column_name name, const std::string& message);
    /// Breaks the row because of the text @p value of symbol or column @p name.
    void refuse_text(std::string_view name, std::string_view value, bool symbol);
    /// Breaks the row because a time point does not fit 64 bits.
    void refuse_time_point();
    /// Breaks the row because @p operation must not be called now.
    void refuse_call(const char* operation);
    void break_row(errc code, std::string message);
    /// Withdraws a row that cannot be finished; without an error, that @p operation was called is
    /// its error. Returns false.
    bool refuse_finish(const char* operation);
    /// Throws if a row is open, and withdraws it.
    void require_idle(const char* operation);
    /// Returns the error of the row that was refused.
    [[nodiscard]] status take_problem();
    [[noreturn]] void throw_problem();
    /// Returns the code of take_problem(). @p info, unless null, receives the diagnostics.
    [[nodiscard]] std::error_code problem_code(diagnostics* info);
    /// Returns the text `a row of table "x" is open`.
    [[nodiscard]] std::string open_row() const;

    // For encoders that write a whole row at memory().row_end():

    /// Makes room for @p bytes more. Returns false if the row is broken.
    bool ensure(std::size_t bytes) { return memory_.has_room(bytes) || grow(bytes); }
    /// Returns true if @p name is short enough, or breaks the row.
    bool takes_length(std::string_view name, name_kind kind)
    {
        // 16 is the least that max_name_len can be
        return name.size() <= 16 || name.size() <= max_name_len_ ||
               put_odd_name(memory_.row_end(), name, kind, true) != nullptr;
    }
    /// Writes a name of any bytes and length, which is checked unless @p checked. Returns the end,
    /// or null if the row is broken.
    [[nodiscard]] char* put_odd_name(char* out, std::string_view name, name_kind kind,
                                     bool checked);
    /// Sets where the open row ends, and what it has.
    void set_row(char* end, state reached) noexcept
    {
        memory_.set_row_end(end);
        state_ = reached;
    }

private:
    enum class unit : char { micros = 't', nanos = 'n' };

    template <name_kind Kind>
    char* put_name(char* out, const basic_name<Kind>& name);
    char* put_runtime_name(char* out, std::string_view name, name_kind kind, bool checked);
    char* begin_symbol(column_name name, std::size_t value_bytes);
    char* put_key(char separator, column_name name, std::size_t value_bytes);
    void end_symbol(char* out, std::string_view value);
    [[gnu::noinline]] void end_long_symbol(char* out, std::string_view value);
    bool grow(std::size_t bytes);
    [[nodiscard]] bool can_finish(std::size_t bytes) const noexcept
    {
        return (state_ == state::symbol || state_ == state::column) && memory_.has_room(bytes);
    }
    [[gnu::noinline]] bool finish_slowly(std::int64_t value, unit value_unit);
    bool commit(char* end)
    {
        if (memory_.needs_check(end)) [[unlikely]] {
            return commit_slowly(end);
        }
        commit_checked(end);
        return true;
    }
    void commit_checked(char* end) noexcept
    {
        memory_.commit(end);
        state_ = state::idle;
    }
    [[gnu::noinline]] bool commit_slowly(char* end);
    bool refuse_timestamp(std::int64_t value, std::int64_t last, unit value_unit);
    [[nodiscard]] std::string name_before(const char* value) const;
    [[nodiscard]] std::string open_table() const;

    segment_store memory_;
    timestamp_text last_timestamp_;
    std::size_t max_name_len_;
    protocol_version version_;
    state state_ = state::idle;
    bool check_duplicates_;
    std::unique_ptr<status> problem_;     // of the broken row
    std::vector<std::string_view> names_; // scratch memory of check_duplicates_
};

template <name_kind Kind>
inline char* row_writer::put_name(char* out, const basic_name<Kind>& name)
{
    // 16 is the least that max_name_len can be
    if (name.plain() && (name.size() <= 16 || name.size() <= max_name_len_)) {
        std::memcpy(out, name.view().data(), name.size());
        return out + name.size();
    }
    return put_runtime_name(out, name.view(), Kind, name.checked());
}

inline void row_writer::table(table_name name)
{
    if (state_ != state::idle) [[unlikely]] {
        refuse_call("table");
        return;
    }
    if (ensure(2 * name.size())) {
        if (char* end = put_name(memory_.row_end(), name)) {
            set_row(end, state::table);
        }
    }
}

// Writes the separator, the name and `=`; returns null if the row is broken.
inline char* row_writer::begin_symbol(column_name name, std::size_t value_bytes)
{
    if (state_ > state::symbol) [[unlikely]] {
        refuse_call("symbol");
        return nullptr;
    }
    return put_key(',', name, value_bytes);
}

inline char* row_writer::begin_column(column_name name, std::size_t value_bytes)
{
    if (state_ > state::column) [[unlikely]] {
        refuse_call("column");
        return nullptr;
    }
    return put_key(state_ == state::column ? ',' : ' ', name, value_bytes);
}

inline char* row_writer::put_key(char separator, column_name name, std::size_t value_bytes)
{
    if (!ensure(2 * name.size() + value_bytes + 2)) [[unlikely]] {
        return nullptr;
    }
    *memory_.row_end() = separator;
    char* out = put_name(memory_.row_end() + 1, name);
    if (out == nullptr) [[unlikely]] {
        return nullptr;
    }
    *out = '=';
    return out + 1;
}

inline void row_writer::symbol(column_name name, std::string_view value)
{
    if (char* out = begin_symbol(name, 2 * value.size())) {
        end_symbol(out, value);
    }
}

template <class Clock, class Duration>
bool row_writer::finish_at(std::chrono::time_point<Clock, Duration> value)
{
    timestamp_of<Duration> timestamp;
    if (!to_timestamp(value, timestamp)) {
        refuse_time_point();
    }
    return finish_at(timestamp);
}

} // namespace coquest::inline v0::detail
