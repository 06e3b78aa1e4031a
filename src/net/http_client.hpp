// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// ILP over HTTP: one connection, kept alive, one request at a time. The server loses data that is
// pipelined, so that nothing is ever sent while an answer is due (contract §6.8).
#pragma once

#include "core/address_list.hpp"
#include "core/http_request.hpp"
#include "core/http_response.hpp"
#include "core/server_settings.hpp"
#include "net/transport.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace coquest::net {

class http_client final : public transport {
public:
    /// @p addresses, made of the options' where null, is what the connections of one sender share:
    /// what one learns of a server, all know. All run on one strand.
    http_client(const asio::any_io_executor& executor, std::shared_ptr<const config> options,
                std::shared_ptr<const detail::any_tls_backend> tls,
                std::shared_ptr<detail::address_list> addresses = nullptr);

    asio::awaitable<fault> send(const detail::segment_chain& rows, bool resend_if_unsure) override;
    asio::awaitable<fault> shutdown(clock::time_point until) override;
    void close() noexcept override { stream_.close(); }

    /// Asks the server for its settings, with one attempt at each address.
    asio::awaitable<fault> settings(detail::server_settings& out);
    /// Has each new connection ask first whether the server takes @p version, which was negotiated:
    /// it may have been replaced by an older one.
    void keep_to(protocol_version version) noexcept { version_ = version; }

private:
    using step = detail::http_response_parser::step;

    asio::awaitable<fault> deliver(const detail::segment_chain& rows, bool resend_if_unsure);
    asio::awaitable<fault> ask_all(detail::server_settings& out);
    asio::awaitable<fault> ask(detail::server_settings& out);
    asio::awaitable<fault> open();
    asio::awaitable<fault> open_for_version();
    asio::awaitable<fault> connect(std::vector<std::size_t> order);
    asio::awaitable<fault> exchange(std::string_view head, const detail::segment_chain* body,
                                    std::chrono::milliseconds time);
    asio::awaitable<fault> transfer();
    asio::awaitable<fault> receive_some(step& now);
    fault cancelled();
    void name_tried(fault& problem);
    bool is_reusable();
    void leave();
    [[nodiscard]] const server_address& address() const { return (*addresses_)[server_]; }

    std::shared_ptr<const config> config_;
    std::shared_ptr<const detail::any_tls_backend> tls_;
    std::shared_ptr<detail::address_list> addresses_;
    stream stream_;
    std::size_t server_ = 0; // that is used
    std::optional<detail::http_request_head> head_;
    detail::http_response_parser response_;
    std::vector<asio::const_buffer> pieces_; // of the request that is under way
    std::vector<std::byte> input_;
    std::vector<std::size_t> tried_;          // servers, in this call
    std::optional<protocol_version> version_; // that was negotiated
    clock::time_point answered_;              // the last request
    bool fresh_ = true;                       // the connection has carried no request yet
    bool whole_ = false;                      // the kernel has taken all of the request
};

} // namespace coquest::net
