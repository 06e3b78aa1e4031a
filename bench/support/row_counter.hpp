// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

namespace coquest::bench {

/// Counts rows of protocol version 1, or 2 without arrays.
class row_counter {
public:
    /// Returns the number of rows that end within @p bytes, which follow those of the last call.
    std::size_t count(std::string_view bytes) noexcept;
    /// Treats @p bytes as whole rows, or as a part, and inspects only the last byte.
    void skip(std::string_view bytes) noexcept { last_ = bytes.empty() ? last_ : bytes.back(); }
    /// Returns whether the bytes end with a row.
    [[nodiscard]] bool at_end() const noexcept { return state_ == state::text && last_ == '\n'; }

private:
    enum class state { text, escaped, value, text_value, escaped_in_text };

    state state_ = state::text;
    std::size_t skip_ = 0; // remaining bytes of a binary number
    char last_ = '\n';
};

} // namespace coquest::bench
