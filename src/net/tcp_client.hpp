// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// ILP over TCP: rows are sent and nothing is acknowledged. All that the server can do is to close
// the connection, as it does for a row that it cannot store. The client checks for that before and
// after every write, and waits for it between two writes.
#pragma once

#include "core/connect/address_list.hpp"
#include "core/connect/tcp_auth.hpp"
#include "net/transport.hpp"

#include <coquest/ecdsa.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::inline v0::net {

class tcp_client final : public transport {
public:
    tcp_client(const asio::any_io_executor& executor, std::shared_ptr<const config> options,
               std::shared_ptr<const detail::any_tls_backend> tls, const detail::any_signer* signer,
               std::shared_ptr<detail::address_list> servers = nullptr);

    /// A server on a nearby host that does not speak ILP objects within this time after the
    /// connection was made.
    static constexpr std::chrono::milliseconds objection_time{100};

    /// Connects to the first server that accepts the connection. Authenticates if the options have
    /// a key, or else sends empty lines: QuestDB's TCP port ignores them, its HTTP port closes the
    /// connection. Skips a server that objects to the empty lines within @p time.
    asio::awaitable<status> connect(std::chrono::milliseconds time = {});

    /// Connects first if there is no connection. Success means that the kernel has accepted the
    /// rows and that the server has not closed the connection.
    asio::awaitable<status> send(const detail::segment_chain& rows,
                                 bool resend_unconfirmed) override;
    asio::awaitable<status> shutdown(clock::time_point deadline) override;
    void close() noexcept override { stream_.close(); }

    /// Waits for @p time, and fails if the server closes the connection or sends data. A server has
    /// no other way to reject a key or bytes that are not ILP.
    asio::awaitable<status> expect_silence(std::chrono::milliseconds time);

private:
    status read_key(detail::tcp_key& key) const;
    asio::awaitable<status> connect_one(std::vector<std::size_t> order, const detail::tcp_key& key,
                                        std::chrono::milliseconds time);
    asio::awaitable<status> authenticate(const detail::tcp_key& key);
    asio::awaitable<status> probe(std::chrono::milliseconds time);
    asio::awaitable<status> read_challenge(detail::auth_challenge& challenge);
    asio::awaitable<status> write(std::string_view text);
    asio::awaitable<status> write_rows(const detail::segment_chain& rows);
    void wait_for_input();
    void on_input() noexcept;
    status check_connection();
    [[nodiscard]] status unexpected_data(std::span<const std::byte> bytes,
                                         const char* operation = "reading from",
                                         errc code = errc::socket_error) const;
    [[nodiscard]] std::string wrong_port_hint() const;
    [[nodiscard]] std::string host() const { return to_string((*servers_)[server_]); }
    status end_connection(status failure);
    [[nodiscard]] bool is_short_lived() const;

    std::shared_ptr<const config> config_;
    std::shared_ptr<const detail::any_tls_backend> tls_;
    const detail::any_signer* signer_; // null if this build has none
    std::shared_ptr<detail::address_list> servers_;
    std::size_t server_ = 0; // of this connection, or of the previous one
    stream stream_;
    std::vector<asio::const_buffer> pieces_;
    clock::time_point connected_at_;
    bool busy_ = false; // an operation runs that checks the connection itself
};

} // namespace coquest::inline v0::net
