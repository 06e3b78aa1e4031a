// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The steps of a check at one server, each of which goes on where the last has ended: resolve,
// connect, TLS, settings, authentication.
#pragma once

#include "net/asio.hpp"
#include "net/stream.hpp"
#include "tools/report.hpp"

#include <coquest/config.hpp>
#include <coquest/detail/any_tls.hpp>

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>

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
    /// @p tls is null for a plain transport; @p all hears of failures, @p out of all.
    server_check(const config& options, std::shared_ptr<const detail::any_tls_backend> tls,
                 report& all, server_report& out);

    asio::awaitable<void> run();

private:
    asio::awaitable<void> resolve();
    asio::awaitable<void> connect();
    asio::awaitable<void> shake_hands();
    asio::awaitable<void> talk_http();
    asio::awaitable<void> talk_tcp();
    /// Notes a step; true where it has not failed.
    bool note(step taken, outcome where);
    void describe_peer();
    void warn_of_date(const certificate_report& one);
    void warn_of_settings();

    std::shared_ptr<const config> options_; // with this server alone
    std::shared_ptr<const detail::any_tls_backend> tls_;
    report& all_;
    server_report& out_;
    std::vector<asio::ip::tcp::endpoint> endpoints_;
    std::unique_ptr<net::stream> stream_; // the first connection that was taken
};

} // namespace coquest::tools
