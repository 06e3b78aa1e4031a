// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Builds JSON, the output of `--json`.
#pragma once

#include <coquest/detail/status.hpp>

#include <concepts>
#include <string>
#include <string_view>

namespace coquest::tools {

/// Returns @p text as a JSON string.
[[nodiscard]] std::string json_string(std::string_view text);

/// Builds the text of an object or an array. The caller leaves out members that have no value.
class json_text {
public:
    explicit json_text(char open) : text_(1, open) {}

    json_text& add(std::string_view name, const std::string& value)
    {
        return raw(name, json_string(value));
    }
    json_text& add(std::string_view name, const char* value)
    {
        return raw(name, json_string(value));
    }
    json_text& add(std::string_view name, std::same_as<bool> auto value)
    {
        return raw(name, value ? "true" : "false");
    }
    json_text& add(std::string_view name, std::integral auto value)
    requires(!std::same_as<decltype(value), bool>)
    {
        return raw(name, std::to_string(value));
    }
    /// Adds text that is JSON. The name is empty for an element of an array.
    json_text& raw(std::string_view name, std::string_view json);
    [[nodiscard]] std::string close() const { return text_ + (text_[0] == '{' ? '}' : ']'); }

private:
    std::string text_;
};

/// Returns an array with what @p to_element makes of each element of @p range.
template <class Range, class Function>
std::string array_of(const Range& range, Function to_element)
{
    json_text out('[');
    for (const auto& element : range) {
        out.raw("", to_element(element));
    }
    return out.close();
}

/// Returns the code, the reason, the hint and more of a failure as an object.
[[nodiscard]] std::string failure_json(const detail::status& failure);

} // namespace coquest::tools
