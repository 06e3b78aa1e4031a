// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows of a table that is declared once. The compiler checks names and types and escapes the names,
// and a row checks once whether there is room.
//
//   namespace fields = coquest::fields;
//   constexpr coquest::row_schema<"trades", fields::symbol<"symbol">, fields::f64<"price">> trades;
//
//   rows.append(trades("BTC-USDT", 37779.62).at(time));
//   rows.append(list, trades.from(&trade::symbol, &trade::price).at(&trade::time));
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/detail/language.hpp>
#include <coquest/detail/same_name.hpp>
#include <coquest/name.hpp>
#include <coquest/row_fields.hpp>
#include <coquest/timestamp.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace coquest::inline v0 {
namespace detail {

/// Marks a row whose timestamp the server sets.
struct server_time {};

/// Holds a row of a schema: its values and its timestamp. Lifetime: it may refer to the texts that
/// it was given.
template <class Schema, class At, class... Values>
class finished_row {
public:
    constexpr finished_row(std::tuple<Values...> values, At at)
        : values_(std::move(values)), at_(std::move(at))
    {
    }

    /// Writes the row. Returns false if it is refused; @p rows holds the error then.
    bool write(row_writer& rows) const
    {
        if (!rows.is_idle()) [[unlikely]] {
            return rows.refuse_finish("append");
        }
        const std::size_t bound = std::apply(
            [](const Values&... values) {
                return Schema::fixed_bound + (text_bound(values) + ... + 0);
            },
            values_);
        if (!rows.ensure(bound) || !rows.takes_length(Schema::longest_name, Schema::longest_kind))
            [[unlikely]] {
            return rows.refuse_finish("append");
        }
        char* const end =
            rows.version() == protocol_version::v1 ? put<false>(rows) : put<true>(rows);
        if (end == nullptr) [[unlikely]] {
            return rows.refuse_finish("append");
        }
        const bool empty = end == rows.memory().row_end() + Schema::table_key::size;
        rows.set_row(end, empty ? row_writer::state::table : row_writer::state::column);
        if constexpr (std::same_as<At, server_time>) {
            return rows.finish_now();
        } else {
            return rows.finish_at(at_);
        }
    }

private:
    template <class T>
    static std::size_t text_bound(const T& value) noexcept
    {
        if constexpr (is_optional<T>) {
            return value ? text_bound(*value) : 0;
        } else if constexpr (text_like<T>) {
            return 2 * text_of(value).size();
        } else {
            return 0;
        }
    }

    template <bool Binary>
    char* put(row_writer& rows) const
    {
        char* out = Schema::table_key::put(rows.memory().row_end());
        bool column_before = false;
        const bool good = [&]<std::size_t... I>(std::index_sequence<I...>) {
            return (put_field<Binary, I>(rows, out, column_before) && ...);
        }(std::index_sequence_for<Values...>());
        return good ? out : nullptr;
    }

    /// Returns true if a column that is never NULL comes before field @p I.
    static constexpr bool column_surely_before(std::size_t I) noexcept
    {
        constexpr std::array<bool, sizeof...(Values)> optional{is_optional<Values>...};
        for (std::size_t i = Schema::symbols; i < I; ++i) {
            if (!optional[i]) {
                return true;
            }
        }
        return false;
    }

    template <bool Binary, std::size_t I>
    bool put_field(row_writer& rows, char*& out, bool& column_before) const
    {
        using field = typename Schema::template field<I>;
        const auto& value = std::get<I>(values_);
        if constexpr (is_optional<std::tuple_element_t<I, std::tuple<Values...>>>) {
            return !value || put_value<Binary, field, I>(rows, out, column_before, *value);
        } else {
            return put_value<Binary, field, I>(rows, out, column_before, value);
        }
    }

    template <bool Binary, class Field, std::size_t I, class T>
    bool put_value(row_writer& rows, char*& out, bool& column_before, const T& value) const
    {
        constexpr bool first = I == Schema::symbols;
        char* const key = out;
        char *const begin = Field::template key < Field::is_symbol || !first ? ',' : ' ',
                    Binary > ::put(out);
        if constexpr (!Field::is_symbol) {
            if constexpr (!first && !column_surely_before(I)) {
                *key = column_before ? ',' : ' ';
            }
            column_before = true;
        }
        if constexpr (text_like<T>) {
            out = Field::template put<Binary>(begin, text_of(value));
        } else {
            out = Field::template put<Binary>(begin, value);
        }
        if (out != nullptr) [[likely]] {
            return true;
        }
        refuse_value<Field>(rows, value);
        return false;
    }

    template <class Field, class T>
    [[gnu::noinline]] static void refuse_value(row_writer& rows, const T& value)
    {
        // opens the row, so that the error is that of the value
        rows.set_row(rows.memory().row_end() + Schema::table_key::size, row_writer::state::table);
        if constexpr (text_like<T>) {
            rows.refuse_text(Field::name.view(), text_of(value), Field::is_symbol);
        } else {
            rows.refuse(errc::invalid_timestamp, Field::name,
                        "the time point does not fit a 64-bit timestamp");
        }
    }

    std::tuple<Values...> values_;
    At at_;
};

/// Holds the values of a row. at() or at_now() adds the timestamp.
template <class Schema, class... Values>
class [[nodiscard]] row_values {
public:
    constexpr explicit row_values(std::tuple<Values...> values) : values_(std::move(values)) {}

    /// Adds the designated timestamp in microseconds.
    [[nodiscard]] constexpr auto at(timestamp_micros value) &&
    {
        return finished_row<Schema, timestamp_micros, Values...>(std::move(values_), value);
    }
    /// Adds the designated timestamp in nanoseconds.
    [[nodiscard]] constexpr auto at(timestamp_nanos value) &&
    {
        return finished_row<Schema, timestamp_nanos, Values...>(std::move(values_), value);
    }
    /// Adds the designated timestamp, in nanoseconds if @p value has finer ticks than microseconds.
    template <class Clock, class Duration>
    [[nodiscard]] constexpr auto at(std::chrono::time_point<Clock, Duration> value) &&
    {
        return finished_row<Schema, std::chrono::time_point<Clock, Duration>, Values...>(
            std::move(values_), value);
    }
    /// Lets the server set the timestamp on arrival.
    [[nodiscard]] constexpr auto at_now() &&
    {
        return finished_row<Schema, server_time, Values...>(std::move(values_), {});
    }

private:
    std::tuple<Values...> values_;
};

/// Makes rows from objects: the result of row_schema::from with a timestamp.
template <class Schema, class At, class... Projections>
class row_maker {
public:
    constexpr row_maker(std::tuple<Projections...> projections, At at)
        : projections_(std::move(projections)), at_(std::move(at))
    {
    }

    /// Returns the row of @p object. Lifetime: the row refers to the texts in the object.
    template <class T>
    [[nodiscard]] constexpr auto operator()(const T& object) const
    {
        auto values =
            std::apply([&](const Projections&... p) { return Schema()(std::invoke(p, object)...); },
                       projections_);
        if constexpr (std::same_as<At, server_time>) {
            return std::move(values).at_now();
        } else {
            return std::move(values).at(std::invoke(at_, object));
        }
    }

private:
    std::tuple<Projections...> projections_;
    At at_;
};

/// Holds the members or functions that yield the values of a row. at() or at_now() adds the
/// timestamp.
template <class Schema, class... Projections>
class [[nodiscard]] row_projections {
public:
    constexpr explicit row_projections(std::tuple<Projections...> projections)
        : projections_(std::move(projections))
    {
    }

    /// Takes the timestamp from a member or a function of the object.
    template <class At>
    [[nodiscard]] constexpr auto at(At projection) &&
    {
        return row_maker<Schema, At, Projections...>(std::move(projections_),
                                                     std::move(projection));
    }
    /// Lets the server set the timestamps on arrival.
    [[nodiscard]] constexpr auto at_now() &&
    {
        return row_maker<Schema, server_time, Projections...>(std::move(projections_), {});
    }

private:
    std::tuple<Projections...> projections_;
};

template <class Field, class Value>
constexpr void check_value()
{
    static_assert(Field::template takes<typename value_inside<std::remove_cvref_t<Value>>::type>,
                  "the type of a value does not fit its field: symbol and str take text, boolean "
                  "bool, i64 integers that fit, f64 double or float, ts timestamps and time "
                  "points; each also as std::optional");
}

} // namespace detail

/// Declares a table with its symbols and columns:
/// `row_schema<"trades", fields::symbol<"symbol">, fields::f64<"price">>`. Symbols come first. A
/// bad name, a name that appears twice, a missing value or a value of a wrong type is an error of
/// the compiler.
template <detail::literal Table, class... Fields>
class row_schema {
public:
    /// Takes one value for each field, in order, and returns a row that lacks its timestamp: call
    /// at() or at_now() on it. An empty std::optional is NULL. Lifetime: a text that is an lvalue,
    /// a view or a C string is referred to, and must outlive the row.
    template <class... Values>
    constexpr auto operator()(Values&&... values) const
    {
        static_assert(sizeof...(Values) == sizeof...(Fields), "a row has a value for each field");
        (detail::check_value<Fields, Values>(), ...);
        return detail::row_values<row_schema, detail::kept_value<Values>...>(
            std::tuple<detail::kept_value<Values>...>(std::forward<Values>(values)...));
    }

    /// Takes one member, or function of an object, for each field. With a timestamp by at() or
    /// at_now(), the result makes rows from objects: pass it to `append` with a range.
    template <class... Projections>
    constexpr auto from(Projections... projections) const
    {
        static_assert(sizeof...(Projections) == sizeof...(Fields),
                      "a row has a value for each field");
        return detail::row_projections<row_schema, Projections...>(
            std::tuple<Projections...>(std::move(projections)...));
    }

private:
    template <class, class, class...>
    friend class detail::finished_row;

    template <std::size_t I>
    using field = std::tuple_element_t<I, std::tuple<Fields...>>;
    using table_key = detail::key<'\0', Table, "">;

    static constexpr table_name table{Table.text};
    static constexpr std::size_t symbols = (std::size_t{0} + ... + (Fields::is_symbol ? 1 : 0));
    static constexpr std::array<std::string_view, sizeof...(Fields)> names{Fields::name.view()...};
    static constexpr std::string_view longest_name = std::ranges::max(
        {Table.view(), Fields::name.view()...}, {}, [](std::string_view n) { return n.size(); });
    static constexpr detail::name_kind longest_kind = longest_name.size() == Table.view().size()
                                                          ? detail::name_kind::table
                                                          : detail::name_kind::column;
    /// The most bytes of a row without its texts and its timestamp.
    static constexpr std::size_t fixed_bound =
        table_key::size +
        (std::size_t{0} + ... + (Fields::template key<',', true>::size + detail::max_double_text));

    static_assert(sizeof...(Fields) != 0, "a row has at least one symbol or column");
    static_assert(
        [] {
            constexpr std::array<bool, sizeof...(Fields)> is_symbol{Fields::is_symbol...};
            return std::ranges::is_sorted(is_symbol, std::ranges::greater());
        }(),
        "symbols come before columns");
    static_assert(
        [] {
            for (std::size_t i = 0; i < names.size(); ++i) {
                for (std::size_t j = 0; j < i; ++j) {
                    if (detail::same_name(names[i], names[j])) {
                        return false;
                    }
                }
            }
            return true;
        }(),
        "a name appears twice in one schema");
};

} // namespace coquest::inline v0
