// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The steps of a check on one server: resolve, connect, TLS, settings, authentication. Each step
// builds on the one before.
#pragma once

#include "net/asio.hpp"
#include "net/stream.hpp"
#include "tools/report.hpp"

#include <coquest/config.hpp>
#include <coquest/detail/any_tls.hpp>

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace coquest::tools {

class stopwatch {
public:
    [[nodiscard]] std::chrono::duration<double, std::milli> elapsed() const
    {
        return net::clock::now() - start_;
    }

private:
    net::clock::time_point start_ = net::clock::now();
};

class server_check {
public:
    /// @p tls is null for a plain transport. A server that accepts rows over TCP and keeps the
    /// connection open for the time @p wait has not rejected the client. Failures go to @p whole,
    /// all results to @p out.
    server_check(const config& options, std::shared_ptr<const detail::any_tls_backend> tls,
                 std::chrono::seconds wait, report& whole, server_report& out);

    asio::awaitable<void> run();

private:
    asio::awaitable<void> resolve();
    asio::awaitable<void> connect();
    asio::awaitable<void> check_tls();
    asio::awaitable<void> check_http();
    asio::awaitable<void> check_tcp();
    /// Stores a step. Returns true if it succeeded.
    bool add_step(step current, outcome step_outcome);
    void describe_peer();
    void warn_of_date(const certificate_report& certificate);
    void warn_of_settings();

    std::shared_ptr<const config> options_; // with only this server
    std::shared_ptr<const detail::any_tls_backend> tls_;
    std::chrono::seconds wait_;
    report& whole_;
    server_report& out_;
    std::vector<asio::ip::tcp::endpoint> endpoints_;
    std::unique_ptr<net::stream> stream_; // the first connection that succeeded
};

} // namespace coquest::tools
