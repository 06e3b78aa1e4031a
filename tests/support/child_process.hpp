// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A program that a test starts, and that ends no later than the test.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace coquest::test {

/// Runs a program, which is killed when the thread that started it ends.
class child_process {
public:
    /// Variables that are added to the environment.
    using variables = std::map<std::string, std::string>;

    child_process() noexcept = default;
    /// Starts the program @p words[0]. Its output is appended to the file @p log.
    child_process(const std::vector<std::string>& words, const std::string& log,
                  const variables& environment = {});
    ~child_process();
    child_process(child_process&& other) noexcept;
    child_process& operator=(child_process&& other) noexcept;

    /// Sends @p signal to the process, and waits until it has ended.
    void end(int signal) noexcept;

    /// Returns whether the process was started, and not ended by end().
    [[nodiscard]] bool running() const noexcept { return pid_ > 0; }
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

private:
    pid_t pid_ = -1;
};

/// Returns the path of one of the project's scripts.
[[nodiscard]] std::string script(const std::string& name);

/// Returns a free loopback port below the system's ephemeral ports: a client could take one of
/// those while its server is down.
[[nodiscard]] std::uint16_t free_port();

} // namespace coquest::test
