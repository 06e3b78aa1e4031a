// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

namespace coquest::bench {

/// Counts rows of protocol version 1, or 2 without arrays.
class row_counter {
public:
    /// Returns the rows that end within @p bytes, which follow those of the last call.
    std::size_t count(std::string_view bytes) noexcept;
    /// Takes @p bytes for whole rows, or a part, without a look at all but the last.
    void skip(std::string_view bytes) noexcept { last_ = bytes.empty() ? last_ : bytes.back(); }
    /// Says whether the bytes so far end with a row.
    [[nodiscard]] bool at_end() const noexcept { return now_ == state::text && last_ == '\n'; }

private:
    enum class state { text, escaped, value, text_value, escaped_in_text };

    state now_ = state::text;
    std::size_t skip_ = 0; // bytes left of a number in binary
    char last_ = '\n';
};

} // namespace coquest::bench
