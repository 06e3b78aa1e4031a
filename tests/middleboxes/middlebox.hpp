// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A proxy as it stands between a sender and QuestDB in production, with a test's configuration.
#pragma once

#include "support/child_process.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::test {

/// Returns the path of @p program; empty if it is not installed.
[[nodiscard]] std::string find_program(std::string_view program);

/// A real nginx or haproxy on a loopback port. It is killed with the object.
class middlebox {
public:
    /// Starts nginx with @p servers inside its http section. Returns when @p port accepts
    /// connections.
    static middlebox nginx(std::uint16_t port, const std::string& servers);
    /// Starts haproxy with @p sections after its defaults. Returns when @p port accepts
    /// connections.
    static middlebox haproxy(std::uint16_t port, const std::string& sections);
    /// Starts a haproxy that passes bytes from @p port to @p target. Stopping and starting it makes
    /// QuestDB go away and come back for those who connect through it.
    static middlebox gate(std::uint16_t port, std::uint16_t target);

    middlebox(const middlebox&) = delete;
    middlebox& operator=(const middlebox&) = delete;
    ~middlebox();

    /// Kills it: its port refuses connections, and its open connections are reset.
    void stop() noexcept;
    /// Starts it again on its port.
    void start();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// Returns how many requests it has answered with @p status (nginx).
    [[nodiscard]] std::size_t answers_with(int status) const;

private:
    middlebox(std::uint16_t port, std::string_view program, const std::string& config);
    void configure_nginx(const std::string& servers);
    void configure_haproxy(const std::string& sections);

    std::filesystem::path directory_;
    std::uint16_t port_;
    std::vector<std::string> command_;
    child_process child_;
};

} // namespace coquest::test
