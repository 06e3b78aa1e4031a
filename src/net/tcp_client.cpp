// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/tcp_client.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace coquest::net {

tcp_client::tcp_client(const asio::any_io_executor& executor, std::shared_ptr<const config> options,
                       std::shared_ptr<const detail::any_tls_backend> tls)
    : config_(std::move(options)), tls_(std::move(tls)),
      server_(std::make_shared<detail::address_list>(config_->addresses)), stream_(executor)
{
}

asio::awaitable<fault> tcp_client::connect()
{
    std::vector<std::size_t> order{0};
    fault problem = co_await stream_.connect(server_, std::move(order), config_->bind_interface,
                                             tls_.get(), clock::now() + config_->connect_timeout);
    const std::string host = to_string(config_->addresses.front());
    if (problem) {
        problem.info.addresses = {host};
    } else {
        connected(host);
        stream_.expect_acknowledgement_in(config_->request_timeout);
    }
    co_return problem;
}

asio::awaitable<fault> tcp_client::send(const detail::segment_chain& rows,
                                        bool /*resend_if_unsure*/)
{
    if (!stream_.is_open()) {
        co_return lose(fault(errc::socket_error, "not connected to " +
                                                     to_string(config_->addresses.front()) +
                                                     ": close this sender and build another"));
    }
    fault problem = look();
    if (!problem) {
        append_pieces(pieces_, rows);
        stream_.expires_at(clock::now() + config_->request_timeout);
        for (bool answered = true; answered && !problem;) {
            problem = co_await stream_.write(pieces_, answered);
            if (!problem && answered) {
                problem = look();
            }
        }
        pieces_.clear();
        stream_.never_expires();
    }
    if (!problem) {
        problem = look();
    }
    co_return problem ? lose(std::move(problem)) : fault();
}

fault tcp_client::look()
{
    bool spoke = false;
    fault problem = stream_.check(spoke);
    if (!problem && spoke) {
        const std::string host = to_string(config_->addresses.front());
        problem = fault(errc::socket_error,
                        "reading from " + host +
                            ": the server sent data, which QuestDB does not do on its TCP port: "
                            "check host and port of addr");
        problem.info.host = host;
    }
    return problem;
}

// How much of what went out the server has stored, nobody can know.
fault tcp_client::lose(fault why)
{
    if (stream_.is_open()) {
        lost(to_string(config_->addresses.front()), why);
    }
    stream_.close();
    why.info.state = delivery::maybe_applied;
    why.info.retryable = false;
    return why;
}

} // namespace coquest::net
