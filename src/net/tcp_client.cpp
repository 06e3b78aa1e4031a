// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/tcp_client.hpp"

#include <utility>

namespace coquest::net {

tcp_client::tcp_client(const asio::any_io_executor& executor, std::shared_ptr<const config> options,
                       std::shared_ptr<const detail::any_tls_backend> tls)
    : config_(std::move(options)), tls_(std::move(tls)), stream_(executor)
{
}

asio::awaitable<fault> tcp_client::connect()
{
    return stream_.connect(config_->addresses.front(), config_->bind_interface, tls_.get(),
                           clock::now() + config_->connect_timeout);
}

asio::awaitable<fault> tcp_client::send(const detail::segment_chain& rows,
                                        bool /*resend_if_unsure*/)
{
    if (!stream_.is_open()) {
        co_return lost(fault(errc::socket_error, "not connected to " +
                                                     to_string(config_->addresses.front()) +
                                                     ": close this sender and build another"));
    }
    fault problem = stream_.check();
    if (!problem) {
        append_pieces(pieces_, rows);
        stream_.expires_at(clock::now() + config_->request_timeout);
        problem = co_await stream_.write(pieces_);
        pieces_.clear();
        stream_.never_expires();
    }
    if (!problem) {
        problem = stream_.check();
    }
    co_return problem ? lost(std::move(problem)) : fault();
}

// How much of what went out the server has stored, nobody can know.
fault tcp_client::lost(fault why)
{
    stream_.close();
    why.info.state = delivery::maybe_applied;
    why.info.retryable = false;
    return why;
}

} // namespace coquest::net
