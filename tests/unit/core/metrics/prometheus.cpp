// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The text for Prometheus. One page is compared byte for byte; other pages are read by a parser
// that knows the rules of the format and nothing of coquest.

#include <coquest/prometheus.hpp>

#include "core/metrics/metrics_table.hpp"
#include "prometheus_page.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>
#include <sstream>

namespace coquest::inline v0 {
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

// Removes `name="value",...}` from the front.
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
        EXPECT_TRUE(labels.emplace(name, value).second) << name << " appears twice";
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
    sample result;
    const std::size_t end = line.find_first_of("{ ");
    result.name = line.substr(0, end);
    const bool labelled = line[end] == '{';
    line.remove_prefix(end + 1);
    if (labelled) {
        result.labels = read_labels(line);
        EXPECT_EQ(line.front(), ' ');
        line.remove_prefix(1);
    }
    char* stop = nullptr;
    const std::string number(line);
    result.value = std::strtod(number.c_str(), &stop);
    EXPECT_TRUE(!number.empty() && *stop == '\0') << number;
    return result;
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
            const sample parsed = read_sample(line);
            EXPECT_FALSE(families.empty() || families.back().type.empty()) << line;
            EXPECT_TRUE(parsed.name.starts_with(families.back().name)) << line;
            families.back().samples.push_back(parsed);
        } else if (keyword == "HELP") {
            EXPECT_FALSE(
                std::ranges::any_of(families, [&](const family& f) { return f.name == name; }))
                << name << " appears in two places";
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
void check_histogram(const family& histogram, const std::map<std::string, std::string>& labels)
{
    double bound = -1;
    double below = 0;
    double count = -1;
    bool sum = false;
    for (sample entry : histogram.samples) {
        const std::string le = entry.labels["le"];
        entry.labels.erase("le");
        if (entry.labels != labels) {
            continue;
        }
        if (entry.name == histogram.name + "_bucket") {
            EXPECT_GT(std::strtod(le.c_str(), nullptr), bound) << le;
            EXPECT_GE(entry.value, below);
            bound = std::strtod(le.c_str(), nullptr);
            below = entry.value;
        } else if (entry.name == histogram.name + "_count") {
            count = entry.value;
        } else {
            EXPECT_EQ(entry.name, histogram.name + "_sum");
            sum = true;
        }
    }
    EXPECT_TRUE(std::isinf(bound));
    EXPECT_EQ(count, below);
    EXPECT_TRUE(sum);
}

void check_page(const std::vector<family>& families)
{
    for (const family& group : families) {
        std::set<std::pair<std::string, std::map<std::string, std::string>>> series;
        std::set<std::map<std::string, std::string>> label_sets;
        EXPECT_FALSE(group.samples.empty()) << group.name;
        for (sample entry : group.samples) {
            EXPECT_TRUE(series.emplace(entry.name, entry.labels).second)
                << "appears twice: " << entry.name;
            EXPECT_EQ(group.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"),
                      std::string::npos);
            if (group.type != "histogram") {
                EXPECT_EQ(entry.name, group.name);
            }
            entry.labels.erase("le");
            label_sets.insert(entry.labels);
        }
        EXPECT_EQ(group.type == "counter", group.name.ends_with("_total")) << group.name;
        if (group.type == "histogram") {
            for (const auto& labels : label_sets) {
                check_histogram(group, labels);
            }
        } else {
            EXPECT_TRUE(group.type == "counter" || group.type == "gauge") << group.type;
        }
    }
}

// Returns counters that all differ, so that no two can be confused.
metrics_snapshot numbers(std::uint64_t first)
{
    metrics counters;
    for (const detail::metric& entry : detail::metrics_table) {
        counters.add(entry.value, first++);
    }
    counters.add_error(errc::socket_error);
    counters.add_error(errc::server_flush_error, 503);
    counters.add_error(errc::server_flush_error, 400);
    counters.add_error(errc::server_flush_error, 999);
    counters.add_error(std::make_error_code(std::errc::not_enough_memory));
    counters.add_latency(std::chrono::microseconds(50));
    counters.add_latency(std::chrono::microseconds(1500));
    counters.add_latency(std::chrono::microseconds(1501));
    counters.add_latency(std::chrono::seconds(61));
    return counters.snapshot();
}

TEST(prometheus, page_has_the_expected_text)
{
    EXPECT_EQ(to_prometheus(numbers(1), {{"sender", "a"}}), page_of_numbers);
}

TEST(prometheus, the_largest_numbers_keep_every_digit)
{
    metrics_snapshot largest;
    largest.rows_committed = std::numeric_limits<std::uint64_t>::max();
    largest.latency.total_ns = std::numeric_limits<std::uint64_t>::max();

    const std::string text = to_prometheus(largest);

    EXPECT_NE(text.find("\ncoquest_rows_committed_total 18446744073709551615\n"),
              std::string::npos);
    EXPECT_NE(text.find("\ncoquest_batch_latency_seconds_sum 18446744073.709551615\n"),
              std::string::npos);
}

TEST(prometheus, pages_obey_the_rules_of_the_format)
{
    const metrics_sample samples[] = {
        {numbers(1), {{"host", "a\\b"}, {"_x1", "say \"\n\""}}},
        {numbers(100), {{"host", "\xc3\xa9 {}, =#"}}},
    };

    const auto empty_page = read_page(to_prometheus(std::span<const metrics_sample>()));
    const auto single_page = read_page(to_prometheus(numbers(1)));
    const auto double_page = read_page(to_prometheus(samples));

    EXPECT_EQ(empty_page.size(), double_page.size());
    check_page(single_page);
    check_page(double_page);
    for (std::size_t i = 0; i < double_page.size(); ++i) {
        EXPECT_EQ(double_page[i].name, single_page[i].name);
        EXPECT_EQ(double_page[i].samples.size(), 2 * single_page[i].samples.size());
    }
    const std::vector<sample>& rows = double_page.front().samples;
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
                  "label 2: its name must consist of letters, digits and underscores, and "
                  "begin with a letter");
    }
    for (const std::string name : {"le", "kind", "status"}) {
        EXPECT_EQ(refusal({{name, "x"}}),
                  "label 1: " + name + " is a label that coquest itself uses: choose another");
    }
    EXPECT_EQ(refusal({{"a", "x"}, {"b", "x"}, {"a", "y"}}), "label 3: a appears twice");
    EXPECT_EQ(refusal({{"a", "x\xff"}}), "label 1: the value of a is not UTF-8");
}

} // namespace
} // namespace coquest::inline v0
