// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Any bytes give the same outcome however they are split, and the limits hold.

#include "core/http/response.hpp"
#include "core/http/server_error.hpp"
#include "core/http/server_settings.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

namespace {

using coquest::detail::http_response_parser;
using step = http_response_parser::step;

void check(bool condition)
{
    if (!condition) {
        std::abort();
    }
}

step parse(http_response_parser& parser, std::span<const std::byte> input, std::size_t piece,
           std::size_t& consumed)
{
    step last = step::need_input;
    while (!input.empty() && last == step::need_input) {
        const auto part = input.first(std::min(piece, input.size()));
        std::size_t taken = 0;
        last = parser.feed(part, taken);
        check(taken <= part.size() && (last != step::need_input || taken == part.size()));
        consumed += taken;
        input = input.subspan(taken);
    }
    return last == step::need_input ? parser.end_of_input() : last;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    const auto input = std::as_bytes(std::span(data + 1, size - 1));
    http_response_parser whole;
    http_response_parser split;
    std::size_t whole_consumed = 0;
    std::size_t split_consumed = 0;
    const step outcome = parse(whole, input, input.size(), whole_consumed);

    check(outcome == parse(split, input, data[0] % 16 + 1U, split_consumed));
    check(outcome != step::need_input);
    check(whole.status() == split.status() && whole.keep_alive() == split.keep_alive());
    check(std::string(whole.problem()) == split.problem());
    check(whole.body() == split.body() &&
          whole.body().size() <= http_response_parser::max_body_kept);
    check(whole.location() == split.location() && whole.content_type() == split.content_type());
    check(whole.retry_after() == split.retry_after());
    check(outcome == step::failed || whole_consumed == split_consumed);

    if (whole.head_complete()) {
        check(whole.status() >= 200 && whole.status() < 600);
        const auto failure = coquest::detail::server_error(whole, "h:1");
        check(failure.info().message.find_first_of("\r\n\x1b") == std::string::npos);
        coquest::detail::server_settings settings;
        static_cast<void>(coquest::detail::read_settings(whole, "h:1", settings));
        check(settings.name_limit(127) >= 16);
    }
    return 0;
}
