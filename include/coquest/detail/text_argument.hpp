// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A text argument of functions that are called rarely. Unlike std::string_view, it can be made from
// a null pointer, so that the function can report an error that names the argument.
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/detail/null_text.hpp>

#include <concepts>
#include <cstddef>
#include <string_view>

namespace coquest::inline v0::detail {

/// Refers to a text. Converts from everything that converts to std::string_view.
class text_argument {
public:
    /// Refers to @p text.
    constexpr text_argument(std::string_view text) noexcept // NOLINT(google-explicit-constructor)
        : text_(text)
    {
    }
    /// Refers to the text that @p text converts to. A null pointer is allowed.
    template <class T>
    requires std::convertible_to<const T&, std::string_view>
    constexpr text_argument(const T& text) // NOLINT(google-explicit-constructor)
        : text_(convert(text))
    {
    }
    text_argument(std::nullptr_t) = delete;

    /// Returns the text, or null_text for a null pointer.
    constexpr operator std::string_view() const noexcept // NOLINT(google-explicit-constructor)
    {
        return text_;
    }

private:
    template <class T>
    static constexpr std::string_view convert(const T& text)
    {
        if constexpr (c_string<T>) {
            return text_of(static_cast<const char*>(text));
        } else {
            return text;
        }
    }

    std::string_view text_;
};

} // namespace coquest::inline v0::detail
