// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// ILP over HTTP on one connection, which is kept alive for one request after the other. The server
// loses pipelined data, so nothing is sent before the previous answer has arrived
// (docs/protocol.md, HTTP requests).
#pragma once

#include "core/connect/address_list.hpp"
#include "core/http/request.hpp"
#include "core/http/response.hpp"
#include "core/http/server_settings.hpp"
#include "net/transport.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace coquest::inline v0::net {

class http_client final : public transport {
public:
    /// The connections of one sender share @p addresses, and with it what each of them learns about
    /// the servers; they must run on one strand. Null: the client makes its own from the options.
    http_client(const asio::any_io_executor& executor, std::shared_ptr<const config> options,
                std::shared_ptr<const detail::any_tls_backend> tls,
                std::shared_ptr<detail::address_list> addresses = nullptr);

    asio::awaitable<status> send(const detail::segment_chain& rows,
                                 bool resend_unconfirmed) override;
    asio::awaitable<status> shutdown(clock::time_point deadline) override;
    void close() noexcept override { stream_.close(); }
    [[nodiscard]] std::size_t most_bytes() const noexcept override
    {
        return addresses_->size_limit(server_, clock::now());
    }

    /// Requests the settings of the server. Makes at most one attempt for each address.
    asio::awaitable<status> settings(detail::server_settings& out);
    /// Makes each new connection check first that the server supports @p version, which was
    /// negotiated before: an older server may have replaced it.
    void require_version(protocol_version version) noexcept { version_ = version; }

private:
    using step = detail::http_response_parser::step;

    asio::awaitable<status> deliver(const detail::segment_chain& rows, bool resend_unconfirmed);
    asio::awaitable<status> post(const detail::segment_chain& rows, bool resend_unconfirmed,
                                 bool& connected);
    status refusal(std::size_t bytes);
    asio::awaitable<status> request_settings_in_turn(detail::server_settings& out);
    asio::awaitable<status> request_settings(detail::server_settings& out);
    asio::awaitable<status> open();
    asio::awaitable<status> open_checked();
    asio::awaitable<status> connect(std::vector<std::size_t> order);
    asio::awaitable<status> exchange(std::string_view head, const detail::segment_chain* body,
                                     std::chrono::milliseconds time);
    asio::awaitable<status> transfer();
    asio::awaitable<status> receive_some(step& parser_step);
    status cancelled();
    void add_tried_addresses(status& result);
    void leave_server(status& result);
    void use_server(std::size_t server);
    [[nodiscard]] const server_address& address() const { return (*addresses_)[server_]; }

    std::shared_ptr<const config> config_;
    std::shared_ptr<const detail::any_tls_backend> tls_;
    std::shared_ptr<detail::address_list> addresses_;
    stream stream_;
    std::size_t server_ = 0; // the current one
    std::optional<detail::http_request_head> head_;
    detail::http_response_parser response_;
    std::vector<asio::const_buffer> pieces_; // of the current request
    std::vector<std::byte> input_;
    std::vector<std::size_t> tried_;          // servers, during this call
    std::optional<protocol_version> version_; // as negotiated
    bool request_sent_ = false;               // the kernel has accepted all of the request
    bool answer_follows_request_ = false;     // no byte of the answer arrived before that
    bool has_answered_ = false;               // this server has answered a request
};

} // namespace coquest::inline v0::net
