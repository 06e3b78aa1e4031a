// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The response fixtures of llhttp (tests/data/README.md), which is a general parser with lenient
// modes. Each case in which coquest differs is listed with the reason.

#include "core/http/response.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/text/base64.hpp"

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {
namespace {

using step = http_response_parser::step;

/// Returns the fixtures on which coquest and llhttp disagree, with the reasons.
const std::map<std::string_view, std::string_view>& differences()
{
    constexpr std::string_view no_upgrade = "coquest never asks for an upgrade";
    constexpr std::string_view blank_line =
        "an empty line between responses means that the framing is lost";
    constexpr std::string_view coding = "the end of an unknown transfer coding cannot be found";
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

/// Returns whether an error code of llhttp is not about the response itself.
bool is_about_another_message(int code)
{
    constexpr int closed_connection =
        5; // bytes after `Connection: close`, which coquest does not consume
    constexpr int paused_upgrade = 22;
    return code == closed_connection || code == paused_upgrade;
}

struct fixture {
    std::string name;
    std::string input;
    bool complete; // according to llhttp
    bool refused;  // according to llhttp
};

std::vector<fixture> fixtures()
{
    std::ifstream file(COQUEST_TEST_DATA "/llhttp-response-fixtures.json");
    const nlohmann::json document = nlohmann::json::parse(file);
    std::vector<fixture> result;
    for (const auto& entry : document.at("cases")) {
        const auto type = entry.at("type").get<std::string>();
        if (type != "response" && type != "response-finish") {
            continue; // lenient modes, which coquest does not have
        }
        const auto text = entry.at("input_base64").get<std::string>();
        std::vector<std::byte> input(text.size());
        input.resize(base64_decode(text, base64::standard, input).value());
        const auto& code = entry.at("error_code");
        result.push_back({entry.at("name").get<std::string>(),
                          {reinterpret_cast<const char*>(input.data()), input.size()},
                          entry.at("messages_complete").get<int>() > 0,
                          !code.is_null() && !is_about_another_message(code.get<int>())});
    }
    return result;
}

step parse(std::string_view remaining, std::size_t piece)
{
    http_response_parser parser;
    step last = step::need_input;
    while (!remaining.empty() && last == step::need_input) {
        std::size_t taken = 0;
        last = parser.feed(std::as_bytes(std::span(remaining.substr(0, piece))), taken);
        remaining.remove_prefix(taken);
    }
    return last;
}

TEST(http_response_llhttp, outcomes_agree_except_for_the_listed_ones)
{
    const std::vector<fixture> responses = fixtures();
    EXPECT_EQ(responses.size(), 77U);
    std::set<std::string_view> differing;
    for (const fixture& test : responses) {
        const step expected = test.refused    ? step::failed
                              : test.complete ? step::complete
                                              : step::need_input;
        // The file lacks the line ends at the end of its texts, which llhttp needs for a result.
        const std::string input =
            expected == step::need_input ? test.input : test.input + "\r\n\r\n";
        const step actual = parse(input, input.size());

        EXPECT_EQ(parse(input, 1), actual) << test.name;
        if (differences().contains(test.name)) {
            EXPECT_NE(actual, expected) << test.name << " is listed as different, but agrees";
            differing.insert(test.name);
        } else {
            EXPECT_EQ(actual, expected) << test.name << "\n" << test.input;
        }
    }
    EXPECT_EQ(differing.size(), differences().size()) << "a listed fixture does not exist";
}

} // namespace
} // namespace coquest::inline v0::detail
