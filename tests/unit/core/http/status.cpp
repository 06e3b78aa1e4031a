// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/http/status.hpp"

#include "support/doc_table.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace coquest::inline v0::detail {
namespace {

std::string words(status_meaning meaning)
{
    return std::string(name_of(meaning));
}

TEST(http_status, the_table_is_documented)
{
    std::vector<test::doc_row> statuses;
    for (const status_rule& rule : known_statuses()) {
        statuses.push_back(
            {std::to_string(rule.status), words(rule.meaning), std::string(rule.reason)});
    }
    std::vector<test::doc_row> classes;
    for (const status_rule& rule : status_classes()) {
        classes.push_back({std::to_string(rule.status / 100) + "xx", words(rule.meaning),
                           std::string(rule.reason)});
    }

    EXPECT_EQ(test::doc_table("Statuses", "http-statuses.md"), statuses);
    EXPECT_EQ(test::doc_table("Classes", "http-statuses.md"), classes);
}

TEST(http_status, only_400_and_413_blame_the_rows)
{
    for (int status = 100; status < 600; ++status) {
        const bool blames_rows = status == 400 || status == 413;
        EXPECT_EQ(state_after(rule_of(status)) == delivery::rejected, blames_rows) << status;
    }
    EXPECT_EQ(rule_of(400).meaning, status_meaning::rejected);
    EXPECT_EQ(rule_of(413).meaning, status_meaning::too_large);
}

TEST(http_status, transient_statuses_are_retried)
{
    const std::set<int> transient_4xx{408, 421, 425, 429};
    const std::set<int> lasting_5xx{501, 505};
    for (int status = 100; status < 600; ++status) {
        const bool expected =
            status >= 500 ? !lasting_5xx.contains(status) : transient_4xx.contains(status);
        EXPECT_EQ(rule_of(status).meaning == status_meaning::transient, expected) << status;
    }
}

TEST(http_status, a_status_that_is_not_listed_counts_by_its_class)
{
    EXPECT_EQ(rule_of(299).meaning, status_meaning::acknowledged);
    EXPECT_EQ(rule_of(302).meaning, status_meaning::unusable);
    EXPECT_EQ(rule_of(402).status, 400);
    EXPECT_EQ(rule_of(402).meaning, status_meaning::unusable);
    EXPECT_EQ(rule_of(499).meaning, status_meaning::unusable);
    EXPECT_EQ(rule_of(598).meaning, status_meaning::transient);
}

TEST(http_status, rows_are_unconfirmed_after_a_server_failure_and_not_sent_after_a_refusal)
{
    for (int status = 200; status < 600; ++status) {
        if (status != 400 && status != 413) {
            const bool refused = status >= 300 && status < 500;
            EXPECT_EQ(state_after(rule_of(status)),
                      refused ? delivery::not_sent : delivery::unconfirmed)
                << status;
        }
    }
}

} // namespace
} // namespace coquest::inline v0::detail
