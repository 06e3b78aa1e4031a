// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Compares docs/tls-errors.md with the code. tests/unit/net/error_text.cpp checks the rows about
// the network.

#include "support/doc_table.hpp"
#include "tls/session/greeting.hpp"
#include "tls/trust/failure_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace coquest::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto no_certificate = detail::client_certificate::not_asked_for;

TEST(error_doc, lists_every_tls_failure_in_order)
{
    const std::vector<doc_row> rows = doc_table("TLS");

    ASSERT_EQ(rows.size(), static_cast<std::size_t>(tls_failure::other));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const tls_diagnosis diagnosis = describe(static_cast<tls_failure>(i + 1));
        EXPECT_EQ(rows[i], (doc_row{rows[i][0], diagnosis.text, diagnosis.hint}));
        EXPECT_NE(diagnosis.hint, "") << diagnosis.text;
    }
    EXPECT_EQ(rows[static_cast<std::size_t>(tls_failure::unknown_issuer) - 1][0], "unknown_issuer");
    EXPECT_EQ(rows.back()[0], "other");
}

TEST(error_doc, lists_alerts_with_kind_text_and_hint)
{
    const std::vector<doc_row> failures = doc_table("TLS");
    const std::vector<doc_row> rows = doc_table("Alerts");

    EXPECT_GT(rows.size(), 10);
    for (const doc_row& row : rows) {
        const tls_diagnosis diagnosis = detail::explain_alert(std::stoi(row[0]), no_certificate);
        const std::string& kind = failures[static_cast<std::size_t>(diagnosis.kind) - 1][0];
        EXPECT_EQ(row, (doc_row{row[0], kind, diagnosis.text, diagnosis.hint}));
        EXPECT_THAT(row[2], Not(HasSubstr("unknown alert")));
    }
}

TEST(error_doc, lists_other_servers_by_their_greeting)
{
    const std::vector<doc_row> rows = doc_table("What answers in place of TLS");

    EXPECT_EQ(rows.size(), 10);
    for (const doc_row& row : rows) {
        const std::string greeting = row[0] + "\n";
        EXPECT_THAT(detail::explain_greeting(std::as_bytes(std::span(greeting))).text,
                    HasSubstr(": it looks like " + row[1] + " ("));
    }
}

TEST(error_doc, has_the_phrases_that_people_search_for)
{
    std::string phrases;
    for (const doc_row& row : doc_table("What people search for")) {
        phrases += row[0] + "\n";
    }
    EXPECT_EQ(phrases, "certificate unknown\ncertificate verify failed\nconnection refused\n"
                       "feature `insecure-skip-verify` is required\n");
}

} // namespace
} // namespace coquest::test
