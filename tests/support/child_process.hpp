// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A program that a test starts, and that does not outlive it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace coquest::test {

/// Runs a program; it ends with the thread that started it.
class child_process {
public:
    /// Adds to the environment.
    using variables = std::map<std::string, std::string>;

    child_process() noexcept = default;
    /// Starts the program @p words[0], its output at the end of the file @p log.
    child_process(const std::vector<std::string>& words, const std::string& log,
                  const variables& environment = {});
    ~child_process();
    child_process(child_process&& other) noexcept;
    child_process& operator=(child_process&& other) noexcept;

    /// Ends it by @p signal, and returns when it has ended.
    void end(int signal) noexcept;

    /// Says whether it was started and not ended by end().
    [[nodiscard]] bool running() const noexcept { return pid_ > 0; }
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

private:
    pid_t pid_ = -1;
};

/// Returns the path of one of the project's scripts.
[[nodiscard]] std::string script(const std::string& name);

/// Returns a free loopback port below those that the system gives to clients: one of them could
/// take it while its server is down.
[[nodiscard]] std::uint16_t free_port();

} // namespace coquest::test
