// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/printable.hpp"

#include <coquest/name.hpp>

#include "core/ascii.hpp"

#include <algorithm>

namespace coquest::detail {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD
constexpr std::string_view ellipsis = "...";

/// Returns the bytes of the valid character that @p text begins with; 0 where there is none.
std::size_t character_size(std::string_view text) noexcept
{
    for (std::size_t n = 1; n <= std::min<std::size_t>(4, text.size()); ++n) {
        if (valid_utf8_prefix(text.substr(0, n)) == n) {
            return n;
        }
    }
    return 0;
}

/// Says whether a character of several bytes controls a terminal or the direction of the text.
bool is_invisible(std::string_view character) noexcept
{
    const auto in = [character](std::string_view first, std::string_view last) {
        return character.size() == first.size() && first <= character && character <= last;
    };
    return in("\xc2\x80", "\xc2\x9f") ||         // C1 controls
           in("\xe2\x80\x8e", "\xe2\x80\x8f") || // direction marks
           in("\xe2\x80\xa8", "\xe2\x80\xae") || // line separators, embeddings and overrides
           in("\xe2\x81\xa6", "\xe2\x81\xa9") || // isolates
           character == "\xef\xbb\xbf";          // byte order mark
}

} // namespace

std::string printable(std::string_view text, std::size_t limit)
{
    std::string out;
    std::size_t fits = 0; // the length at which the ellipsis still fits
    while (!text.empty()) {
        const std::size_t n = character_size(text);
        std::string_view shown = n == 0 ? replacement : text.substr(0, n);
        if (shown == "\n" || shown == "\r" || shown == "\t" || shown == " ") {
            shown = out.empty() || out.ends_with(' ') ? "" : " ";
        } else if (n == 1 ? is_control(shown.front()) : is_invisible(shown)) {
            shown = "";
        }
        if (out.size() + shown.size() > limit) {
            out.resize(fits);
            return out.append(ellipsis.substr(0, limit));
        }
        out += shown;
        fits = out.size() + ellipsis.size() <= limit ? out.size() : fits;
        text.remove_prefix(std::max<std::size_t>(n, 1));
    }
    if (out.ends_with(' ')) {
        out.pop_back();
    }
    return out;
}

} // namespace coquest::detail
