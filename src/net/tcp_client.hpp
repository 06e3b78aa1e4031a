// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// ILP over TCP: rows go out and nothing comes back. The one thing that the server can say is to
// hang up, which it does for a row that it cannot take; that is looked for around every write, and
// watched for in between.
#pragma once

#include "core/address_list.hpp"
#include "core/tcp_auth.hpp"
#include "net/transport.hpp"

#include <coquest/ecdsa.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::net {

class tcp_client final : public transport {
public:
    tcp_client(const asio::any_io_executor& executor, std::shared_ptr<const config> options,
               std::shared_ptr<const detail::any_tls_backend> tls,
               const detail::any_signer* signer);

    /// Connects to the first server that takes it, and authenticates where the options have a key.
    asio::awaitable<fault> connect();

    /// Connects first where that is needed. Success means that the kernel has taken the rows, and
    /// the server has not hung up.
    asio::awaitable<fault> send(const detail::segment_chain& rows, bool resend_if_unsure) override;
    asio::awaitable<fault> shutdown(clock::time_point until) override;
    void close() noexcept override { stream_.close(); }

    /// Waits for @p time, and fails where the server hangs up or speaks before: that is all it says
    /// to a key that it does not know.
    asio::awaitable<fault> stays_for(std::chrono::milliseconds time);

private:
    fault read_key(detail::tcp_key& key) const;
    asio::awaitable<fault> connect_one(std::vector<std::size_t> order, const detail::tcp_key& key);
    asio::awaitable<fault> authenticate(const detail::tcp_key& key);
    asio::awaitable<fault> read_challenge(detail::auth_challenge& challenge);
    asio::awaitable<fault> write(std::string_view text);
    asio::awaitable<fault> write_rows(const detail::segment_chain& rows);
    void watch();
    void heard() noexcept;
    fault look();
    [[nodiscard]] fault spoke_fault() const;
    [[nodiscard]] std::string host() const { return to_string((*servers_)[server_]); }
    fault lose(fault why);

    std::shared_ptr<const config> config_;
    std::shared_ptr<const detail::any_tls_backend> tls_;
    const detail::any_signer* signer_; // null: none in this build
    std::shared_ptr<detail::address_list> servers_;
    std::size_t server_ = 0; // of the connection, or of the last one
    stream stream_;
    std::vector<asio::const_buffer> pieces_;
    bool at_work_ = false; // something is going on that looks for itself
};

} // namespace coquest::net
