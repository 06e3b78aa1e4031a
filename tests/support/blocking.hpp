// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Blocking calls that a signal does not end early. Asio's own blocking calls, and those of the
// system, fail with EINTR.
#pragma once

#include <asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace coquest::test {

/// Connects to @p port on loopback, sends @p request, and returns the answer when it contains
/// @p end, or, if @p end is empty, when the peer closes the connection. Throws std::system_error.
[[nodiscard]] std::string ask(std::uint16_t port, const std::string& request,
                              const std::string& end = "");

/// Sends all of @p bytes. Throws std::system_error.
void send_all(asio::ip::tcp::socket& socket, std::string_view bytes);

/// Waits for @p time.
void pause(std::chrono::milliseconds time);

/// Waits until the child process @p pid has ended, and returns its status as waitpid does.
int wait_for_end(pid_t pid) noexcept;

} // namespace coquest::test
