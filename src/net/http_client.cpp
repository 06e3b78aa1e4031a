// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/http_client.hpp"

#include "core/server_error.hpp"

#include <span>
#include <string>
#include <utility>

namespace coquest::net {
namespace {

constexpr std::size_t input_size = 4 * 1024; // an answer is some hundred bytes

/// Returns the time that a request of @p bytes may take (contract §6.4).
clock::duration time_for(const config& options, std::size_t bytes)
{
    clock::duration time = options.request_timeout;
    if (options.request_min_throughput != 0) {
        time += std::chrono::milliseconds(bytes * 1000 / options.request_min_throughput);
    }
    return time;
}

} // namespace

http_client::http_client(const asio::any_io_executor& executor,
                         std::shared_ptr<const config> options,
                         std::shared_ptr<const detail::any_tls_backend> tls,
                         std::shared_ptr<detail::address_list> addresses)
    : config_(std::move(options)), tls_(std::move(tls)),
      addresses_(addresses ? std::move(addresses)
                           : std::make_shared<detail::address_list>(config_->addresses)),
      stream_(executor), input_(input_size)
{
    head_.emplace(*config_, address());
}

asio::awaitable<fault> http_client::connect()
{
    fault problem = co_await stream_.connect(address(), {}, tls_.get(),
                                             clock::now() + config_->connect_timeout);
    fresh_ = true;
    co_return problem;
}

void http_client::next_address()
{
    if (config_->addresses.size() > 1) {
        address_ = (address_ + 1) % config_->addresses.size();
        head_.emplace(*config_, address());
        stream_.close();
    }
}

asio::awaitable<fault> http_client::send(const detail::segment_chain& rows, bool resend_if_unsure)
{
    fault problem;
    // A server may close an idle connection at any time. What such a connection fails at is tried
    // once more on a new one, before anybody hears of it.
    for (bool again = true; again;) {
        const bool reused = stream_.is_open() && !fresh_;
        if (!stream_.is_open()) {
            problem = co_await connect();
            if (problem) {
                next_address();
                co_return problem;
            }
        }
        problem = co_await exchange(head_->post(rows.bytes()), &rows,
                                    clock::now() + time_for(*config_, rows.bytes()));
        again = reused && !response_.started() &&
                (resend_if_unsure || problem.info.state == delivery::not_sent) &&
                (problem.code == errc::socket_error || problem.info.tls == tls_failure::truncated);
    }
    if (problem) {
        next_address();
        co_return problem;
    }
    if (!detail::is_success(response_.status())) {
        problem = detail::server_fault(response_, to_string(address()));
        problem.info.retry_after = response_.retry_after().value_or(std::chrono::seconds(0));
        if (response_.status() == 421) {
            next_address(); // a replica: another node may take writes
        }
    }
    co_return problem;
}

asio::awaitable<fault> http_client::settings(detail::server_settings& out)
{
    fault problem;
    for (std::size_t tries = config_->addresses.size(); tries != 0; --tries) {
        problem = co_await ask_settings(out);
        if (problem ? !problem.info.retryable : out.accepting_writes) {
            break;
        }
        next_address();
    }
    co_return problem;
}

asio::awaitable<fault> http_client::ask_settings(detail::server_settings& out)
{
    fault problem;
    if (!stream_.is_open()) {
        problem = co_await connect();
    }
    const auto deadline = clock::now() + config_->request_timeout;
    if (!problem) {
        problem = co_await exchange(head_->get_settings(), nullptr, deadline);
    }
    if (!problem && response_.status() == 401 && !head_->get_settings_authorized().empty()) {
        if (!stream_.is_open()) {
            problem = co_await connect();
        }
        if (!problem) {
            problem = co_await exchange(head_->get_settings_authorized(), nullptr, deadline);
        }
    }
    co_return problem ? std::move(problem)
                      : detail::read_settings(response_, to_string(address()), out);
}

// One request and its answer; success means that a whole response is in response_.
asio::awaitable<fault> http_client::exchange(std::string_view head,
                                             const detail::segment_chain* body,
                                             clock::time_point deadline)
{
    response_.reset();
    pieces_.clear();
    pieces_.emplace_back(head.data(), head.size());
    if (body != nullptr) {
        append_pieces(pieces_, *body);
    }
    fresh_ = false;
    stream_.expires_at(deadline);
    fault unsent = co_await stream_.write(pieces_);
    // A server that refuses early (413) answers and hangs up while the body is still on its way:
    // its answer is the better error.
    fault problem = co_await receive();
    if (unsent && (problem || detail::is_success(response_.status()))) {
        problem = std::move(unsent);
        problem.info.state = delivery::not_sent;
    } else if (problem) {
        problem.info.state = delivery::maybe_applied;
        problem.info.http_status = response_.status();
    }
    if (problem || !response_.keep_alive()) {
        stream_.close();
    } else {
        stream_.never_expires();
    }
    co_return problem;
}

asio::awaitable<fault> http_client::receive()
{
    using step = detail::http_response_parser::step;
    for (;;) {
        std::size_t got = 0;
        fault problem = co_await stream_.read_some(input_, got);
        if (problem) {
            co_return problem;
        }
        std::size_t consumed = 0;
        const step now = got == 0 ? response_.end_of_input()
                                  : response_.feed(std::span(input_.data(), got), consumed);
        if (now == step::failed) {
            fault broken(errc::socket_error,
                         "reading from " + to_string(address()) + ": " + response_.problem());
            if (tls_ == nullptr) {
                broken.info.message += "; does this port speak TLS? then use https";
            }
            broken.info.host = to_string(address());
            // a connection that broke off may not do so again; nonsense would be repeated
            broken.info.retryable = got == 0;
            co_return broken;
        }
        if (now == step::complete) {
            if (consumed < got) {
                stream_.close(); // bytes that belong to no request: the connection is not in step
            }
            co_return fault();
        }
    }
}

asio::awaitable<void> http_client::shutdown()
{
    stream_.shutdown();
    co_return;
}

} // namespace coquest::net
