// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/secret.hpp>

#include "core/text/wipe.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <utility>

namespace coquest::test {
namespace {

TEST(secret, is_never_printed)
{
    std::ostringstream out;
    out << secret("quest") << secret();

    EXPECT_EQ(out.str(), "******");
}

TEST(secret, copies_are_equal_and_independent)
{
    secret first("quest");
    const secret copy = first;
    EXPECT_EQ(copy, first);

    first = secret("other");
    EXPECT_EQ(copy.reveal(), "quest");
    EXPECT_FALSE(copy == first);
}

TEST(secret, is_empty_after_a_move)
{
    secret source("quest");
    const secret moved = std::move(source);

    EXPECT_EQ(moved.reveal(), "quest");
    EXPECT_TRUE(source.empty()); // NOLINT(bugprone-use-after-move)
}

TEST(secret, wiped_bytes_are_zero)
{
    std::string text = "quest";
    detail::wipe(text.data(), text.size());
    detail::wipe(nullptr, 0);

    EXPECT_EQ(text, std::string(5, '\0'));
}

} // namespace
} // namespace coquest::test
