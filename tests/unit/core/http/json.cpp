// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The JSON reader: the grammar of RFC 8259, the bounds, and the values. Random texts are compared
// with a full parser.

#include "core/http/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <random>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {
namespace {

TEST(json, well_formed_texts_are_accepted)
{
    for (const std::string_view text : {"null",
                                        "true",
                                        "false",
                                        "0",
                                        "-0",
                                        "12",
                                        "-1.5e+10",
                                        "1E5",
                                        "0.0",
                                        "\"\"",
                                        "\"a\"",
                                        "[]",
                                        "{}",
                                        " [ ] ",
                                        "[1,2]",
                                        "[[],{}]",
                                        R"({"a":1})",
                                        R"({ "a" : [ 1 , { "b" : null } ] })",
                                        R"({"":"","":""})",
                                        R"("\"\\\/\b\f\n\r\t\u0041\uD83D\uDE00")",
                                        "\t\r\n 1 \n",
                                        "\"\xff is not checked here\""}) {
        EXPECT_TRUE(json_value::parse(text)) << text;
    }
}

TEST(json, malformed_texts_are_refused)
{
    using namespace std::string_literals;
    for (const std::string& text : {""s,
                                    " "s,
                                    "nul"s,
                                    "True"s,
                                    "nulll"s,
                                    "1 2"s,
                                    "01"s,
                                    "-"s,
                                    "+1"s,
                                    ".5"s,
                                    "1."s,
                                    "1e"s,
                                    "1e+"s,
                                    "0x1"s,
                                    "NaN"s,
                                    "["s,
                                    "]"s,
                                    "[1"s,
                                    "[1,"s,
                                    "[1,]"s,
                                    "[,1]"s,
                                    "[1 2]"s,
                                    "[}"s,
                                    "{"s,
                                    "}"s,
                                    "{]"s,
                                    R"({"a")"s,
                                    R"({"a":)"s,
                                    R"({"a":1)"s,
                                    R"({"a":1,})"s,
                                    R"({a:1})"s,
                                    R"({1:1})"s,
                                    R"({"a" 1})"s,
                                    R"({"a":1 "b":2})"s,
                                    R"({,})"s,
                                    "\""s,
                                    "\"a"s,
                                    "\"\\\""s,
                                    R"("\x")"s,
                                    R"("\u12")"s,
                                    R"("\u12g4")"s,
                                    "\"a\nb\""s,
                                    "\"\x1f\""s,
                                    "\"\0\""s,
                                    "[]]"s,
                                    "{}{}"s,
                                    "\xef\xbb\xbf{}"s,
                                    "'a'"s,
                                    "// c\n1"s,
                                    "1\0"s}) {
        EXPECT_FALSE(json_value::parse(text)) << text;
    }
}

TEST(json, depth_is_bounded_without_recursion)
{
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };

    EXPECT_TRUE(json_value::parse(nested(json_value::max_depth)));
    EXPECT_FALSE(json_value::parse(nested(json_value::max_depth + 1)));
    EXPECT_FALSE(json_value::parse(nested(200'000)));
    EXPECT_FALSE(json_value::parse(std::string(10'000'000, '[')));
    // Nested containers of both kinds are closed in the right order.
    std::string mixed;
    std::string ends;
    for (std::size_t i = 0; i < json_value::max_depth / 2; ++i) {
        mixed += R"({"a":[)";
        ends = "]}" + ends;
    }
    EXPECT_TRUE(json_value::parse(mixed + ends));
}

TEST(json, members_are_found_by_name)
{
    const auto root = json_value::parse(
        R"( { "a" : {"x":"}]","y":[{"b":0}]}, "b":[1,2], "c\u0064":true, "b":3, "e":{} } )");
    ASSERT_TRUE(root);

    EXPECT_EQ(root->member("a").member("x").string(), "}]");
    EXPECT_EQ(root->member("b").elements(9).size(), 2U); // the first of that name
    EXPECT_TRUE(root->member("e").is_object());
    EXPECT_FALSE(root->member("e").member("f").is_object());
    EXPECT_FALSE(root->member("zz").string());
    EXPECT_FALSE(root->member("x").string()); // not from inside
    EXPECT_FALSE(root->member("b").member("b").integer());
    EXPECT_FALSE(root->member("cd").string());
    EXPECT_FALSE(root->member("").string());
}

TEST(json, escaped_names_equal_the_plain_names)
{
    const auto root = json_value::parse(R"({"\u006dessage":"x"})");
    EXPECT_EQ(root->member("message").string(), "x");
}

TEST(json, elements_are_listed_up_to_a_limit)
{
    const auto root = json_value::parse(R"([ 1 ,"a,]", [2] , {"b":3} ])");
    ASSERT_TRUE(root);
    const auto elements = root->elements(10);

    ASSERT_EQ(elements.size(), 4U);
    EXPECT_EQ(elements[0].integer(), 1);
    EXPECT_EQ(elements[1].string(), "a,]");
    EXPECT_EQ(elements[2].elements(1)[0].integer(), 2);
    EXPECT_EQ(elements[3].member("b").integer(), 3);
    EXPECT_EQ(root->elements(2).size(), 2U);
    EXPECT_TRUE(json_value::parse("[]")->elements(2).empty());
    EXPECT_TRUE(json_value::parse("{}")->elements(2).empty());
}

TEST(json, strings_are_decoded)
{
    const struct {
        std::string_view text;
        std::string_view expected;
    } cases[] = {
        {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
        {R"("\u0041\u00e9\u20AC")", "A\xc3\xa9\xe2\x82\xac"},
        {R"("\uD83D\uDE00!")", "\xf0\x9f\x98\x80!"},
        {R"("\uDBFF\uDFFF")", "\xf4\x8f\xbf\xbf"},
        {R"("\uD83D")", "\xef\xbf\xbd"},
        {R"("\uDE00x")", "\xef\xbf\xbdx"},
        {R"("\uD83D\u0041")", "\xef\xbf\xbd"
                              "A"},
        {R"("\uDE00\uDE00")", "\xef\xbf\xbd\xef\xbf\xbd"},
        {R"("\uD83D\uD83D\uDE00")", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
        {R"("\uD83Dxxxxxx")", "\xef\xbf\xbdxxxxxx"},
        {R"("\uD83D\n")", "\xef\xbf\xbd\n"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(json_value::parse(text)->string(), expected) << text;
    }
    EXPECT_EQ(json_value::parse(R"("\u0000")")->string(), std::string(1, '\0'));
    EXPECT_FALSE(json_value::parse("1")->string());
}

TEST(json, only_integers_that_fit_are_integers)
{
    EXPECT_EQ(json_value::parse("127")->integer(), 127);
    EXPECT_EQ(json_value::parse("-5")->integer(), -5);
    EXPECT_EQ(json_value::parse("9223372036854775807")->integer(), 9223372036854775807);
    for (const std::string_view text :
         {"9223372036854775808", "1.0", "1e2", "\"1\"", "true", "null", "[1]"}) {
        EXPECT_FALSE(json_value::parse(text)->integer()) << text;
    }
    EXPECT_FALSE(json_value().integer());
}

TEST(json, agrees_with_another_parser_on_mutated_texts)
{
    constexpr std::string_view seed =
        R"({"config":{"a.b":[1,-2.5e3,"x\u0041\\"],"c":{"d":null,"e":true}},"f":"g","h":[[],{}]})";
    constexpr std::string_view alphabet = "{}[]:,\"\\ux019.eE+-tn \x01";
    std::mt19937 generator(7); // NOLINT(bugprone-random-generator-seed): repeatable
    int well_formed = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string text(seed);
        for (auto edits = generator() % 3 + 1; edits > 0; --edits) {
            const std::size_t at = generator() % text.size();
            if (generator() % 2 == 0) {
                text.erase(at, 1);
            } else {
                text.insert(at, 1, alphabet[generator() % alphabet.size()]);
            }
        }
        const auto reference = nlohmann::json::parse(text, nullptr, false);
        const auto parsed = json_value::parse(text);

        // The other parser refuses lone surrogates and doubles that overflow; no mutation makes
        // them.
        EXPECT_EQ(parsed.has_value(), !reference.is_discarded()) << text;
        well_formed += parsed.has_value() ? 1 : 0;
        if (parsed && reference.is_object() && reference.contains("f") &&
            reference["f"].is_string()) {
            EXPECT_EQ(parsed->member("f").string(), reference["f"].get<std::string>()) << text;
        }
    }
    EXPECT_GT(well_formed, 100);
}

} // namespace
} // namespace coquest::inline v0::detail
