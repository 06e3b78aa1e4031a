// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Peers that never stop sending TLS messages other than answers, such as tickets and key updates.

#include "net/stream.hpp"

#include "support/run.hpp"
#include "support/stream_peer.hpp"
#include "unit/tls/backends.hpp"

#include <asio/post.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using asio::ip::tcp;
using detail::status;
using test::stream_test;
using test::toy_backend;

constexpr std::size_t key_reply = 30; // bytes, as in TLS 1.3

struct flood_account {
    std::size_t turns = 0; // of the other coroutines on the same context
    std::size_t last_turn = 0;
    std::size_t in_a_row = 0; // bytes that were taken since then
    std::size_t most_in_a_row = 0;
    std::size_t most_output = 0;

    void took(std::size_t n)
    {
        in_a_row = std::exchange(last_turn, turns) == turns ? in_a_row + n : n;
        most_in_a_row = std::max(most_in_a_row, in_a_row);
    }
} account;

/// A toy backend whose peer sends tickets (`t`), which are dropped, and key update requests (`k`),
/// which are answered.
struct chatty_backend {
    struct session : toy_backend::session {
        std::size_t put_input(std::span<const std::byte> bytes)
        {
            account.took(bytes.size());
            std::string plain;
            for (const std::byte b : bytes) {
                const char c = static_cast<char>(b);
                replies += c == 'k' ? std::string(key_reply, 'K') : "";
                plain += c == 't' || c == 'k' ? "" : std::string(1, c);
            }
            for (std::size_t done = 0; done != plain.size();) {
                done +=
                    toy_backend::session::put_input(std::as_bytes(std::span(plain)).subspan(done));
            }
            return bytes.size();
        }
        tls_step read(std::span<std::byte> plaintext, std::size_t& n, tls_diagnosis& diagnosis)
        {
            std::size_t ignored = 0;
            for (std::size_t done = 0; done != replies.size(); done += ignored) {
                toy_backend::session::write(std::as_bytes(std::span(replies)).subspan(done),
                                            ignored, diagnosis);
            }
            replies.clear();
            account.most_output = std::max(account.most_output, output().size());
            return toy_backend::session::read(plaintext, n, diagnosis);
        }

        std::string replies;
    };
    static std::shared_ptr<const chatty_backend> create(const tls_options&, tls_diagnosis&)
    {
        return std::make_shared<chatty_backend>();
    }
    std::unique_ptr<session> make_session(std::string_view, tls_diagnosis&) const
    {
        return std::make_unique<session>();
    }
    static std::string_view name() { return "chatty"; }
};

asio::awaitable<void> count_turns(asio::io_context& io)
{
    for (;;) {
        co_await asio::post(io, asio::use_awaitable);
        ++account.turns;
    }
}

class stream_flood : public stream_test {
protected:
    /// Connects to a peer that reads nothing, and sends @p byte without end.
    asio::awaitable<void> connect_to_flood(net::stream& s, char byte)
    {
        account = {};
        peer([byte](tcp::socket& socket) -> asio::awaitable<void> {
            char hello = 0;
            co_await asio::async_read(socket, asio::buffer(&hello, 1), asio::use_awaitable);
            co_await asio::async_write(socket, asio::buffer("h", 1), asio::use_awaitable);
            const std::string much(std::size_t{1} << 20U, byte);
            for (;;) {
                co_await asio::async_write(socket, asio::buffer(much), asio::use_awaitable);
            }
        });
        asio::co_spawn(io, count_turns(io), asio::detached);
        const status result = co_await connect(s, chatty.get());
        EXPECT_TRUE(result.ok()) << result.info().message;
    }

    asio::awaitable<void> write_much(char byte, net::clock::duration time, status& result)
    {
        net::stream s(io.get_executor());
        co_await connect_to_flood(s, byte);
        const std::string segment(65'432, 'r');
        std::vector<asio::const_buffer> pieces(1024, asio::buffer(segment));
        s.expires_at(net::clock::now() + time);
        bool answered = false;
        result = co_await s.write(pieces, answered, net::stream::input::looked_at);
        EXPECT_FALSE(answered);
    }

    asio::awaitable<void> read_nothing(net::clock::duration time, status& result)
    {
        net::stream s(io.get_executor());
        co_await connect_to_flood(s, 't');
        s.expires_at(net::clock::now() + time);
        std::array<std::byte, 512> block{};
        std::size_t n = 0;
        result = co_await s.read_some(block, n);
    }

    asio::awaitable<void> look(std::size_t times)
    {
        net::stream s(io.get_executor());
        co_await connect_to_flood(s, 't');
        for (std::size_t i = 0; i != times; ++i) {
            co_await asio::post(io, asio::use_awaitable);
            bool spoke = true;
            const status result = s.check(spoke);
            EXPECT_TRUE(result.ok()) << result.info().message;
            EXPECT_FALSE(spoke);
        }
    }

    std::shared_ptr<const detail::any_tls_backend> chatty =
        detail::make_tls<chatty_backend>({}, diagnosis);
};

constexpr std::size_t one_turn = 20 * 1024;

TEST_F(stream_flood, of_tickets_during_a_write_meets_the_deadline_and_lets_others_have_their_turn)
{
    status result;
    test::run(io, write_much('t', 100ms, result));
    EXPECT_EQ(result.code(), errc::timed_out) << result.info().message;
    EXPECT_GT(account.most_in_a_row, 0U);
    EXPECT_LE(account.most_in_a_row, one_turn);
}

TEST_F(stream_flood, of_new_keys_whose_answers_are_not_read_ends_the_connection)
{
    status result;
    test::run(io, write_much('k', 20s, result));
    EXPECT_EQ(result.code(), errc::tls_error) << result.info().message;
    EXPECT_NE(result.info().message.find("asks for new keys without end"), std::string::npos)
        << result.info().message;
    EXPECT_LE(account.most_in_a_row, one_turn);
    EXPECT_LE(account.most_output, (std::size_t{1} << 20U) + one_turn * key_reply);
}

TEST_F(stream_flood, of_tickets_during_a_read_meets_the_deadline_and_lets_others_have_their_turn)
{
    status result;
    test::run(io, read_nothing(100ms, result));
    EXPECT_EQ(result.code(), errc::timed_out) << result.info().message;
    EXPECT_GT(account.most_in_a_row, 0U);
    EXPECT_LE(account.most_in_a_row, one_turn);
}

TEST_F(stream_flood, of_tickets_is_looked_at_in_pieces)
{
    test::run(io, look(100));
    EXPECT_GT(account.most_in_a_row, 0U);
    EXPECT_LE(account.most_in_a_row, one_turn);
}

asio::awaitable<void> read_in_pieces(net::stream& s, asio::io_context& io, std::string& text)
{
    for (std::size_t waited = 0; text.size() != 10'000 && waited != 100'000; ++waited) {
        bool spoke = false;
        const status result = s.check(spoke); // checks again before the first bytes are read
        EXPECT_TRUE(result.ok()) << result.info().message;
        if (waited % 3 == 2 && spoke) {
            std::array<std::byte, 700> block{};
            std::size_t n = 0;
            const status read_result = co_await s.read_some(block, n);
            EXPECT_TRUE(read_result.ok()) << read_result.info().message;
            text.append(reinterpret_cast<const char*>(block.data()), n);
        }
        co_await asio::post(io, asio::use_awaitable);
    }
}

TEST_F(stream_flood, what_came_before_it_was_to_be_read_stays_whole_and_in_order)
{
    std::string text;
    for (std::size_t i = 0; text.size() < 10'000; ++i) {
        text += std::to_string(i);
    }
    text.resize(10'000);
    peer([&text](tcp::socket& socket) -> asio::awaitable<void> {
        co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
        char never = 0;
        co_await asio::async_read(socket, asio::buffer(&never, 1), asio::use_awaitable);
    });
    net::stream s(io.get_executor());
    std::string received_text;
    const auto both = [&]() -> asio::awaitable<void> {
        const status result = co_await connect(s);
        EXPECT_TRUE(result.ok()) << result.info().message;
        co_await read_in_pieces(s, io, received_text);
    };
    test::run(io, both());
    EXPECT_TRUE(received_text == text);
}

// ---------------------------------------------------------------- with each library

/// A session of a TLS library that counts what it is fed.
class watched_session final : public detail::any_tls_session {
public:
    explicit watched_session(std::unique_ptr<detail::any_tls_session> session)
        : session_(std::move(session))
    {
    }
    tls_step handshake(tls_diagnosis& diagnosis) override { return session_->handshake(diagnosis); }
    tls_step read(std::span<std::byte> plaintext, std::size_t& n, tls_diagnosis& diagnosis) override
    {
        const tls_step step = session_->read(plaintext, n, diagnosis);
        account.most_output = std::max(account.most_output, output().size());
        return step;
    }
    tls_step write(std::span<const std::byte> plaintext, std::size_t& n,
                   tls_diagnosis& diagnosis) override
    {
        return session_->write(plaintext, n, diagnosis);
    }
    void shutdown() override { session_->shutdown(); }
    std::size_t put_input(std::span<const std::byte> bytes) override
    {
        account.took(bytes.size());
        return session_->put_input(bytes);
    }
    std::span<const std::byte> output() const override { return session_->output(); }
    void consume_output(std::size_t n) override { session_->consume_output(n); }
    tls_peer peer() const override { return session_->peer(); }

private:
    std::vector<detail::tls_event> own_events() const override { return session_->events(); }

    std::unique_ptr<detail::any_tls_session> session_;
};

class watched_tls final : public detail::any_tls_backend {
public:
    explicit watched_tls(std::shared_ptr<const detail::any_tls_backend> backend)
        : backend_(std::move(backend))
    {
    }
    using any_tls_backend::make_session;
    std::unique_ptr<detail::any_tls_session> make_session(std::string_view host, std::uint16_t port,
                                                          tls_diagnosis& diagnosis) const override
    {
        auto session = backend_->make_session(host, port, diagnosis);
        return session ? std::make_unique<watched_session>(std::move(session)) : nullptr;
    }

private:
    std::shared_ptr<const detail::any_tls_backend> backend_;
};

/// A server in its own thread that reads nothing after the handshake, and sends what @p burst
/// produces without end, much of it at the beginning.
class flood_server {
public:
    flood_server(const test::identity& certificate, std::function<void(test::tls_server&)> burst)
        : thread_([this, certificate, burst = std::move(burst)] { run(certificate, burst); })
    {
    }
    flood_server(const flood_server&) = delete;
    flood_server& operator=(const flood_server&) = delete;
    ~flood_server()
    {
        std::error_code ignored;
        tcp::socket(io_).connect(acceptor_.local_endpoint(), ignored); // if no client has connected
        thread_.join();
    }
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    void run(const test::identity& certificate, const std::function<void(test::tls_server&)>& burst)
    {
        constexpr std::size_t much = std::size_t{256} << 10U;
        test::server_behaviour spec;
        spec.certificate = certificate;
        spec.min = test::tls_version::tls1_3;
        test::tls_server tls(spec);
        std::error_code failed;
        tcp::socket socket = acceptor_.accept(failed);
        std::array<std::byte, 4096> block{};
        while (!failed && !tls.is_established()) {
            const std::size_t n = socket.read_some(asio::buffer(block), failed);
            tls.feed(std::span(block).first(n));
            send(socket, tls, failed);
        }
        while (!failed && tls.wire.size() < much) {
            burst(tls);
        }
        while (!failed) {
            send(socket, tls, failed);
            burst(tls);
        }
    }
    static void send(tcp::socket& socket, test::tls_server& tls, std::error_code& failed)
    {
        if (!failed) {
            asio::write(socket, asio::buffer(tls.wire.data(), tls.wire.size()), failed);
            tls.wire.clear();
        }
    }

    asio::io_context io_;
    tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::thread thread_;
};

class library_flood : public stream_test, public testing::WithParamInterface<test::backend_case> {
protected:
    /// Writes much to a server that floods, and returns the result of the write.
    status flooded(net::clock::duration time, std::function<void(test::tls_server&)> burst)
    {
        const test::identity root = test::self_signed(test::ca_spec("flood root"));
        flood_server server(test::issue(test::server_spec({"IP:127.0.0.1"}), root),
                            std::move(burst));
        tls_options options;
        options.ca = tls_ca::pem_file;
        options.roots_pem = root.pem();
        const watched_tls tls(GetParam().make(options, diagnosis));
        account = {};
        status result;
        asio::co_spawn(io, count_turns(io), asio::detached);
        test::run(io, write_to(server.port(), tls, time, result));
        return result;
    }

private:
    asio::awaitable<void> write_to(std::uint16_t port, const watched_tls& tls,
                                   net::clock::duration time, status& result)
    {
        net::stream s(io.get_executor());
        const std::vector<server_address> addresses{{"127.0.0.1", port}};
        auto servers = std::make_shared<detail::address_list>(addresses);
        std::vector<std::size_t> order{0};
        const status connected = co_await s.connect(std::move(servers), std::move(order),
                                                    std::string(), &tls, net::clock::now() + 15s);
        EXPECT_TRUE(connected.ok()) << connected.info().message;
        account.in_a_row = account.most_in_a_row = 0;
        const std::string segment(65'432, 'r');
        std::vector<asio::const_buffer> pieces(1024, asio::buffer(segment));
        s.expires_at(net::clock::now() + time);
        bool answered = false;
        result = co_await s.write(pieces, answered, net::stream::input::looked_at);
        EXPECT_FALSE(answered);
    }
};

TEST_P(library_flood, of_tickets_meets_the_deadline_and_lets_others_have_their_turn)
{
    const status result = flooded(500ms, [](test::tls_server& server) { server.send_ticket(); });
    EXPECT_EQ(result.code(), errc::timed_out) << result.info().message;
    EXPECT_LE(account.most_in_a_row, one_turn);
}

TEST_P(library_flood, of_new_keys_ends_the_connection_before_memory_grows)
{
    const status result = flooded(15s, [](test::tls_server& server) { server.update_keys(); });
    EXPECT_EQ(result.code(), errc::tls_error) << result.info().message;
    EXPECT_NE(result.info().message.find("asks for new keys without end"), std::string::npos)
        << result.info().message;
    EXPECT_LE(account.most_in_a_row, one_turn);
    EXPECT_LE(account.most_output, std::size_t{512} << 10U);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(library_flood);
INSTANTIATE_TEST_SUITE_P(backend, library_flood, testing::ValuesIn(test::all_backends()),
                         test::backend_name);

} // namespace
