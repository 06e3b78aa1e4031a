// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/tcp_client.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace coquest::net {

tcp_client::tcp_client(const asio::any_io_executor& executor, std::shared_ptr<const config> options,
                       std::shared_ptr<const detail::any_tls_backend> tls,
                       const detail::any_signer* signer)
    : config_(std::move(options)), tls_(std::move(tls)), signer_(signer),
      server_(std::make_shared<detail::address_list>(config_->addresses)), stream_(executor)
{
}

asio::awaitable<fault> tcp_client::connect()
{
    detail::tcp_key key;
    fault problem = read_key(key); // before a server is bothered
    if (!problem) {
        std::vector<std::size_t> order{0};
        problem = co_await stream_.connect(server_, std::move(order), config_->bind_interface,
                                           tls_.get(), clock::now() + config_->connect_timeout);
    }
    if (!problem && config_->token) {
        problem = co_await authenticate(key);
    }
    if (problem) {
        stream_.close();
        problem.info.addresses = {host()};
    } else {
        connected(host());
        stream_.expect_acknowledgement_in(config_->request_timeout);
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

asio::awaitable<fault> tcp_client::read_challenge(detail::auth_challenge& challenge)
{
    using step = detail::auth_challenge::step;
    std::array<std::byte, detail::auth_challenge::size> bytes{};
    for (step now = step::need_input; now == step::need_input;) {
        std::size_t got = 0;
        fault problem = co_await stream_.read_some(bytes, got);
        if (problem.code == errc::timed_out) {
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
            co_return fault(
                errc::auth_error,
                "waiting for the challenge of " + host() + ": the server hung up after " +
                    std::to_string(challenge.received()) +
                    " of 513 bytes; does it authenticate over TCP (line.tcp.auth.db.path)?");
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
    if (!stream_.is_open()) {
        co_return lose(fault(errc::socket_error, "not connected to " + host() +
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
        const std::string peer = host();
        problem = fault(errc::socket_error,
                        "reading from " + peer +
                            ": the server sent data, which QuestDB does not do on its TCP port: "
                            "check host and port of addr");
        problem.info.host = peer;
    }
    return problem;
}

// How much of what went out the server has stored, nobody can know.
fault tcp_client::lose(fault why)
{
    if (stream_.is_open()) {
        lost(host(), why);
    }
    stream_.close();
    if (config_->token) {
        why.info.message += "; the server hangs up where it does not know the key id or the key, "
                            "too: see its log";
    }
    why.info.state = delivery::maybe_applied;
    why.info.retryable = false;
    return why;
}

} // namespace coquest::net
