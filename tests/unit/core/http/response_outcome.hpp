// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Runs the response parser over a text, however it is split, and collects all that it says.
#pragma once

#include "core/http_response.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace coquest::detail {

using step = http_response_parser::step;

inline std::span<const std::byte> bytes(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

/// Everything that a parser says about one response.
struct outcome {
    step last = step::need_input;
    std::size_t consumed = 0;
    int status = 0;
    std::string body;
    std::string content_type;
    std::string location;
    std::string problem;
    bool keep_alive = false;
    bool encoded = false;
    std::optional<std::chrono::seconds> retry_after;

    bool operator==(const outcome&) const = default;
};

/// Feeds @p text cut at @p first, and the rest in pieces of @p piece bytes.
inline outcome parse(http_response_parser& parser, std::string_view text, std::size_t first,
                     std::size_t piece, bool ends)
{
    outcome seen;
    std::size_t cut = std::min(first, text.size());
    do {
        std::size_t taken = 0;
        seen.last = parser.feed(bytes(text.substr(0, cut)), taken);
        EXPECT_LE(taken, cut);
        EXPECT_TRUE(seen.last != step::need_input || taken == cut);
        seen.consumed += taken;
        text.remove_prefix(cut);
        cut = std::min(piece, text.size());
    } while (!text.empty() && seen.last == step::need_input);
    if (ends && seen.last == step::need_input) {
        seen.last = parser.end_of_input();
    }
    seen.status = parser.status();
    seen.body = parser.body();
    seen.content_type = parser.content_type();
    seen.location = parser.location();
    seen.problem = parser.problem();
    seen.keep_alive = parser.keep_alive();
    seen.encoded = parser.encoded();
    seen.retry_after = parser.retry_after();
    return seen;
}

inline outcome parse(std::string_view text, bool ends = false)
{
    http_response_parser parser;
    return parse(parser, text, text.size(), 1, ends);
}

inline std::string with_headers(std::string_view headers)
{
    return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + std::string(headers) + "\r\n";
}

} // namespace coquest::detail
