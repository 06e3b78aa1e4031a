// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A small reader of JSON (RFC 8259) for error bodies and /settings: checks a whole text once, then
// finds members in it. Not a library's, since this layer depends on nothing; not recursive and with
// no memory of its own, since the text is a server's and may be hostile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::detail {

/// Refers to one value inside a text that was checked. The text must outlive it.
class json_value {
public:
    static constexpr std::size_t max_depth = 64; // of arrays and objects

    /// Makes a value that is absent.
    json_value() = default;

    /// Checks @p text. Empty where it is malformed, deeper than max_depth, or more than one value.
    [[nodiscard]] static std::optional<json_value> parse(std::string_view text) noexcept;

    [[nodiscard]] bool is_object() const noexcept { return raw_.starts_with('{'); }
    [[nodiscard]] bool is_array() const noexcept { return raw_.starts_with('['); }

    /// Returns the first member of that name; absent where there is none, or this is no object.
    [[nodiscard]] json_value member(std::string_view name) const;

    /// Returns the first @p limit elements of an array; none where this is no array.
    [[nodiscard]] std::vector<json_value> elements(std::size_t limit) const;

    /// Returns a string decoded; empty where this is none. A lone surrogate becomes U+FFFD; invalid
    /// UTF-8 stays as it is.
    [[nodiscard]] std::optional<std::string> string() const;

    /// Returns a number without fraction and exponent that fits.
    [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;

private:
    explicit json_value(std::string_view raw) noexcept : raw_(raw) {}

    std::string_view raw_; // from the first character of the value to its last
};

} // namespace coquest::detail
