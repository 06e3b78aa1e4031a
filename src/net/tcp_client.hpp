// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// ILP over TCP: rows go out and nothing comes back. The one thing that the server can say is to
// hang up, which it does for a row that it cannot take; that is looked for around every write.
#pragma once

#include "core/address_list.hpp"
#include "core/tcp_auth.hpp"
#include "net/transport.hpp"

#include <coquest/ecdsa.hpp>

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

    /// Connects, and authenticates where the options have a key. The connection is the only one:
    /// once lost, must_close() says so.
    asio::awaitable<fault> connect();

    asio::awaitable<fault> send(const detail::segment_chain& rows, bool resend_if_unsure) override;
    [[nodiscard]] bool must_close() const noexcept override { return !stream_.is_open(); }
    asio::awaitable<void> shutdown() override { return stream_.linger(); }
    void close() noexcept override { stream_.close(); }

private:
    fault read_key(detail::tcp_key& key) const;
    asio::awaitable<fault> authenticate(const detail::tcp_key& key);
    asio::awaitable<fault> read_challenge(detail::auth_challenge& challenge);
    asio::awaitable<fault> write(std::string_view text);
    fault look();
    [[nodiscard]] std::string host() const { return to_string(config_->addresses.front()); }
    fault lose(fault why);

    std::shared_ptr<const config> config_;
    std::shared_ptr<const detail::any_tls_backend> tls_;
    const detail::any_signer* signer_;             // null: none in this build
    std::shared_ptr<detail::address_list> server_; // the first; TCP has no others
    stream stream_;
    std::vector<asio::const_buffer> pieces_;
};

} // namespace coquest::net
