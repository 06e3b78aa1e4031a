// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The symbols and columns of a row_schema. Each field has a name and a type, and writes its values.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/detail/check_name.hpp>
#include <coquest/detail/language.hpp>
#include <coquest/detail/null_text.hpp>
#include <coquest/detail/text.hpp>
#include <coquest/name.hpp>
#include <coquest/timestamp.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

namespace coquest::inline v0 {
namespace detail {

/// Makes a string literal a template argument.
template <std::size_t N>
struct literal {
    char text[N]{};

    consteval literal(const char (&characters)[N]) // NOLINT(google-explicit-constructor)
    {
        for (std::size_t i = 0; i < N; ++i) {
            text[i] = characters[i];
        }
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, N - 1}; }
};

constexpr bool escaped_in_name(char c) noexcept
{
    return (name_bytes[static_cast<unsigned char>(c)] & name_escaped) != 0;
}

/// Holds the bytes before a value: a separator unless it is zero, the name with escapes, @c After.
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
        std::array<char, size> bytes{};
        std::size_t n = 0;
        if (Separator != '\0') {
            bytes[n++] = Separator;
        }
        for (const char c : Name.view()) {
            if (escaped_in_name(c)) {
                bytes[n++] = '\\';
            }
            bytes[n++] = c;
        }
        for (const char c : After.view()) {
            bytes[n++] = c;
        }
        return bytes;
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

/// The type of a value, or of the value in an optional.
template <class T>
struct value_inside {
    using type = T;
};
template <class T>
struct value_inside<std::optional<T>> {
    using type = T;
};

/// Refers to the text of a C string, which may be null.
struct c_string_text : std::string_view {
    constexpr c_string_text(const char* text) noexcept // NOLINT(google-explicit-constructor)
        : std::string_view(text_of(text))
    {
    }
};

/// The type in which a row keeps a value: a view of a text that outlives the row, else a copy.
template <class T>
using kept_value = std::conditional_t<
    c_string<std::remove_cvref_t<T>>, c_string_text,
    std::conditional_t<text_like<std::remove_cvref_t<T>> &&
                           (std::is_lvalue_reference_v<T> ||
                            std::is_trivially_copyable_v<std::remove_cvref_t<T>>),
                       std::string_view, std::remove_cvref_t<T>>>;

/// Holds what all fields have in common. @c Binary precedes a value in protocol versions 2 and 3.
template <literal Name, literal Binary = "=">
struct field {
    static constexpr column_name name{Name.text};
    static constexpr bool is_symbol = false;
    template <char Separator, bool IsBinary>
    using key = std::conditional_t<IsBinary, detail::key<Separator, Name, Binary>,
                                   detail::key<Separator, Name, "=">>;
};

} // namespace detail

/// The symbols and columns of a row_schema.
namespace fields {

/// Declares a SYMBOL of a row_schema. Values: UTF-8 text without zero bytes.
template <detail::literal Name>
struct symbol : detail::field<Name> {
    static constexpr bool is_symbol = true; ///< whether the field is a symbol
    /// Whether values of type T are accepted.
    template <class T>
    static constexpr bool takes = detail::text_like<T>;
    /// Writes a value. Returns the end, or null if the value is refused.
    template <bool Binary>
    static char* put(char* out, std::string_view value) noexcept
    {
        return detail::put_symbol(out, value);
    }
};

/// Declares a VARCHAR of a row_schema. Values: UTF-8 text.
template <detail::literal Name>
struct str : detail::field<Name> {
    /// Whether values of type T are accepted.
    template <class T>
    static constexpr bool takes = detail::text_like<T>;
    /// Writes a value. Returns the end, or null if the value is refused.
    template <bool Binary>
    static char* put(char* out, std::string_view value) noexcept
    {
        return detail::put_string(out, value);
    }
};

/// Declares a BOOLEAN of a row_schema. Values: bool.
template <detail::literal Name>
struct boolean : detail::field<Name> {
    /// Whether values of type T are accepted.
    template <class T>
    static constexpr bool takes = std::same_as<T, bool>;
    /// Writes a value. Returns the end, or null if the value is refused.
    template <bool Binary>
    static char* put(char* out, bool value) noexcept
    {
        *out = value ? 't' : 'f';
        return out + 1;
    }
};

/// Declares a LONG of a row_schema. Values: any integer type whose values all fit.
template <detail::literal Name>
struct i64 : detail::field<Name> {
    /// Whether values of type T are accepted.
    template <class T>
    static constexpr bool takes =
        std::integral<T> && !std::same_as<T, bool> && !detail::character<T> &&
        (std::signed_integral<T> || sizeof(T) < sizeof(std::int64_t));
    /// Writes a value. Returns the end, or null if the value is refused.
    template <bool Binary>
    static char* put(char* out, std::int64_t value) noexcept
    {
        out = detail::put_integer(out, value);
        *out = 'i';
        return out + 1;
    }
};

/// Declares a DOUBLE of a row_schema. Values: double or float.
template <detail::literal Name>
struct f64 : detail::field<Name, "==\x10"> {
    /// Whether values of type T are accepted.
    template <class T>
    static constexpr bool takes = std::same_as<T, double> || std::same_as<T, float>;
    /// Writes a value. Returns the end, or null if the value is refused.
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

/// Declares a TIMESTAMP of a row_schema, or a TIMESTAMP_NS if its values have finer ticks than
/// microseconds. Values: timestamps, or time points of any clock with an epoch.
template <detail::literal Name>
struct ts : detail::field<Name> {
    /// Whether values of type T are accepted.
    template <class T>
    static constexpr bool takes = requires(buffer& rows, const T& value) {
        rows.column_ts(detail::field<Name>::name, value);
    };
    /// Writes a value. Returns the end, or null if the value is refused.
    template <bool Binary>
    static char* put(char* out, timestamp_micros value) noexcept
    {
        out = detail::put_integer(out, value.value);
        *out = 't';
        return out + 1;
    }
    /// \copydoc put
    template <bool Binary>
    static char* put(char* out, timestamp_nanos value) noexcept
    {
        if constexpr (!Binary) { // version 1 has only microseconds
            return put<Binary>(out, timestamp_micros(value.value / 1000));
        }
        out = detail::put_integer(out, value.value);
        *out = 'n';
        return out + 1;
    }
    /// \copydoc put
    template <bool Binary, class Clock, class Duration>
    static char* put(char* out, std::chrono::time_point<Clock, Duration> value)
    {
        detail::timestamp_of<Duration> timestamp;
        return detail::to_timestamp(value, timestamp) ? put<Binary>(out, timestamp) : nullptr;
    }
};

} // namespace fields
} // namespace coquest::inline v0
