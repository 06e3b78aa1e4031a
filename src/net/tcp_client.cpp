// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/tcp_client.hpp"

#include "core/text/printable.hpp"
#include "tls/session/greeting.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace coquest::inline v0::net {
namespace {

// More than the five bytes that a TLS server reads before it objects.
constexpr std::string_view empty_lines = "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
constexpr std::size_t max_shown = 60; // bytes of unexpected data that a message quotes
constexpr std::chrono::seconds short_lifetime(
    1); // a connection that ends sooner suggests a wrong port

std::string_view as_text(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A server may answer a request without an HTTP version with HTML alone, without a head.
bool is_http(std::string_view text)
{
    return text.starts_with("HTTP/") || text.starts_with('<');
}

} // namespace

tcp_client::tcp_client(const asio::any_io_executor& executor, std::shared_ptr<const config> options,
                       std::shared_ptr<const detail::any_tls_backend> tls,
                       const detail::any_signer* signer,
                       std::shared_ptr<detail::address_list> servers)
    : config_(std::move(options)), tls_(std::move(tls)), signer_(signer),
      servers_(servers ? std::move(servers)
                       : std::make_shared<detail::address_list>(config_->addresses)),
      stream_(executor, config_->max_buf_size)
{
}

asio::awaitable<status> tcp_client::connect(std::chrono::milliseconds time)
{
    detail::tcp_key key;
    status result = read_key(key); // fails before a connection is made
    if (!result.ok()) {
        co_return result;
    }
    std::vector<std::size_t> tried;
    for (auto remaining = servers_->order(clock::now()); !remaining.empty();
         std::erase(remaining, server_)) {
        status latest = co_await connect_one(remaining, key, time);
        tried.insert(tried.end(), stream_.tried().begin(), stream_.tried().end());
        if (latest.ok()) {
            connected(host());
            stream_.expect_acknowledgement_in(config_->request_timeout);
            wait_for_input();
            co_return latest;
        }
        const bool was_reached = stream_.is_open(); // but rejects the key, or does not speak ILP
        stream_.close();
        if (result.ok()) {
            result = std::move(latest);
        }
        if (!was_reached) {
            break;
        }
        servers_->failed(server_, clock::now());
    }
    if (!result.ok()) {
        for (const std::size_t server : tried) {
            result.amend().addresses.push_back(to_string((*servers_)[server]));
        }
        result.amend().state = delivery::not_sent;
    }
    co_return result;
}

asio::awaitable<status> tcp_client::connect_one(std::vector<std::size_t> order,
                                                const detail::tcp_key& key,
                                                std::chrono::milliseconds time)
{
    status result = co_await stream_.connect(servers_, std::move(order), config_->bind_interface,
                                             tls_.get(), clock::now() + config_->connect_timeout);
    on_tls_events(to_string((*servers_)[stream_.server()]), stream_.take_tls_events());
    if (result.ok()) {
        server_ = stream_.server();
        connected_at_ = clock::now();
        if (config_->token) {
            result = co_await authenticate(key);
        } else {
            result = co_await probe(time);
        }
    }
    co_return result;
}

status tcp_client::read_key(detail::tcp_key& key) const
{
    if (!config_->token) {
        return {};
    }
    if (signer_ == nullptr) {
        return {errc::config_error,
                "\"token\" needs a library that signs: configure coquest with "
                "-DCOQUEST_TLS_WOLFSSL=ON or -DCOQUEST_TLS_OPENSSL=ON, or provide your own with "
                "sender_builder::signer<Signer>()"};
    }
    return key.read(*config_, *signer_);
}

// The server does not confirm the answer. If it rejects the answer, it closes the connection.
asio::awaitable<status> tcp_client::authenticate(const detail::tcp_key& key)
{
    if (config_->auth_timeout.count() != 0) {
        stream_.expires_at(clock::now() + config_->auth_timeout);
    }
    detail::auth_challenge challenge;
    status result = co_await write(key.greeting());
    if (result.ok()) {
        result = co_await read_challenge(challenge);
    }
    std::array<std::byte, 64> signature{};
    if (result.ok() && !signer_->sign(key.bytes(), challenge.bytes(), signature)) {
        result = status(errc::auth_error, "signing the challenge of " + host() + " failed");
    }
    if (result.ok()) {
        const std::string answer = detail::auth_answer(signature);
        result = co_await write(answer);
    }
    stream_.never_expires();
    if (!result.ok()) {
        result.amend().host = host();
    }
    co_return result;
}

// Sends empty lines. Nothing else tells an HTTP server from one that accepts rows: both are silent,
// and an HTTP server may stay silent as long as the connection lasts.
asio::awaitable<status> tcp_client::probe(std::chrono::milliseconds time)
{
    stream_.expires_at(clock::now() + config_->connect_timeout);
    status result = co_await write(empty_lines);
    stream_.never_expires();
    if (!result.ok() && result.info().retryable) {
        result.amend().hint = wrong_port_hint();
        result.amend().message += "; " + result.info().hint;
    } else if (result.ok() && time.count() != 0) {
        result = co_await expect_silence(time);
    }
    co_return result;
}

asio::awaitable<status> tcp_client::expect_silence(std::chrono::milliseconds time)
{
    std::array<std::byte, max_shown> bytes{};
    std::size_t count = 0;
    const bool was_busy = std::exchange(busy_, true);
    stream_.expires_at(clock::now() + time);
    status result = co_await stream_.read_some(bytes, count);
    stream_.never_expires();
    busy_ = was_busy;
    if (result.code() == errc::timed_out) {
        co_return status();
    }
    if (result.ok() && count != 0) {
        result = unexpected_data(std::span(bytes.data(), count));
    } else if (result.ok() && config_->token) {
        result = status(errc::auth_error,
                        host() + " closed the connection after the answer to its challenge: it "
                                 "does not know the key id or the key; ");
        result.amend().hint = "check username and token, and its log (line.tcp.auth.db.path)";
        result.amend().message += result.info().hint;
    } else if (!config_->token && result.code() != errc::cancelled) {
        if (result.ok()) {
            result = status(errc::socket_error,
                            host() + " closed the connection after empty lines, which QuestDB's "
                                     "TCP port ignores");
        }
        result.amend().hint = wrong_port_hint();
        result.amend().message += "; " + result.info().hint;
    }
    result.amend().host = host();
    co_return result;
}

asio::awaitable<status> tcp_client::read_challenge(detail::auth_challenge& challenge)
{
    using step = detail::auth_challenge::step;
    std::array<std::byte, detail::auth_challenge::size> bytes{};
    for (step state = step::need_input; state == step::need_input;) {
        std::size_t count = 0;
        status result = co_await stream_.read_some(bytes, count);
        if (result.code() == errc::timed_out) {
            result.amend().hint.clear();
            result.amend().message =
                "waiting for the challenge of " + host() + ": auth_timeout (" +
                std::to_string(config_->auth_timeout.count()) +
                " ms) is over; does the server "
                "authenticate over TCP (line.tcp.auth.db.path), and is TLS as in the "
                "configuration?";
        }
        if (!result.ok() && result.code() != errc::socket_error) {
            if (result.info().tls == tls_failure::truncated && challenge.received() == 0) {
                result.amend().message += "; " + wrong_port_hint();
            }
            co_return result;
        }
        const std::span<const std::byte> received(bytes.data(), count);
        if (challenge.received() == 0 && is_http(as_text(received))) {
            co_return unexpected_data(received, "waiting for the challenge of", errc::auth_error);
        }
        state = challenge.feed(received);
        if (count == 0) {
            result =
                status(errc::auth_error,
                       "waiting for the challenge of " + host() +
                           ": the server closed the connection after " +
                           std::to_string(challenge.received()) +
                           " of 513 bytes; does it authenticate over TCP (line.tcp.auth.db.path)?" +
                           (challenge.received() == 0 ? " " + wrong_port_hint() : ""));
            // a proxy may accept connections before the server is up
            result.amend().retryable = true;
            co_return result;
        }
        if (state == step::failed) {
            co_return status(errc::auth_error,
                             "waiting for the challenge of " + host() + ": the server sent " +
                                 std::string(challenge.problem()) +
                                 "; is this QuestDB's port for rows over TCP (line.tcp)?");
        }
    }
    co_return status();
}

asio::awaitable<status> tcp_client::write(std::string_view text)
{
    pieces_.assign(1, asio::const_buffer(text.data(), text.size()));
    status result;
    for (bool input_arrived = true; input_arrived && result.ok();) {
        result = co_await stream_.write(pieces_, input_arrived, stream::input::left_alone);
        bool has_data = false;
        if (result.ok() && input_arrived) {
            result = stream_.check(has_data);
        }
    }
    pieces_.clear();
    co_return result;
}

asio::awaitable<status> tcp_client::send(const detail::segment_chain& rows,
                                         bool /*resend_unconfirmed*/)
{
    busy_ = true;
    status result;
    if (!stream_.is_open()) {
        result = co_await connect();
    }
    if (result.ok()) {
        result = co_await write_rows(rows);
    }
    busy_ = false;
    if (result.ok()) {
        wait_for_input();
    }
    co_return result;
}

asio::awaitable<status> tcp_client::write_rows(const detail::segment_chain& rows)
{
    delivery state = delivery::unconfirmed;
    pieces_.clear();
    append_pieces(pieces_, rows);
    status result = check_connection();
    if (result.ok()) {
        stream_.expires_at(clock::now() + request_time_limit(*config_, rows.bytes()));
        for (bool input_arrived = true; input_arrived && result.ok();) {
            result = co_await stream_.write(pieces_, input_arrived, stream::input::left_alone);
            if (result.ok()) {
                result = check_connection();
            }
        }
        stream_.never_expires();
    }
    if (!result.ok()) {
        if (asio::buffer_size(pieces_) == rows.bytes()) {
            state = delivery::not_sent;
        }
        result = end_connection(std::move(result));
        result.amend().state = state;
    } else {
        servers_->worked(server_);
    }
    co_return result;
}

asio::awaitable<status> tcp_client::shutdown(clock::time_point deadline)
{
    if (!stream_.is_open()) {
        co_return status();
    }
    busy_ = true;
    std::vector<std::byte> final_data;
    status result = check_connection();
    if (result.ok()) {
        result = co_await stream_.half_close(deadline, final_data);
    }
    busy_ = false;
    if (!final_data.empty()) {
        result = unexpected_data(final_data);
    }
    if (result.code() == errc::timed_out) {
        result.amend().hint.clear();
        result.amend().message = "waiting for " + host() +
                                 " to close the connection: close_timeout (" +
                                 std::to_string(config_->close_timeout.count()) + " ms) is over";
    }
    co_return !result.ok() ? end_connection(std::move(result)) : status();
}

void tcp_client::wait_for_input()
{
    stream_.notify_on_input([this] { on_input(); });
}

// Between two sends, the server has sent data or closed the connection.
void tcp_client::on_input() noexcept
{
    if (busy_) {
        return;
    }
    status result;
    try {
        result = check_connection();
        if (result.ok()) { // a message of TLS, without data
            wait_for_input();
            return;
        }
        result = end_connection(std::move(result));
    } catch (const std::bad_alloc&) {
        stream_.close();
        result = status::out_of_memory();
    }
    report_lost(std::move(result));
}

status tcp_client::check_connection()
{
    bool has_data = false;
    status result = stream_.check(has_data);
    return result.ok() && has_data ? unexpected_data(stream_.early_data()) : std::move(result);
}

status tcp_client::unexpected_data(std::span<const std::byte> bytes, const char* operation,
                                   errc code) const
{
    const std::string peer = host();
    std::string_view line = as_text(bytes);
    line = line.substr(0, line.find_first_of("\r\n"));
    status result(code, std::string(operation) + " " + peer + ": ");
    std::string& text = result.amend().message;
    if (is_http(line)) {
        result.amend().hint = tls_ ? "use https, or the port on which QuestDB takes rows over TCP"
                                   : "use http, or the port on which QuestDB takes rows over TCP, "
                                     "9009";
        text += "an HTTP server answers on this port";
    } else if (detail::classify_greeting(bytes) == detail::greeting::tls) {
        result.amend().hint = "use tcps, or https for QuestDB's HTTP port";
        text += "the server speaks TLS on this port";
    } else {
        result.amend().hint = "check host and port of addr";
        text += "the server sent data, which QuestDB does not do on its TCP port";
    }
    const bool is_text = std::ranges::all_of(line, [](char c) { return c >= 0x20 && c < 0x7f; });
    if (is_text && !line.empty()) {
        text += " (it said \"" + detail::printable(line, max_shown) + "\")";
    }
    text += "; " + result.info().hint;
    result.amend().host = peer;
    return result;
}

std::string tcp_client::wrong_port_hint() const
{
    return tls_ ? "is this an HTTP server, as on QuestDB's port 9000? then use https"
                : "is this an HTTP server, as on QuestDB's port 9000? then use http; does it speak "
                  "TLS? then use tcps";
}

// Closes the connection after @p failure, and returns the failure with advice.
status tcp_client::end_connection(status failure)
{
    servers_->failed(server_, clock::now());
    lost(host(), failure);
    stream_.close();
    if (config_->token) {
        failure.amend().message +=
            "; the server also closes the connection if it does not know the key "
            "id or the key: see its log";
    } else if (is_short_lived() && failure.info().retryable && failure.code() != errc::timed_out) {
        failure.amend().message += "; " + wrong_port_hint();
    }
    return failure;
}

bool tcp_client::is_short_lived() const
{
    return clock::now() - connected_at_ < short_lifetime;
}

} // namespace coquest::inline v0::net
