// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/text/printable.hpp"

#include "core/text/ascii.hpp"
#include "core/text/utf8.hpp"

#include <algorithm>

namespace coquest::inline v0::detail {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD
constexpr std::string_view ellipsis = "...";

/// Returns whether a character of several bytes controls a terminal or the direction of the text.
bool is_invisible(std::string_view character) noexcept
{
    const auto is_between = [character](std::string_view first, std::string_view last) {
        return character.size() == first.size() && first <= character && character <= last;
    };
    return is_between("\xc2\x80", "\xc2\x9f") ||         // C1 controls
           is_between("\xe2\x80\x8e", "\xe2\x80\x8f") || // direction marks
           is_between("\xe2\x80\xa8",
                      "\xe2\x80\xae") || // line separators, embeddings and overrides
           is_between("\xe2\x81\xa6", "\xe2\x81\xa9") || // isolates
           character == "\xef\xbb\xbf";                  // byte order mark
}

} // namespace

std::string printable(std::string_view text, std::size_t limit)
{
    std::string out;
    std::size_t length_before_ellipsis = 0; // the most of out that leaves room for the ellipsis
    while (!text.empty()) {
        const std::size_t n = character_length(text);
        std::string_view shown = n == 0 ? replacement : text.substr(0, n);
        if (shown == "\n" || shown == "\r" || shown == "\t" || shown == " ") {
            shown = out.empty() || out.ends_with(' ') ? "" : " ";
        } else if (n == 1 ? is_control(shown.front()) : is_invisible(shown)) {
            shown = "";
        }
        if (out.size() + shown.size() > limit) {
            out.resize(length_before_ellipsis);
            return out.append(ellipsis.substr(0, limit));
        }
        out += shown;
        if (out.size() + ellipsis.size() <= limit) {
            length_before_ellipsis = out.size();
        }
        text.remove_prefix(std::max<std::size_t>(n, 1));
    }
    if (out.ends_with(' ')) {
        out.pop_back();
    }
    return out;
}

} // namespace coquest::inline v0::detail
