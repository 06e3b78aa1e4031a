// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A real QuestDB of a test's own, to be killed or filled up.
#pragma once

#include "support/child_process.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace coquest::test {

/// Runs scripts/questdb. It keeps its port and its data when it is started again.
class questdb_process {
public:
    /// Starts one, with its files in a directory of its own; where @p disk_size is not 0, on a disk
    /// of its own of so many bytes, which is gone with the process.
    explicit questdb_process(std::size_t disk_size = 0);
    ~questdb_process();
    questdb_process(const questdb_process&) = delete;
    questdb_process& operator=(const questdb_process&) = delete;

    /// Says whether a process may have a disk of its own here.
    [[nodiscard]] static bool may_have_disk();

    /// Starts it again; returns at once.
    void start();
    /// Returns when it answers; throws std::runtime_error, with the end of its log, after 60 s.
    void wait_until_ready() const;
    /// Ends it by @p signal, and returns when it has ended.
    void end(int signal) { child_.end(signal); }
    /// Says whether it was started and not ended by end().
    [[nodiscard]] bool running() const noexcept { return child_.running(); }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] std::uint16_t tcp_port() const noexcept { return tcp_port_; }
    /// Returns the directory with its data, on its own disk too.
    [[nodiscard]] std::filesystem::path directory() const;

private:
    std::size_t disk_size_;
    std::filesystem::path directory_;
    std::uint16_t port_;
    std::uint16_t tcp_port_;
    child_process child_;
};

} // namespace coquest::test
