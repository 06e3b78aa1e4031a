// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/wire_server.hpp"

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
    state(asio::io_context& io, const options& spec, wire_server& of)
        : how(spec), acceptor(io), freed(io), owner(&of)
    {
    }

    options how;
    tcp::acceptor acceptor;
    asio::steady_timer freed; // wakes the acceptor where a connection has ended
    wire_server* owner;       // null once it is gone
    std::vector<std::weak_ptr<wire::connection>> made;
};

struct wire::connection {
    connection(tcp::socket with, std::shared_ptr<wire_server::state> of, std::size_t counted)
        : socket(std::move(with)), timer(socket.get_executor()), server(std::move(of)),
          number(counted)
    {
    }

    wire_server& owner() const
    {
        if (server->owner == nullptr) {
            throw std::system_error(asio::error::operation_aborted);
        }
        return *server->owner;
    }
    void hang_up(bool reset)
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
    std::size_t decrypted = 0; // bytes of the TLS server's text that are in unread, or were
    std::string unread;
};

wire::wire(std::shared_ptr<connection> of) : at_(std::move(of)) {}

std::size_t wire::number() const
{
    return at_->number;
}

asio::awaitable<void> wire::fill(std::size_t most)
{
    std::array<std::byte, 16384> block; // NOLINT(cppcoreguidelines-pro-type-member-init)
    const std::size_t n = co_await at_->socket.async_read_some(
        asio::buffer(block.data(), std::min(most, block.size())), asio::use_awaitable);
    if (!at_->tls) {
        at_->unread.append(reinterpret_cast<const char*>(block.data()), n);
        co_return;
    }
    at_->tls->feed(std::span(block).first(n));
    const std::string& text = at_->tls->received();
    at_->unread.append(text, at_->decrypted);
    at_->decrypted = text.size();
    co_await send_ciphertext();
}

asio::awaitable<void> wire::send_ciphertext()
{
    const std::vector<std::byte> out = at_->to_client.pass(std::exchange(at_->tls->wire, {}));
    co_await asio::async_write(at_->socket, asio::buffer(out), asio::use_awaitable);
}

asio::awaitable<void> wire::handshake()
{
    while (at_->tls && !at_->tls->is_established()) {
        co_await fill(16384);
    }
}

asio::awaitable<request> wire::read_request(std::size_t piece, std::chrono::milliseconds pause)
{
    request one;
    one.connection = at_->number;
    while (!take_request(at_->unread, one)) {
        if (pause.count() != 0) {
            co_await wait(pause);
        }
        co_await fill(piece);
    }
    at_->owner().requests.push_back(one);
    co_return one;
}

asio::awaitable<void> wire::discard(std::size_t count)
{
    std::size_t seen = at_->unread.size();
    at_->unread.clear();
    while (seen < count) {
        co_await fill(16384);
        seen += at_->unread.size();
        at_->unread.clear();
    }
}

asio::awaitable<void> wire::take_lines(std::size_t count)
{
    std::vector<std::string>& all = at_->owner().lines;
    all.resize(std::max(all.size(), at_->number + 1));
    std::size_t seen = 0;
    for (;;) {
        const std::string got = std::exchange(at_->unread, {});
        at_->owner().lines[at_->number] += got;
        seen += static_cast<std::size_t>(std::ranges::count(got, '\n'));
        if (seen >= count) {
            co_return;
        }
        co_await fill(16384);
    }
}

asio::awaitable<void> wire::send(std::string bytes)
{
    if (at_->tls) {
        at_->tls->send(bytes);
        co_await send_ciphertext();
    } else {
        co_await asio::async_write(at_->socket, asio::buffer(bytes), asio::use_awaitable);
    }
}

asio::awaitable<void> wire::send_slowly(std::string bytes, std::chrono::milliseconds pause)
{
    for (const char byte : bytes) {
        std::string one(1, byte);
        co_await send(std::move(one));
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
        at_->tls->send(std::string_view(bytes).substr(i, size));
    }
    co_await send_ciphertext();
}

asio::awaitable<void> wire::with_tls(std::function<void(tls_server&)> act)
{
    act(*at_->tls);
    co_await send_ciphertext();
}

asio::awaitable<void> wire::wait(std::chrono::milliseconds time)
{
    at_->timer.expires_after(time);
    co_await at_->timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> wire::hold()
{
    at_->timer.expires_at(asio::steady_timer::time_point::max());
    co_await at_->timer.async_wait(asio::use_awaitable);
}

void wire::store(const request& from)
{
    at_->owner().stored.push_back(from.body);
}

void wire::tamper(record_proxy proxy)
{
    at_->to_client = std::move(proxy);
}

void wire::close()
{
    if (at_->tls) {
        std::error_code ec;
        at_->tls->close();
        asio::write(at_->socket,
                    asio::buffer(at_->to_client.pass(std::exchange(at_->tls->wire, {}))), ec);
    }
    cut();
}

void wire::cut()
{
    at_->hang_up(false);
}

void wire::finish()
{
    std::error_code ec;
    at_->socket.shutdown(tcp::socket::shutdown_send, ec);
}

void wire::reset()
{
    at_->hang_up(true);
}

void wire::vanish()
{
    sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
    const sock_fprog all{1, &drop};
    if (::setsockopt(at_->socket.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &all, sizeof all) !=
        0) {
        throw std::system_error(errno, std::generic_category(), "SO_ATTACH_FILTER");
    }
}

namespace {

// The script is a copy: the test may change the list meanwhile.
template <class State>
asio::awaitable<void> serve(std::shared_ptr<State> server, std::shared_ptr<wire::connection> at,
                            wire_script script)
{
    try {
        wire one(at);
        if (at->number == 0) {
            at->to_client = server->how.to_client;
        }
        if (server->how.tls) {
            at->tls.emplace(*server->how.tls);
        } else if (server->how.certificate != nullptr) {
            server_behaviour spec;
            spec.certificate = *server->how.certificate;
            at->tls.emplace(spec);
        }
        co_await script(one);
    } catch (const std::exception&) {
        // the client has gone, or broke TLS off
    }
    at->hang_up(false);
    if (server->owner != nullptr) {
        --server->owner->open;
        server->freed.cancel();
    }
}

template <class State>
asio::awaitable<void> accept(std::shared_ptr<State> server)
{
    try {
        while (server->owner != nullptr) {
            if (server->owner->open >= server->how.at_once) {
                server->freed.expires_at(asio::steady_timer::time_point::max());
                std::error_code ec;
                co_await server->freed.async_wait(asio::redirect_error(asio::use_awaitable, ec));
                continue;
            }
            tcp::socket socket = co_await server->acceptor.async_accept(asio::use_awaitable);
            wire_server* const owner = server->owner;
            if (owner == nullptr || owner->scripts.empty()) {
                continue;
            }
            socket.set_option(tcp::no_delay(true));
            const std::size_t number = owner->connections++;
            ++owner->open;
            auto at = std::make_shared<wire::connection>(std::move(socket), server, number);
            server->made.push_back(at);
            wire_script script = owner->scripts[std::min(number, owner->scripts.size() - 1)];
            asio::co_spawn(server->acceptor.get_executor(),
                           serve(server, std::move(at), std::move(script)), asio::detached);
        }
    } catch (const std::system_error&) {
        co_return; // stopped
    }
}

} // namespace

wire_server::wire_server(asio::io_context& io, const options& how)
    : scripts{healthy()}, state_(std::make_shared<state>(io, how, *this))
{
    tcp::acceptor& acceptor = state_->acceptor;
    acceptor.open(asio::ip::make_address(how.host).is_v6() ? tcp::v6() : tcp::v4());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    if (how.receive_buffer != 0) { // connections inherit it
        acceptor.set_option(asio::socket_base::receive_buffer_size(how.receive_buffer));
    }
    acceptor.bind(tcp::endpoint(asio::ip::make_address(how.host), how.port));
    if (how.listening) {
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
    asio::co_spawn(state_->acceptor.get_executor(), accept(state_), asio::detached);
}

void wire_server::take(std::size_t at_once)
{
    state_->how.at_once = at_once;
    state_->freed.cancel();
}

void wire_server::stop()
{
    std::error_code ec;
    state_->acceptor.close(ec);
    state_->freed.cancel();
    for (const auto& one : state_->made) {
        if (const auto at = one.lock()) {
            at->hang_up(false);
        }
    }
    state_->made.clear();
}

std::uint16_t wire_server::port() const
{
    return state_->acceptor.local_endpoint().port();
}

} // namespace coquest::test
