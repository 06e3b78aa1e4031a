// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Texts from pointers that may be null, so that a function can report a null pointer by an error
// that names the argument.
#pragma once

#include <coquest/detail/language.hpp>

#include <concepts>
#include <string_view>

namespace coquest::inline v0::detail {

/// A pointer to text that ends with a zero byte; it may be null.
template <class T>
concept c_string = std::same_as<T, const char*> || std::same_as<T, char*>;

/// Represents the text of a null pointer. It is not UTF-8, so that it is never written, and its
/// address tells it from other texts that are not UTF-8.
inline constexpr char null_text[] = "\xff";

/// Returns the text at @p text, or null_text for a null pointer.
constexpr std::string_view text_of(const char* text) noexcept
{
    return text != nullptr ? std::string_view(text) : std::string_view(null_text, 1);
}
template <class T>
requires(!c_string<T>)
constexpr std::string_view text_of(const T& text) noexcept(noexcept(std::string_view(text)))
{
    return std::string_view(text);
}
/// Returns true if text_of made @p text from a null pointer.
constexpr bool is_null_text(std::string_view text) noexcept
{
    return text.data() == static_cast<const char*>(null_text);
}

} // namespace coquest::inline v0::detail
