// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A real QuestDB for one test, which the test may kill or fill up.
#pragma once

#include "support/child_process.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace coquest::test {

/// Runs scripts/questdb. It keeps its port and its data when it is restarted.
class questdb_process {
public:
    /// Starts a server, with its files in a directory of its own. If @p disk_size is not 0, the
    /// directory is on a disk of that many bytes, which disappears with the process.
    explicit questdb_process(std::size_t disk_size = 0);
    ~questdb_process();
    questdb_process(const questdb_process&) = delete;
    questdb_process& operator=(const questdb_process&) = delete;

    /// Returns whether this process may mount a disk.
    [[nodiscard]] static bool may_have_disk();

    /// Starts it again; does not wait until it answers.
    void start();
    /// Returns when it answers; throws std::runtime_error with the end of its log after 60 s.
    void wait_until_ready() const;
    /// Sends @p signal to it, and waits until it has ended.
    void end(int signal) { child_.end(signal); }
    /// Returns whether it was started, and not ended by end().
    [[nodiscard]] bool running() const noexcept { return child_.running(); }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] std::uint16_t tcp_port() const noexcept { return tcp_port_; }
    /// Returns the path of the data directory, also if it is on a disk of its own.
    [[nodiscard]] std::filesystem::path directory() const;

private:
    std::size_t disk_size_;
    std::filesystem::path directory_;
    std::uint16_t port_;
    std::uint16_t tcp_port_;
    child_process child_;
};

} // namespace coquest::test
