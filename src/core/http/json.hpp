// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A small JSON reader (RFC 8259) for error bodies and /settings. It checks a whole text once and
// then finds members in it. It is not recursive and allocates no memory while it checks, because
// the text comes from a server and may be hostile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {

/// Refers to one value in a checked text. The text must outlive this object.
class json_value {
public:
    static constexpr std::size_t max_depth = 64; // of arrays and objects

    /// Constructs an absent value.
    json_value() = default;

    /// Checks @p text. Returns nothing if it is malformed, is nested deeper than max_depth, or
    /// holds more than one value.
    [[nodiscard]] static std::optional<json_value> parse(std::string_view text) noexcept;

    [[nodiscard]] bool is_object() const noexcept { return raw_.starts_with('{'); }
    [[nodiscard]] bool is_array() const noexcept { return raw_.starts_with('['); }

    /// Returns the first member named @p name. The result is absent if there is no such member, or
    /// if this is not an object.
    [[nodiscard]] json_value member(std::string_view name) const;

    /// Returns the first @p limit elements of an array, or no elements if this is not an array.
    [[nodiscard]] std::vector<json_value> elements(std::size_t limit) const;

    /// Returns the decoded string, or nothing if this is not a string. Lone surrogates become
    /// U+FFFD; invalid UTF-8 stays as it is.
    [[nodiscard]] std::optional<std::string> string() const;

    /// Returns an integer, or nothing if this is not a number, has a fraction or an exponent, or
    /// does not fit.
    [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;

private:
    explicit json_value(std::string_view raw) noexcept : raw_(raw) {}

    std::string_view raw_; // from the first character of the value to its last
};

} // namespace coquest::inline v0::detail
