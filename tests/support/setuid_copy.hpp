// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Runs the calling test a second time, in a setuid copy of this program.
#pragma once

#include "support/sanitizers.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coquest::test {

/// Returns whether this process has other rights than its caller.
inline bool is_setuid() noexcept
{
    return ::getauxval(AT_SECURE) != 0;
}

/// Runs the current test in a setuid copy of this program, in which is_setuid() is true, and
/// expects that it passes. Skips the test if this process lacks the rights to do so.
inline void run_setuid_copy()
{
    constexpr int not_setuid = 77;
    constexpr uid_t somebody = 65534;
    constexpr const char* marker = "COQUEST_SETUID_COPY";
    if (std::getenv(marker) != nullptr) { // the file system ignores the bit
        std::_Exit(not_setuid);
    }
    if (COQUEST_ADDRESS_SANITIZER != 0) {
        GTEST_SKIP() << "the leak sanitizer cannot look into a setuid program";
    }
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root can make a program setuid for somebody else";
    }
    const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string filter =
        std::string("--gtest_filter=") + test->test_suite_name() + "." + test->name();
    std::string copy = (std::filesystem::temp_directory_path() / "coquest-setuid-XXXXXX").string();
    const int file = ::mkstemp(copy.data());
    ASSERT_GE(file, 0);
    ::close(file);
    std::filesystem::copy_file("/proc/self/exe", copy,
                               std::filesystem::copy_options::overwrite_existing);
    ASSERT_EQ(::chown(copy.c_str(), somebody, static_cast<gid_t>(-1)), 0);
    ASSERT_EQ(::chmod(copy.c_str(), 04755), 0);
    ::setenv(marker, "1", 1);
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl(copy.c_str(), copy.c_str(), filter.c_str(), nullptr);
        std::_Exit(not_setuid);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ::unsetenv(marker);
    std::filesystem::remove(copy);
    if (WIFEXITED(status) && WEXITSTATUS(status) == not_setuid) {
        GTEST_SKIP() << "setuid programs do not work on this file system";
    }
    EXPECT_EQ(status, 0) << "the copy failed; see above";
}

} // namespace coquest::test
