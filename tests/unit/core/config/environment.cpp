// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/config/environment.hpp"

#include "support/setuid_copy.hpp"

#include <coquest/config.hpp>
#include <coquest/error.hpp>

#include <gtest/gtest.h>

#include <cstdlib>

namespace coquest::test {
namespace {

TEST(environment, variable_is_read)
{
    ::setenv("COQUEST_TEST_VARIABLE", "a value", 1);
    EXPECT_STREQ(detail::environment("COQUEST_TEST_VARIABLE"), "a value");
    ::unsetenv("COQUEST_TEST_VARIABLE");
    EXPECT_EQ(detail::environment("COQUEST_TEST_VARIABLE"), nullptr);
}

TEST(environment, is_ignored_in_a_setuid_program)
{
    ::setenv("QDB_CLIENT_CONF", "http::addr=elsewhere:9000;", 1);
    if (is_setuid()) {
        EXPECT_EQ(detail::environment("QDB_CLIENT_CONF"), nullptr);
        EXPECT_THROW(static_cast<void>(config_from_env()), error);
        return;
    }
    EXPECT_EQ(config_from_env().addresses.at(0).host, "elsewhere");
    run_setuid_copy();
    ::unsetenv("QDB_CLIENT_CONF");
}

} // namespace
} // namespace coquest::test
