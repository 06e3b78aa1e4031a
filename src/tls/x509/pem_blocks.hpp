// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Splits PEM text into its blocks. Also reports text that looks like a block but cannot be read, so
// that no certificate is silently left out.
//
// Accepts harmless deviations: any case, number of dashes, white space and line ends, a byte order
// mark, text before a BEGIN, and several blocks on one line. Lines that begin with # are comments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {

struct pem_block {
    enum class state {
        whole,
        cut_off,     // there is no END, or one with another label
        stray_end,   // an END without a BEGIN
        odd_marker,  // a line that reads like a BEGIN or END, without the dashes
        bare_base64, // base64 outside any block that may be a certificate
        nul,         // a NUL byte outside any block: binary data, or UTF-16
    };
    state kind = state::whole;
    std::string label;        // in upper case: "CERTIFICATE"; empty if the line has no label
    std::string_view content; // between BEGIN and END
    std::size_t at = 0;       // offset in the text
};

/// Returns the blocks of @p text in order, with those that cannot be read.
[[nodiscard]] std::vector<pem_block> split_pem(std::string_view text);

/// Returns the number of the line that holds the byte at @p offset; LF, CRLF and CR end a line.
[[nodiscard]] std::size_t line_of(std::string_view text, std::size_t offset) noexcept;

/// Returns whether PEM text may have @p c between the digits of a block.
[[nodiscard]] constexpr bool is_pem_space(char c) noexcept
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

} // namespace coquest::inline v0::detail
