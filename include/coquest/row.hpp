// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows of a schema that is declared once: the compiler checks names and types, escapes the names,
// and a row costs one look at the space that is left.
//
//   constexpr coquest::row_schema<"trades", coquest::symbol<"symbol">, coquest::f64<"price">>
//   trades; rows.append(trades("BTC-USDT", 37779.62).at(time)); rows.append(list,
//   trades.from(&trade::symbol, &trade::price).at(&trade::time));
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/detail/text.hpp>
#include <coquest/name.hpp>
#include <coquest/timestamp.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <ranges>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace coquest {
namespace detail {

/// A string literal as a template argument.
template <std::size_t N>
struct literal {
    char text[N]{};

    consteval literal(const char (&from)[N]) // NOLINT(google-explicit-constructor)
    {
        for (std::size_t i = 0; i < N; ++i) {
            text[i] = from[i];
        }
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, N - 1}; }
};

constexpr bool escaped_in_name(char c) noexcept
{
    return (name_bytes[static_cast<unsigned char>(c)] & name_escaped) != 0;
}

/// What stands before a value: a separator unless it is zero, the name with its escapes, @c After.
template <char Separator, literal Name, literal After>
struct key {
    static constexpr std::size_t size = [] {
        std::size_t n = (Separator != '\0' ? 1 : 0) + Name.view().size() + After.view().size();
        for (const char c : Name.view()) {
            n += escaped_in_name(c) ? 1 : 0;
        }
        return n;
    }();
    static constexpr std::array<char, size> text = [] {
        std::array<char, size> made{};
        std::size_t n = 0;
        if (Separator != '\0') {
            made[n++] = Separator;
        }
        for (const char c : Name.view()) {
            if (escaped_in_name(c)) {
                made[n++] = '\\';
            }
            made[n++] = c;
        }
        for (const char c : After.view()) {
            made[n++] = c;
        }
        return made;
    }();

    static char* put(char* out) noexcept
    {
        std::memcpy(out, text.data(), size);
        return out + size;
    }
};

template <class T>
concept text_like = std::convertible_to<const T&, std::string_view>;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// The type of a value, or of what an optional holds.
template <class T>
struct value_inside {
    using type = T;
};
template <class T>
struct value_inside<std::optional<T>> {
    using type = T;
};

/// How a row keeps a value: text that outlives the row as a view, all else as it is.
template <class T>
using kept_value = std::conditional_t<text_like<std::remove_cvref_t<T>> &&
                                          (std::is_lvalue_reference_v<T> ||
                                           std::is_trivially_copyable_v<std::remove_cvref_t<T>>),
                                      std::string_view, std::remove_cvref_t<T>>;

/// What all fields of a schema have. @c Binary: what precedes a value in versions 2 and 3.
template <literal Name, literal Binary = "=">
struct field {
    static constexpr column_name name{Name.text};
    static constexpr bool is_symbol = false;
    template <char Separator, bool IsBinary>
    using key = std::conditional_t<IsBinary, detail::key<Separator, Name, Binary>,
                                   detail::key<Separator, Name, "=">>;
};

} // namespace detail

/// A symbol of a row_schema; its values are UTF-8 text without zero bytes.
template <detail::literal Name>
struct symbol : detail::field<Name> {
    static constexpr bool is_symbol = true;
    template <class T>
    static constexpr bool takes = detail::text_like<T>;
    template <bool Binary>
    static char* put(char* out, std::string_view value) noexcept
    {
        return detail::put_symbol(out, value);
    }
};

/// A VARCHAR of a row_schema; its values are UTF-8 text.
template <detail::literal Name>
struct str : detail::field<Name> {
    template <class T>
    static constexpr bool takes = detail::text_like<T>;
    template <bool Binary>
    static char* put(char* out, std::string_view value) noexcept
    {
        return detail::put_string(out, value);
    }
};

/// A BOOLEAN of a row_schema; its values are bool.
template <detail::literal Name>
struct boolean : detail::field<Name> {
    template <class T>
    static constexpr bool takes = std::same_as<T, bool>;
    template <bool Binary>
    static char* put(char* out, bool value) noexcept
    {
        *out = value ? 't' : 'f';
        return out + 1;
    }
};

/// A LONG of a row_schema; its values are of any integer type that fits.
template <detail::literal Name>
struct i64 : detail::field<Name> {
    template <class T>
    static constexpr bool takes =
        std::integral<T> && !std::same_as<T, bool> && !detail::character<T> &&
        (std::signed_integral<T> || sizeof(T) < sizeof(std::int64_t));
    template <bool Binary>
    static char* put(char* out, std::int64_t value) noexcept
    {
        out = detail::put_integer(out, value);
        *out = 'i';
        return out + 1;
    }
};

/// A DOUBLE of a row_schema; its values are double or float.
template <detail::literal Name>
struct f64 : detail::field<Name, "==\x10"> {
    template <class T>
    static constexpr bool takes = std::same_as<T, double> || std::same_as<T, float>;
    template <bool Binary>
    static char* put(char* out, double value) noexcept
    {
        if constexpr (Binary) {
            std::memcpy(out, &value, sizeof value);
            return out + sizeof value;
        } else {
            return detail::put_double(out, value);
        }
    }
};

/// A TIMESTAMP of a row_schema, or TIMESTAMP_NS where its values tick finer than microseconds; its
/// values are timestamps, or time points of any clock with an epoch.
template <detail::literal Name>
struct ts : detail::field<Name> {
    template <class T>
    static constexpr bool takes = requires(buffer& rows, const T& value) {
        rows.column_ts(detail::field<Name>::name, value);
    };
    template <bool Binary>
    static char* put(char* out, timestamp_micros value) noexcept
    {
        out = detail::put_integer(out, value.value);
        *out = 't';
        return out + 1;
    }
    template <bool Binary>
    static char* put(char* out, timestamp_nanos value) noexcept
    {
        if constexpr (!Binary) { // version 1 knows microseconds only (contract §5.2)
            return put<Binary>(out, timestamp_micros(value.value / 1000));
        }
        out = detail::put_integer(out, value.value);
        *out = 'n';
        return out + 1;
    }
    template <bool Binary, class Clock, class Duration>
    static char* put(char* out, std::chrono::time_point<Clock, Duration> value)
    {
        detail::timestamp_of<Duration> timestamp;
        return detail::to_timestamp(value, timestamp) ? put<Binary>(out, timestamp) : nullptr;
    }
};

namespace detail {

/// Stands for the server's time in a row.
struct server_time {};

/// A row of a schema: its values and its timestamp. It may refer to the texts that it was given.
template <class Schema, class At, class... Values>
class finished_row {
public:
    constexpr finished_row(std::tuple<Values...> values, At at)
        : values_(std::move(values)), at_(std::move(at))
    {
    }

    /// Writes the row; false where it is refused, and @p rows knows why.
    bool write(buffer& rows) const
    {
        if (rows.state_ != buffer::state::idle) [[unlikely]] {
            return rows.misplaced("append").refuse_finish("append");
        }
        const std::size_t bound = std::apply(
            [](const Values&... values) {
                return Schema::fixed_bound + (text_bound(values) + ... + 0);
            },
            values_);
        if (!rows.ensure(bound) || !names_fit(rows)) [[unlikely]] {
            return rows.refuse_finish("append");
        }
        char* const end =
            rows.version_ == protocol_version::v1 ? put<false>(rows) : put<true>(rows);
        if (end == nullptr) [[unlikely]] {
            return rows.refuse_finish("append");
        }
        const bool empty = end == rows.pos_ + Schema::table_key::size;
        rows.pos_ = end;
        rows.state_ = empty ? buffer::state::table : buffer::state::column;
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
            return 2 * std::string_view(value).size();
        } else {
            return 0;
        }
    }

    static bool names_fit(buffer& rows)
    {
        constexpr std::string_view name = Schema::longest_name;
        // 16 is the least that max_name_len can be
        return name.size() <= 16 || name.size() <= rows.max_name_len_ ||
               rows.put_odd_name(rows.pos_, name, Schema::longest_kind, true) != nullptr;
    }

    template <bool Binary>
    char* put(buffer& rows) const
    {
        char* out = Schema::table_key::put(rows.pos_);
        bool column_before = false;
        const bool good = [&]<std::size_t... I>(std::index_sequence<I...>) {
            return (put_field<Binary, I>(rows, out, column_before) && ...);
        }(std::index_sequence_for<Values...>());
        return good ? out : nullptr;
    }

    /// Says whether a column that is always there comes before field @p I.
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
    bool put_field(buffer& rows, char*& out, bool& column_before) const
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
    bool put_value(buffer& rows, char*& out, bool& column_before, const T& value) const
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
        out = Field::template put<Binary>(begin, value);
        if (out != nullptr) [[likely]] {
            return true;
        }
        refuse_value<Field>(rows, value);
        return false;
    }

    template <class Field, class T>
    [[gnu::noinline]] static void refuse_value(buffer& rows, const T& value)
    {
        rows.state_ = buffer::state::table; // a row is open: its error is not one of order
        if constexpr (text_like<T>) {
            rows.bad_value(Field::name.view(), value, Field::is_symbol);
        } else {
            rows.refuse(errc::invalid_timestamp, Field::name,
                        "the time point does not fit a 64-bit timestamp");
        }
    }

    std::tuple<Values...> values_;
    At at_;
};

/// The values of a row, which at() or at_now() finish.
template <class Schema, class... Values>
class [[nodiscard]] row_values {
public:
    constexpr explicit row_values(std::tuple<Values...> values) : values_(std::move(values)) {}

    /// Gives the row its designated timestamp.
    [[nodiscard]] constexpr auto at(timestamp_micros value) &&
    {
        return finished_row<Schema, timestamp_micros, Values...>(std::move(values_), value);
    }
    [[nodiscard]] constexpr auto at(timestamp_nanos value) &&
    {
        return finished_row<Schema, timestamp_nanos, Values...>(std::move(values_), value);
    }
    template <class Clock, class Duration>
    [[nodiscard]] constexpr auto at(std::chrono::time_point<Clock, Duration> value) &&
    {
        return finished_row<Schema, std::chrono::time_point<Clock, Duration>, Values...>(
            std::move(values_), value);
    }
    /// Leaves the timestamp to the server.
    [[nodiscard]] constexpr auto at_now() &&
    {
        return finished_row<Schema, server_time, Values...>(std::move(values_), {});
    }

private:
    std::tuple<Values...> values_;
};

/// Makes rows from objects: what row_schema::from returns, once it knows the timestamp.
template <class Schema, class At, class... Projections>
class row_maker {
public:
    constexpr row_maker(std::tuple<Projections...> projections, At at)
        : projections_(std::move(projections)), at_(std::move(at))
    {
    }

    /// Returns the row of @p from; it refers to the texts in it.
    template <class T>
    [[nodiscard]] constexpr auto operator()(const T& from) const
    {
        auto values =
            std::apply([&](const Projections&... p) { return Schema()(std::invoke(p, from)...); },
                       projections_);
        if constexpr (std::same_as<At, server_time>) {
            return std::move(values).at_now();
        } else {
            return std::move(values).at(std::invoke(at_, from));
        }
    }

private:
    std::tuple<Projections...> projections_;
    At at_;
};

/// Where the values of a row are found in an object; at() or at_now() say its timestamp.
template <class Schema, class... Projections>
class [[nodiscard]] row_projections {
public:
    constexpr explicit row_projections(std::tuple<Projections...> projections)
        : projections_(std::move(projections))
    {
    }

    /// Takes the timestamp from a member, or from what a function of the object returns.
    template <class At>
    [[nodiscard]] constexpr auto at(At projection) &&
    {
        return row_maker<Schema, At, Projections...>(std::move(projections_),
                                                     std::move(projection));
    }
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

/// Says whether two names are one to the server, which ignores the case of letters.
constexpr bool same_name(std::string_view a, std::string_view b) noexcept
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

} // namespace detail

/// Declares the table, symbols and columns of rows: `row_schema<"trades", symbol<"symbol">,
/// f64<"price">>`. Symbols come first. A bad name, a name that is there twice, a missing value or
/// one of a wrong type does not compile.
template <detail::literal Table, class... Fields>
class row_schema {
public:
    /// Takes one value for each field, in order; an empty std::optional is NULL. Texts that are not
    /// given as rvalues are referred to: they outlive the row.
    template <class... Values>
    constexpr auto operator()(Values&&... values) const
    {
        static_assert(sizeof...(Values) == sizeof...(Fields), "a row has a value for each field");
        (detail::check_value<Fields, Values>(), ...);
        return detail::row_values<row_schema, detail::kept_value<Values>...>(
            std::tuple<detail::kept_value<Values>...>(std::forward<Values>(values)...));
    }

    /// Makes rows from objects: one member, or function of the object, for each field.
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
    /// Most bytes of all but texts and the timestamp.
    static constexpr std::size_t fixed_bound =
        table_key::size +
        (std::size_t{0} + ... + (Fields::template key<',', true>::size + detail::max_double_text));

    static_assert(sizeof...(Fields) != 0, "a row has one symbol or column at least");
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
        "a name is twice in one schema");
};

} // namespace coquest
