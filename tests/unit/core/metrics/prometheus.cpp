// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The text for Prometheus: a page as it must be, byte for byte, and any page by a reader that knows
// the format's rules and nothing of coquest.

#include <coquest/observer.hpp>

#include "core/metrics_table.hpp"
#include "prometheus_page.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>
#include <sstream>

namespace coquest {
namespace {

struct sample {
    std::string name;
    std::map<std::string, std::string> labels;
    double value = 0;
};

struct family {
    std::string name;
    std::string type;
    std::vector<sample> samples;
};

// Takes `name="value",...}` from the front.
std::map<std::string, std::string> read_labels(std::string_view& text)
{
    std::map<std::string, std::string> labels;
    while (true) {
        const std::size_t equals = text.find("=\"");
        const std::string name(text.substr(0, equals));
        text.remove_prefix(equals + 2);
        std::string value;
        while (text.front() != '"') {
            if (text.front() == '\\') {
                text.remove_prefix(1);
                EXPECT_NE(std::string_view("n\\\"").find(text.front()), std::string_view::npos);
                value += text.front() == 'n' ? '\n' : text.front();
            } else {
                value += text.front();
            }
            text.remove_prefix(1);
        }
        EXPECT_TRUE(labels.emplace(name, value).second) << name << " is there twice";
        text.remove_prefix(1);
        const char next = text.front();
        text.remove_prefix(1);
        if (next == '}') {
            return labels;
        }
        EXPECT_EQ(next, ',');
    }
}

sample read_sample(std::string_view line)
{
    sample one;
    const std::size_t end = line.find_first_of("{ ");
    one.name = line.substr(0, end);
    const bool labelled = line[end] == '{';
    line.remove_prefix(end + 1);
    if (labelled) {
        one.labels = read_labels(line);
        EXPECT_EQ(line.front(), ' ');
        line.remove_prefix(1);
    }
    char* stop = nullptr;
    const std::string number(line);
    one.value = std::strtod(number.c_str(), &stop);
    EXPECT_TRUE(!number.empty() && *stop == '\0') << number;
    return one;
}

std::vector<family> read_page(const std::string& text)
{
    std::vector<family> families;
    EXPECT_TRUE(text.ends_with('\n'));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string hash;
        std::string keyword;
        std::string name;
        words >> hash >> keyword >> name;
        if (hash != "#") {
            const sample one = read_sample(line);
            EXPECT_FALSE(families.empty() || families.back().type.empty()) << line;
            EXPECT_TRUE(one.name.starts_with(families.back().name)) << line;
            families.back().samples.push_back(one);
        } else if (keyword == "HELP") {
            EXPECT_FALSE(
                std::ranges::any_of(families, [&](const family& f) { return f.name == name; }))
                << name << " comes in two places";
            families.push_back({name, "", {}});
        } else {
            EXPECT_EQ(keyword, "TYPE");
            EXPECT_EQ(name, families.back().name);
            words >> families.back().type;
        }
    }
    return families;
}

// Checks the buckets of one series: `le` rises to +Inf, counts never fall, the last is _count.
void check_histogram(const family& of, const std::map<std::string, std::string>& labels)
{
    double bound = -1;
    double below = 0;
    double count = -1;
    bool sum = false;
    for (sample one : of.samples) {
        const std::string le = one.labels["le"];
        one.labels.erase("le");
        if (one.labels != labels) {
            continue;
        }
        if (one.name == of.name + "_bucket") {
            EXPECT_GT(std::strtod(le.c_str(), nullptr), bound) << le;
            EXPECT_GE(one.value, below);
            bound = std::strtod(le.c_str(), nullptr);
            below = one.value;
        } else if (one.name == of.name + "_count") {
            count = one.value;
        } else {
            EXPECT_EQ(one.name, of.name + "_sum");
            sum = true;
        }
    }
    EXPECT_TRUE(std::isinf(bound));
    EXPECT_EQ(count, below);
    EXPECT_TRUE(sum);
}

void check_page(const std::vector<family>& families)
{
    for (const family& one : families) {
        std::set<std::pair<std::string, std::map<std::string, std::string>>> series;
        std::set<std::map<std::string, std::string>> label_sets;
        EXPECT_FALSE(one.samples.empty()) << one.name;
        for (sample each : one.samples) {
            EXPECT_TRUE(series.emplace(each.name, each.labels).second) << "twice: " << each.name;
            EXPECT_EQ(one.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos);
            if (one.type != "histogram") {
                EXPECT_EQ(each.name, one.name);
            }
            each.labels.erase("le");
            label_sets.insert(each.labels);
        }
        EXPECT_EQ(one.type == "counter", one.name.ends_with("_total")) << one.name;
        if (one.type == "histogram") {
            for (const auto& labels : label_sets) {
                check_histogram(one, labels);
            }
        } else {
            EXPECT_TRUE(one.type == "counter" || one.type == "gauge") << one.type;
        }
    }
}

// Numbers that differ, so that none can stand in for another.
metrics_snapshot numbers(std::uint64_t first)
{
    metrics some;
    for (const detail::metric& each : detail::metrics_table) {
        some.add(each.value, first++);
    }
    some.add_error(errc::socket_error);
    some.add_error(errc::server_flush_error, 503);
    some.add_error(errc::server_flush_error, 400);
    some.add_error(errc::server_flush_error, 999);
    some.add_error(std::make_error_code(std::errc::not_enough_memory));
    some.add_latency(std::chrono::microseconds(50));
    some.add_latency(std::chrono::microseconds(1500));
    some.add_latency(std::chrono::microseconds(1501));
    some.add_latency(std::chrono::seconds(61));
    return some.snapshot();
}

TEST(prometheus, a_page_is_this)
{
    EXPECT_EQ(to_prometheus(numbers(1), {{"sender", "a"}}), page_of_numbers);
}

TEST(prometheus, the_largest_numbers_keep_every_digit)
{
    metrics_snapshot most;
    most.rows_committed = std::numeric_limits<std::uint64_t>::max();
    most.latency.total_ns = std::numeric_limits<std::uint64_t>::max();

    const std::string text = to_prometheus(most);

    EXPECT_NE(text.find("\ncoquest_rows_committed_total 18446744073709551615\n"),
              std::string::npos);
    EXPECT_NE(text.find("\ncoquest_batch_latency_seconds_sum 18446744073.709551615\n"),
              std::string::npos);
}

TEST(prometheus, pages_keep_the_rules_of_the_format)
{
    const metrics_sample two[] = {
        {numbers(1), {{"host", "a\\b"}, {"_x1", "say \"\n\""}}},
        {numbers(100), {{"host", "\xc3\xa9 {}, =#"}}},
    };

    const auto none = read_page(to_prometheus(std::span<const metrics_sample>()));
    const auto one = read_page(to_prometheus(numbers(1)));
    const auto both = read_page(to_prometheus(two));

    EXPECT_EQ(none.size(), both.size());
    check_page(one);
    check_page(both);
    for (std::size_t i = 0; i < both.size(); ++i) {
        EXPECT_EQ(both[i].name, one[i].name);
        EXPECT_EQ(both[i].samples.size(), 2 * one[i].samples.size());
    }
    const std::vector<sample>& rows = both.front().samples;
    EXPECT_EQ(rows[0].labels.at("host"), "a\\b");
    EXPECT_EQ(rows[0].labels.at("_x1"), "say \"\n\"");
    EXPECT_EQ(rows[1].labels.at("host"), "\xc3\xa9 {}, =#");
    EXPECT_EQ(rows[0].value, 1);
    EXPECT_EQ(rows[1].value, 100);
}

TEST(prometheus, labels_that_would_break_the_page_are_refused)
{
    const auto refusal = [](const metric_labels& labels) {
        try {
            return "accepted: " + to_prometheus({}, labels);
        } catch (const error& e) {
            EXPECT_TRUE(e.code() == errc::invalid_name || e.code() == errc::invalid_utf8);
            return std::string(e.what());
        }
    };
    for (const char* const name : {"", "1a", "a-b", "a b", "__a", "\xc3\xa9", "a\n"}) {
        EXPECT_EQ(refusal({{"fine", ""}, {name, "x"}}),
                  "label 2: its name must be of letters, digits and underscores, with a letter in "
                  "front");
    }
    for (const std::string name : {"le", "kind", "status"}) {
        EXPECT_EQ(refusal({{name, "x"}}),
                  "label 1: " + name + " is a label of coquest's own: choose another");
    }
    EXPECT_EQ(refusal({{"a", "x"}, {"b", "x"}, {"a", "y"}}), "label 3: a is there already");
    EXPECT_EQ(refusal({{"a", "x\xff"}}), "label 1: the value of a is not UTF-8");
}

} // namespace
} // namespace coquest
