// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The response fixtures of llhttp (tests/data/README.md). It is a parser for any use and lenient on
// request; ours has one use. Where the two differ, the case is listed with our reason.

#include "core/http_response.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base64.hpp"

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::detail {
namespace {

using step = http_response_parser::step;

/// Fixtures that we refuse and llhttp accepts, or the other way round.
const std::map<std::string_view, std::string_view>& differences()
{
    constexpr std::string_view no_upgrade = "101 is an answer to something nobody asked";
    constexpr std::string_view blank_line =
        "an empty line between responses is a desync, not noise";
    constexpr std::string_view coding = "a transfer coding that we cannot decode has no end";
    constexpr std::string_view extension = "chunk extensions are skipped, not checked";
    static const std::map<std::string_view, std::string_view> reasons{
        {"HTTP 101 response with Upgrade and Content-Length header", no_upgrade},
        {"HTTP 101 response with Upgrade and Transfer-Encoding header", no_upgrade},
        {"HTTP 100 first, then 400", blank_line},
        {"Response starting with CRLF", blank_line},
        {"RTSP response", "another protocol"},
        {"ICE response", "another protocol"},
        {"Content-Length reset when no body is received", "llhttp was told to skip the body"},
        {"`chunked` before other transfer-encoding", coding},
        {"multiple transfer-encoding where chunked is not the last one", coding},
        {"`chunkedchunked` transfer-encoding does not enable chunked enconding", coding},
        {"No extension after semicolon", extension},
        {"Unbalanced chunk extensions quoting", extension},
    };
    return reasons;
}

/// Codes of llhttp that say nothing about the response at hand.
bool is_about_another_message(int code)
{
    constexpr int closed_connection = 5; // bytes after `Connection: close`: we do not consume them
    constexpr int paused_upgrade = 22;
    return code == closed_connection || code == paused_upgrade;
}

struct fixture {
    std::string name;
    std::string input;
    bool complete; // by llhttp
    bool refused;  // by llhttp
};

std::vector<fixture> fixtures()
{
    std::ifstream file(COQUEST_TEST_DATA "/llhttp-response-fixtures.json");
    const nlohmann::json document = nlohmann::json::parse(file);
    std::vector<fixture> all;
    for (const auto& one : document.at("cases")) {
        const auto type = one.at("type").get<std::string>();
        if (type != "response" && type != "response-finish") {
            continue; // lenient modes, of which we have none
        }
        const auto text = one.at("input_base64").get<std::string>();
        std::vector<std::byte> input(text.size());
        input.resize(base64_decode(text, base64::standard, input).value());
        const auto& code = one.at("error_code");
        all.push_back({one.at("name").get<std::string>(),
                       {reinterpret_cast<const char*>(input.data()), input.size()},
                       one.at("messages_complete").get<int>() > 0,
                       !code.is_null() && !is_about_another_message(code.get<int>())});
    }
    return all;
}

step parse(std::string_view rest, std::size_t piece)
{
    http_response_parser parser;
    step last = step::need_input;
    while (!rest.empty() && last == step::need_input) {
        std::size_t taken = 0;
        last = parser.feed(std::as_bytes(std::span(rest.substr(0, piece))), taken);
        rest.remove_prefix(taken);
    }
    return last;
}

TEST(http_response_llhttp, outcomes_agree_except_for_the_listed_ones)
{
    const std::vector<fixture> all = fixtures();
    EXPECT_EQ(all.size(), 77U);
    std::set<std::string_view> differing;
    for (const fixture& test : all) {
        const step expected = test.refused    ? step::failed
                              : test.complete ? step::complete
                                              : step::need_input;
        // The file lost the line ends at the end of its texts. Where llhttp came to a verdict, they
        // were there.
        const std::string input =
            expected == step::need_input ? test.input : test.input + "\r\n\r\n";
        const step seen = parse(input, input.size());

        EXPECT_EQ(parse(input, 1), seen) << test.name;
        if (differences().contains(test.name)) {
            EXPECT_NE(seen, expected) << test.name << " is listed as different, and is not";
            differing.insert(test.name);
        } else {
            EXPECT_EQ(seen, expected) << test.name << "\n" << test.input;
        }
    }
    EXPECT_EQ(differing.size(), differences().size()) << "a listed fixture does not exist";
}

} // namespace
} // namespace coquest::detail
