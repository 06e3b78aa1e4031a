// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Feeds a text to the response parser in pieces and collects everything that the parser reports.
#pragma once

#include "core/http/response.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

using step = http_response_parser::step;

inline std::span<const std::byte> bytes(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

/// Everything that the parser reports about one response.
struct outcome {
    step last = step::need_input;
    std::size_t consumed = 0;
    int status = 0;
    std::string body;
    std::size_t body_size = 0;
    std::string content_type;
    std::string location;
    std::string message;
    bool keep_alive = false;
    bool encoded = false;
    std::optional<std::chrono::seconds> retry_after;

    bool operator==(const outcome&) const = default;
};

/// Feeds the first @p first bytes of @p text in one step, then the others in pieces of @p piece.
inline outcome parse(http_response_parser& parser, std::string_view text, std::size_t first,
                     std::size_t piece, bool ends)
{
    outcome result;
    std::size_t cut = std::min(first, text.size());
    do {
        std::size_t taken = 0;
        result.last = parser.feed(bytes(text.substr(0, cut)), taken);
        EXPECT_LE(taken, cut);
        EXPECT_TRUE(result.last != step::need_input || taken == cut);
        result.consumed += taken;
        text.remove_prefix(cut);
        cut = std::min(piece, text.size());
    } while (!text.empty() && result.last == step::need_input);
    if (ends && result.last == step::need_input) {
        result.last = parser.end_of_input();
    }
    result.status = parser.status();
    result.body = parser.body();
    result.body_size = parser.body_size();
    result.content_type = parser.content_type();
    result.location = parser.location();
    result.message = parser.problem();
    result.keep_alive = parser.keep_alive();
    result.encoded = parser.encoded();
    result.retry_after = parser.retry_after();
    return result;
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

} // namespace coquest::inline v0::detail
