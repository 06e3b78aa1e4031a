// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/tcp_client.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace coquest::net {

tcp_client::tcp_client(const asio::any_io_executor& executor, std::shared_ptr<const config> options,
                       std::shared_ptr<const detail::any_tls_backend> tls,
                       const detail::any_signer* signer)
    : config_(std::move(options)), tls_(std::move(tls)), signer_(signer),
      servers_(std::make_shared<detail::address_list>(config_->addresses)),
      stream_(executor, config_->max_buf_size)
{
}

asio::awaitable<fault> tcp_client::connect()
{
    detail::tcp_key key;
    fault problem = read_key(key); // before a server is bothered
    if (problem) {
        co_return problem;
    }
    std::vector<std::size_t> tried;
    for (auto left = servers_->order(clock::now()); !left.empty(); std::erase(left, server_)) {
        fault latest = co_await connect_one(left, key);
        tried.insert(tried.end(), stream_.tried().begin(), stream_.tried().end());
        if (!latest) {
            connected(host());
            stream_.expect_acknowledgement_in(config_->request_timeout);
            watch();
            co_return latest;
        }
        const bool reached = stream_.is_open(); // it is the key that this server doesn't like
        stream_.close();
        if (!problem) {
            problem = std::move(latest);
        }
        if (!reached) {
            break;
        }
        servers_->failed(server_, clock::now());
    }
    for (const std::size_t one : tried) {
        problem.info.addresses.push_back(to_string((*servers_)[one]));
    }
    problem.info.state = delivery::not_sent;
    co_return problem;
}

asio::awaitable<fault> tcp_client::connect_one(std::vector<std::size_t> order,
                                               const detail::tcp_key& key)
{
    fault problem = co_await stream_.connect(servers_, std::move(order), config_->bind_interface,
                                             tls_.get(), clock::now() + config_->connect_timeout);
    noticed(to_string((*servers_)[stream_.server()]), stream_.take_notices());
    if (!problem) {
        server_ = stream_.server();
        if (config_->token) {
            problem = co_await authenticate(key);
        }
    }
    co_return problem;
}

fault tcp_client::read_key(detail::tcp_key& key) const
{
    if (!config_->token) {
        return {};
    }
    if (signer_ == nullptr) {
        return {errc::config_error,
                "\"token\" needs a library that signs: configure coquest with "
                "-DCOQUEST_TLS_WOLFSSL=ON or -DCOQUEST_TLS_OPENSSL=ON, or name one of your own by "
                "sender_builder::signer<Signer>()"};
    }
    return key.read(*config_, *signer_);
}

// Whether the server is content with the answer, it doesn't say: it hangs up where not.
asio::awaitable<fault> tcp_client::authenticate(const detail::tcp_key& key)
{
    if (config_->auth_timeout.count() != 0) {
        stream_.expires_at(clock::now() + config_->auth_timeout);
    }
    detail::auth_challenge challenge;
    fault problem = co_await write(key.greeting());
    if (!problem) {
        problem = co_await read_challenge(challenge);
    }
    std::array<std::byte, 64> signature{};
    if (!problem && !signer_->sign(key.bytes(), challenge.bytes(), signature)) {
        problem = fault(errc::auth_error, "signing the challenge of " + host() + " failed");
    }
    if (!problem) {
        const std::string answer = detail::auth_answer(signature);
        problem = co_await write(answer);
    }
    stream_.never_expires();
    if (problem) {
        problem.info.host = host();
    }
    co_return problem;
}

asio::awaitable<fault> tcp_client::stays_for(std::chrono::milliseconds time)
{
    std::array<std::byte, 1> byte{};
    std::size_t got = 0;
    at_work_ = true;
    stream_.expires_at(clock::now() + time);
    fault problem = co_await stream_.read_some(byte, got);
    stream_.never_expires();
    at_work_ = false;
    if (problem.code == errc::timed_out) {
        co_return fault();
    }
    if (!problem && got != 0) {
        problem = spoke_fault();
    } else if (!problem && config_->token) {
        problem = fault(errc::auth_error,
                        host() + " hung up after the answer to its challenge: it does not know the "
                                 "key id or the key; ");
        problem.info.hint = "check username and token, and its log (line.tcp.auth.db.path)";
        problem.info.message += problem.info.hint;
    } else if (!problem) {
        problem = fault(errc::socket_error, host() + " hung up; look into its log");
    }
    problem.info.host = host();
    co_return problem;
}

asio::awaitable<fault> tcp_client::read_challenge(detail::auth_challenge& challenge)
{
    using step = detail::auth_challenge::step;
    std::array<std::byte, detail::auth_challenge::size> bytes{};
    for (step now = step::need_input; now == step::need_input;) {
        std::size_t got = 0;
        fault problem = co_await stream_.read_some(bytes, got);
        if (problem.code == errc::timed_out) {
            problem.info.hint.clear();
            problem.info.message =
                "waiting for the challenge of " + host() + ": auth_timeout (" +
                std::to_string(config_->auth_timeout.count()) +
                " ms) is over; does the server "
                "authenticate over TCP (line.tcp.auth.db.path), and is TLS as in the configuration?";
        }
        if (problem && problem.code != errc::socket_error) {
            co_return problem;
        }
        now = challenge.feed(std::span(bytes.data(), got));
        if (got == 0) {
            problem =
                fault(errc::auth_error,
                      "waiting for the challenge of " + host() + ": the server hung up after " +
                          std::to_string(challenge.received()) +
                          " of 513 bytes; does it authenticate over TCP (line.tcp.auth.db.path)?");
            problem.info.retryable = true; // or it is not up yet, behind a proxy that is
            co_return problem;
        }
        if (now == step::failed) {
            co_return fault(errc::auth_error,
                            "waiting for the challenge of " + host() + ": the server sent " +
                                std::string(challenge.problem()) +
                                "; is this QuestDB's port for rows over TCP (line.tcp)?");
        }
    }
    co_return fault();
}

asio::awaitable<fault> tcp_client::write(std::string_view text)
{
    pieces_.assign(1, asio::const_buffer(text.data(), text.size()));
    fault problem;
    for (bool answered = true; answered && !problem;) {
        problem = co_await stream_.write(pieces_, answered);
        bool spoke = false;
        if (!problem && answered) {
            problem = stream_.check(spoke);
        }
    }
    pieces_.clear();
    co_return problem;
}

asio::awaitable<fault> tcp_client::send(const detail::segment_chain& rows,
                                        bool /*resend_if_unsure*/)
{
    at_work_ = true;
    fault problem;
    if (!stream_.is_open()) {
        problem = co_await connect();
    }
    if (!problem) {
        problem = co_await write_rows(rows);
    }
    at_work_ = false;
    if (!problem) {
        watch();
    }
    co_return problem;
}

asio::awaitable<fault> tcp_client::write_rows(const detail::segment_chain& rows)
{
    delivery state = delivery::maybe_applied;
    pieces_.clear();
    append_pieces(pieces_, rows);
    fault problem = look();
    if (!problem) {
        stream_.expires_at(clock::now() + time_for(*config_, rows.bytes()));
        for (bool answered = true; answered && !problem;) {
            problem = co_await stream_.write(pieces_, answered);
            if (!problem) {
                problem = look();
            }
        }
        stream_.never_expires();
    }
    if (problem) {
        if (asio::buffer_size(pieces_) == rows.bytes()) {
            state = delivery::not_sent;
        }
        problem = lose(std::move(problem));
        problem.info.state = state;
    } else {
        servers_->worked(server_);
    }
    co_return problem;
}

asio::awaitable<fault> tcp_client::shutdown(clock::time_point until)
{
    if (!stream_.is_open()) {
        co_return fault();
    }
    at_work_ = true;
    fault problem = co_await stream_.half_close(until);
    at_work_ = false;
    if (problem.code == errc::timed_out) {
        problem.info.hint.clear();
        problem.info.message = "waiting for " + host() + " to end the connection: close_timeout (" +
                               std::to_string(config_->close_timeout.count()) + " ms) is over";
    }
    co_return problem ? lose(std::move(problem)) : fault();
}

void tcp_client::watch()
{
    stream_.watch([this] { heard(); });
}

// Between two sends, the server has said something or hung up.
void tcp_client::heard() noexcept
{
    if (at_work_) {
        return;
    }
    fault problem;
    try {
        problem = look();
        if (!problem) { // TLS has things to say that are none of ours
            watch();
            return;
        }
        problem = lose(std::move(problem));
    } catch (const std::bad_alloc&) {
        stream_.close();
        problem.code = std::make_error_code(std::errc::not_enough_memory);
    }
    hung_up(std::move(problem));
}

fault tcp_client::look()
{
    bool spoke = false;
    fault problem = stream_.check(spoke);
    return !problem && spoke ? spoke_fault() : std::move(problem);
}

fault tcp_client::spoke_fault() const
{
    const std::string peer = host();
    fault problem(
        errc::socket_error,
        "reading from " + peer +
            ": the server sent data, which QuestDB does not do on its TCP port: check host "
            "and port of addr" +
            (tls_ ? "" : "; does it speak TLS? then use tcps"));
    problem.info.host = peer;
    return problem;
}

// The connection is of no more use.
fault tcp_client::lose(fault why)
{
    servers_->failed(server_, clock::now());
    lost(host(), why);
    stream_.close();
    if (config_->token) {
        why.info.message += "; the server hangs up where it does not know the key id or the key, "
                            "too: see its log";
    }
    return why;
}

} // namespace coquest::net
