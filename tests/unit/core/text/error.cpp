// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <system_error>

namespace coquest::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Expects that the codes from @p first to @p last have different texts, and that any other code
/// has the text @p of_others.
void expect_texts_of_their_own(const std::error_category& category, int first, int last,
                               const std::string& of_others)
{
    std::set<std::string> texts;
    for (int code = first; code <= last; ++code) {
        EXPECT_THAT(category.message(code), Not(HasSubstr("unknown error"))) << code;
        EXPECT_NE(category.message(code), of_others) << code;
        texts.insert(category.message(code));
    }
    EXPECT_EQ(texts.size(), static_cast<std::size_t>(last - first + 1));
    for (const int code : {first - 1, last + 1, -1, 9999}) {
        EXPECT_EQ(category.message(code), of_others) << code;
    }
}

TEST(error, every_code_has_a_text_of_its_own)
{
    EXPECT_STREQ(error_category().name(), "coquest");
    expect_texts_of_their_own(error_category(), static_cast<int>(errc::could_not_resolve_addr),
                              static_cast<int>(errc::cancelled), "unknown error");
}

TEST(error, says_its_message_and_keeps_its_diagnostics_when_copied)
{
    diagnostics info;
    info.message = "the server answered 503";
    info.http_status = 503;
    error first(make_error_code(errc::server_flush_error), info);

    const error copy = first;

    EXPECT_STREQ(copy.what(), "the server answered 503");
    EXPECT_EQ(copy.code(), errc::server_flush_error);
    EXPECT_EQ(copy.info().http_status, 503);
    EXPECT_STREQ(error(errc::closed, "gone").what(), "gone");
}

} // namespace
} // namespace coquest::test
