// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/wire_server.hpp"

#include "support/blocking.hpp"
#include "support/listener.hpp"
#include "support/wire_script.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include <cerrno>
#include <linux/filter.h>
#include <sys/socket.h>

namespace coquest::test {

using asio::ip::tcp;

struct wire_server::state {
    state(asio::io_context& io, const options& spec, wire_server& server)
        : configuration(spec), acceptor(io), freed(io), owner(&server)
    {
    }

    options configuration;
    tcp::acceptor acceptor;
    asio::steady_timer freed; // wakes the acceptor when a connection has ended
    wire_server* owner;       // null after it was destroyed
    std::vector<std::weak_ptr<wire::connection>> connections;
};

struct wire::connection {
    connection(tcp::socket accepted, std::shared_ptr<wire_server::state> owning_state,
               std::size_t index)
        : socket(std::move(accepted)), timer(socket.get_executor()),
          server(std::move(owning_state)), number(index)
    {
    }

    wire_server& owner() const
    {
        if (server->owner == nullptr) {
            throw std::system_error(asio::error::operation_aborted);
        }
        return *server->owner;
    }
    void close_socket(bool reset)
    {
        std::error_code ec;
        if (reset) {
            socket.set_option(asio::socket_base::linger(true, 0), ec);
        }
        socket.close(ec);
        timer.cancel();
    }

    tcp::socket socket;
    asio::steady_timer timer;
    std::shared_ptr<wire_server::state> server;
    std::size_t number;
    std::optional<tls_server> tls;
    record_proxy to_client;
    std::size_t decrypted = 0; // bytes of the TLS server's text that were appended to unread
    std::string unread;
};

wire::wire(std::shared_ptr<connection> opened) : connection_(std::move(opened)) {}

std::size_t wire::number() const
{
    return connection_->number;
}

asio::awaitable<void> wire::fill(std::size_t most)
{
    std::array<std::byte, 16384> block; // NOLINT(cppcoreguidelines-pro-type-member-init)
    const std::size_t n = co_await connection_->socket.async_read_some(
        asio::buffer(block.data(), std::min(most, block.size())), asio::use_awaitable);
    if (!connection_->tls) {
        connection_->unread.append(reinterpret_cast<const char*>(block.data()), n);
        co_return;
    }
    connection_->tls->feed(std::span(block).first(n));
    const std::string& text = connection_->tls->received();
    connection_->unread.append(text, connection_->decrypted);
    connection_->decrypted = text.size();
    co_await send_ciphertext();
}

asio::awaitable<void> wire::send_ciphertext()
{
    const std::vector<std::byte> ciphertext =
        connection_->to_client.pass(std::exchange(connection_->tls->wire, {}));
    co_await asio::async_write(connection_->socket, asio::buffer(ciphertext), asio::use_awaitable);
}

asio::awaitable<void> wire::handshake()
{
    while (connection_->tls && !connection_->tls->is_established()) {
        co_await fill(16384);
    }
}

asio::awaitable<request> wire::read_request(std::size_t piece, std::chrono::milliseconds pause)
{
    request received;
    received.connection = connection_->number;
    while (!take_request(connection_->unread, received)) {
        if (pause.count() != 0) {
            co_await wait(pause);
        }
        co_await fill(piece);
    }
    connection_->owner().requests.push_back(received);
    co_return received;
}

asio::awaitable<void> wire::discard(std::size_t count)
{
    std::size_t seen = connection_->unread.size();
    connection_->unread.clear();
    while (seen < count) {
        co_await fill(16384);
        seen += connection_->unread.size();
        connection_->unread.clear();
    }
}

asio::awaitable<void> wire::take_lines(std::size_t count)
{
    std::vector<std::string>& lines = connection_->owner().lines;
    lines.resize(std::max(lines.size(), connection_->number + 1));
    std::size_t seen = 0;
    for (;;) {
        std::string text = std::exchange(connection_->unread, {});
        if (connection_->owner().lines[connection_->number].empty() && text.starts_with('\n')) {
            text.erase(0, text.find_first_not_of('\n')); // QuestDB ignores empty lines, too
        }
        connection_->owner().lines[connection_->number] += text;
        seen += static_cast<std::size_t>(std::ranges::count(text, '\n'));
        if (seen >= count) {
            co_return;
        }
        co_await fill(16384);
    }
}

asio::awaitable<void> wire::send(std::string bytes)
{
    if (connection_->tls) {
        connection_->tls->send(bytes);
        co_await send_ciphertext();
    } else {
        co_await asio::async_write(connection_->socket, asio::buffer(bytes), asio::use_awaitable);
    }
}

asio::awaitable<void> wire::send_slowly(std::string bytes, std::chrono::milliseconds pause)
{
    for (const char byte : bytes) {
        std::string single(1, byte);
        co_await send(std::move(single));
        co_await wait(pause);
    }
}

asio::awaitable<void> wire::send_many(std::string bytes, std::size_t times)
{
    for (std::size_t i = 0; i < times; ++i) {
        co_await send(bytes);
    }
}

asio::awaitable<void> wire::send_in_records(std::string bytes, std::size_t size)
{
    for (std::size_t i = 0; i < bytes.size(); i += size) {
        connection_->tls->send(std::string_view(bytes).substr(i, size));
    }
    co_await send_ciphertext();
}

asio::awaitable<void> wire::with_tls(std::function<void(tls_server&)> act)
{
    act(*connection_->tls);
    co_await send_ciphertext();
}

asio::awaitable<void> wire::wait(std::chrono::milliseconds time)
{
    connection_->timer.expires_after(time);
    co_await connection_->timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> wire::hold()
{
    connection_->timer.expires_at(asio::steady_timer::time_point::max());
    co_await connection_->timer.async_wait(asio::use_awaitable);
}

void wire::store(const request& received)
{
    connection_->owner().stored.push_back(received.body);
}

void wire::tamper(record_proxy proxy)
{
    connection_->to_client = std::move(proxy);
}

void wire::close()
{
    if (connection_->tls) {
        connection_->tls->close();
        const std::vector<std::byte> ciphertext =
            connection_->to_client.pass(std::exchange(connection_->tls->wire, {}));
        try {
            send_all(connection_->socket,
                     {reinterpret_cast<const char*>(ciphertext.data()), ciphertext.size()});
        } catch (const std::system_error&) {
            // the client has closed the connection
        }
    }
    cut();
}

void wire::cut()
{
    connection_->close_socket(false);
}

void wire::finish()
{
    std::error_code ec;
    connection_->socket.shutdown(tcp::socket::shutdown_send, ec);
}

void wire::reset()
{
    connection_->close_socket(true);
}

void wire::vanish()
{
    sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
    const sock_fprog program{1, &drop};
    if (::setsockopt(connection_->socket.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &program,
                     sizeof program) != 0) {
        throw std::system_error(errno, std::generic_category(), "SO_ATTACH_FILTER");
    }
}

namespace {

// Takes a copy of the script, because the test may change the list meanwhile.
template <class State>
asio::awaitable<void> serve(std::shared_ptr<State> server,
                            std::shared_ptr<wire::connection> connection, wire_script script)
{
    try {
        wire client(connection);
        if (connection->number == 0) {
            connection->to_client = server->configuration.to_client;
        }
        if (server->configuration.tls) {
            connection->tls.emplace(*server->configuration.tls);
        } else if (server->configuration.certificate != nullptr) {
            server_behaviour spec;
            spec.certificate = *server->configuration.certificate;
            connection->tls.emplace(spec);
        }
        co_await script(client);
    } catch (const std::exception&) {
        // the client has closed the connection, or rejected the handshake
    }
    connection->close_socket(false);
    if (server->owner != nullptr) {
        --server->owner->open;
        server->freed.cancel();
    }
}

template <class State>
void take_connection(const std::shared_ptr<State>& server, tcp::socket socket)
{
    wire_server* const owner = server->owner;
    if (owner == nullptr || owner->scripts.empty()) {
        return;
    }
    std::error_code ignored; // the client may have closed the connection
    socket.set_option(tcp::no_delay(true), ignored);
    const std::size_t number = owner->connections++;
    ++owner->open;
    auto connection = std::make_shared<wire::connection>(std::move(socket), server, number);
    server->connections.push_back(connection);
    wire_script script = owner->scripts[std::min(number, owner->scripts.size() - 1)];
    asio::co_spawn(server->acceptor.get_executor(),
                   serve(server, std::move(connection), std::move(script)), asio::detached);
}

template <class State>
asio::awaitable<void> listen_with_limit(std::shared_ptr<State> server)
{
    while (server->owner != nullptr) {
        if (server->owner->open >= server->configuration.at_once) {
            server->freed.expires_at(asio::steady_timer::time_point::max());
            std::error_code ec;
            co_await server->freed.async_wait(asio::redirect_error(asio::use_awaitable, ec));
            continue;
        }
        tcp::socket accepted(server->acceptor.get_executor());
        try {
            accepted = co_await accept(server->acceptor);
        } catch (const std::system_error&) {
            co_return; // stopped, or accept has failed the test
        }
        take_connection(server, std::move(accepted));
    }
}

} // namespace

wire_server::wire_server(asio::io_context& io, const options& configuration)
    : scripts{healthy()}, state_(std::make_shared<state>(io, configuration, *this))
{
    tcp::acceptor& acceptor = state_->acceptor;
    acceptor.open(asio::ip::make_address(configuration.host).is_v6() ? tcp::v6() : tcp::v4());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    if (configuration.receive_buffer != 0) { // connections inherit it
        acceptor.set_option(asio::socket_base::receive_buffer_size(configuration.receive_buffer));
    }
    acceptor.bind(tcp::endpoint(asio::ip::make_address(configuration.host), configuration.port));
    if (configuration.listening) {
        listen();
    }
}

wire_server::~wire_server()
{
    stop();
    state_->owner = nullptr;
}

void wire_server::listen()
{
    state_->acceptor.listen();
    asio::co_spawn(state_->acceptor.get_executor(), listen_with_limit(state_), asio::detached);
}

void wire_server::take(std::size_t at_once)
{
    state_->configuration.at_once = at_once;
    state_->freed.cancel();
}

void wire_server::stop()
{
    std::error_code ec;
    state_->acceptor.close(ec);
    state_->freed.cancel();
    for (const auto& weak : state_->connections) {
        if (const auto connection = weak.lock()) {
            connection->close_socket(false);
        }
    }
    state_->connections.clear();
}

std::uint16_t wire_server::port() const
{
    return state_->acceptor.local_endpoint().port();
}

} // namespace coquest::test
