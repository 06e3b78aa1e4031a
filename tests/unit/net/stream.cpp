// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The stream and its TLS driver loop, with the toy backend.

#include "net/stream.hpp"

#include "support/run.hpp"
#include "support/toy_tls.hpp"

#include <asio/detached.hpp>
#include <asio/read.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using asio::ip::tcp;
using detail::fault;
using test::close_notify;
using test::shifted;
using test::toy_backend;

// One connection of a peer that does what the test says.
class stream_test : public testing::Test {
protected:
    void peer(std::function<asio::awaitable<void>(tcp::socket&)> does)
    {
        asio::co_spawn(io, accept(std::move(does)), asio::detached);
    }
    asio::awaitable<void> accept(std::function<asio::awaitable<void>(tcp::socket&)> does)
    {
        tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
        try {
            co_await does(socket);
        } catch (const std::system_error&) {
            co_return; // the other side has gone
        }
    }
    asio::awaitable<void> read_all(tcp::socket& socket)
    {
        std::array<char, 65536> block; // NOLINT(cppcoreguidelines-pro-type-member-init)
        for (;;) {
            const auto n = co_await socket.async_read_some(asio::buffer(block.data(), block.size()),
                                                           asio::use_awaitable);
            received.append(block.data(), n);
        }
    }
    asio::awaitable<fault> connect(net::stream& s, const detail::any_tls_backend* tls = nullptr)
    {
        return connect_to(s, "127.0.0.1", tls, 5s);
    }
    asio::awaitable<fault> connect_to(net::stream& s, std::string host,
                                      const detail::any_tls_backend* tls, net::clock::duration time)
    {
        const std::vector<server_address> one{{std::move(host), acceptor.local_endpoint().port()}};
        return s.connect(std::make_shared<detail::address_list>(one), {0}, {}, tls,
                         net::clock::now() + time);
    }
    [[nodiscard]] std::string host() const
    {
        return "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    }

    asio::io_context io{1};
    tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::string received;
    tls_diagnosis why;
    std::shared_ptr<const detail::any_tls_backend> toy = detail::make_tls<toy_backend>({}, why);
};

std::vector<asio::const_buffer> pieces_of(const std::vector<std::string>& texts)
{
    std::vector<asio::const_buffer> pieces;
    for (const std::string& text : texts) {
        pieces.emplace_back(text.data(), text.size());
    }
    return pieces;
}

std::vector<std::string> many_texts()
{
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < 300; ++i) {
        texts.emplace_back(i * 7 % 5000, static_cast<char>('a' + i % 20));
    }
    return texts;
}

asio::awaitable<void> write_texts(std::function<asio::awaitable<fault>()> connect, net::stream& s,
                                  const std::vector<std::string>& texts)
{
    fault problem = co_await connect();
    EXPECT_FALSE(problem) << problem.info.message;
    auto pieces = pieces_of(texts);
    bool answered = true;
    problem = co_await s.write(pieces, answered);
    EXPECT_FALSE(problem) << problem.info.message;
    EXPECT_FALSE(answered);
    EXPECT_TRUE(pieces.empty());
}

TEST_F(stream_test, pieces_arrive_in_order_whatever_their_number)
{
    const auto texts = many_texts();
    const std::string expected = std::accumulate(texts.begin(), texts.end(), std::string());
    for (const auto* backend : {static_cast<const detail::any_tls_backend*>(nullptr), toy.get()}) {
        received.clear();
        peer([&](tcp::socket& socket) -> asio::awaitable<void> {
            if (backend != nullptr) {
                char hello = 0;
                co_await asio::async_read(socket, asio::buffer(&hello, 1), asio::use_awaitable);
                co_await asio::async_write(socket, asio::buffer("h", 1), asio::use_awaitable);
            }
            co_await read_all(socket);
        });
        net::stream s(io.get_executor());
        test::run(io, write_texts([&] { return connect(s, backend); }, s, texts));
        test::run_until(io, [&] { return received.size() >= expected.size(); });
        EXPECT_EQ(received, backend == nullptr ? expected : shifted(expected, 1));
    }
}

asio::awaitable<void> read_to_end(std::function<asio::awaitable<fault>()> connect, net::stream& s,
                                  std::string& got)
{
    fault problem = co_await connect();
    EXPECT_FALSE(problem) << problem.info.message;
    std::array<std::byte, 5> block{};
    for (;;) {
        std::size_t n = 0;
        problem = co_await s.read_some(block, n);
        EXPECT_FALSE(problem) << problem.info.message;
        if (problem || n == 0) {
            co_return;
        }
        got.append(reinterpret_cast<const char*>(block.data()), n);
    }
}

TEST_F(stream_test, an_orderly_end_is_no_failure)
{
    peer([](tcp::socket& socket) -> asio::awaitable<void> {
        co_await asio::async_write(socket, asio::buffer("hello", 5), asio::use_awaitable);
    });
    net::stream s(io.get_executor());
    std::string got;
    test::run(io, read_to_end([&] { return connect(s); }, s, got));
    EXPECT_EQ(got, "hello");

    peer([](tcp::socket& socket) -> asio::awaitable<void> {
        char hello = 0;
        co_await asio::async_read(socket, asio::buffer(&hello, 1), asio::use_awaitable);
        const std::string bytes = "h" + shifted("hello, this is longer", 1) + close_notify;
        co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable);
    });
    net::stream tls(io.get_executor());
    got.clear();
    test::run(io, read_to_end([&] { return connect(tls, toy.get()); }, tls, got));
    EXPECT_EQ(got, "hello, this is longer");
}

asio::awaitable<void> expect_failure(std::function<asio::awaitable<fault>()> attempt, fault& out)
{
    out = co_await attempt();
    EXPECT_TRUE(out);
}

TEST_F(stream_test, a_refusal_in_the_handshake_is_told_to_the_peer_and_explained)
{
    peer([this](tcp::socket& socket) -> asio::awaitable<void> {
        co_await asio::async_write(socket, asio::buffer("x", 1), asio::use_awaitable);
        co_await read_all(socket);
    });
    net::stream s(io.get_executor());
    fault problem;
    test::run(io, expect_failure([&] { return connect(s, toy.get()); }, problem));
    test::run_until(io, [&] { return received.size() == 2; });

    EXPECT_EQ(received, "HA");
    EXPECT_EQ(problem.code, errc::tls_error);
    EXPECT_EQ(problem.info.tls, tls_failure::not_tls);
    EXPECT_EQ(problem.info.host, host());
    EXPECT_EQ(problem.info.message.find("TLS handshake with " + host() + ": "), 0U);
    EXPECT_FALSE(s.is_open());
}

TEST_F(stream_test, a_hang_up_in_the_handshake_is_a_tls_error)
{
    peer([](tcp::socket& socket) -> asio::awaitable<void> {
        char hello = 0;
        co_await asio::async_read(socket, asio::buffer(&hello, 1), asio::use_awaitable);
    });
    net::stream s(io.get_executor());
    fault problem;
    test::run(io, expect_failure([&] { return connect(s, toy.get()); }, problem));

    EXPECT_EQ(problem.code, errc::tls_error);
    EXPECT_EQ(problem.info.tls, tls_failure::closed_in_handshake);
}

TEST_F(stream_test, silence_in_the_handshake_ends_at_the_deadline)
{
    peer([this](tcp::socket& socket) { return read_all(socket); });
    net::stream s(io.get_executor());
    fault problem;
    test::run(io,
              expect_failure([&] { return connect_to(s, "127.0.0.1", toy.get(), 20ms); }, problem));

    EXPECT_EQ(problem.code, errc::tls_error);
    EXPECT_EQ(problem.info.tls, tls_failure::timed_out);
    EXPECT_TRUE(problem.info.retryable);
}

TEST_F(stream_test, a_backend_that_makes_no_session_says_why)
{
    peer([this](tcp::socket& socket) { return read_all(socket); });
    net::stream s(io.get_executor());
    fault problem;
    test::run(io,
              expect_failure([&] { return connect_to(s, "localhost", toy.get(), 5s); }, problem));

    EXPECT_EQ(problem.code, errc::tls_error);
    EXPECT_NE(problem.info.message.find("no session for this host"), std::string::npos);
}

asio::awaitable<void> read_until_deadline(net::stream& s,
                                          std::function<asio::awaitable<fault>()> connect,
                                          fault& out)
{
    fault problem = co_await connect();
    EXPECT_FALSE(problem) << problem.info.message;
    s.expires_at(net::clock::now() + 20ms);
    std::array<std::byte, 16> block{};
    std::size_t n = 0;
    out = co_await s.read_some(block, n);
    // the deadline holds for what comes after, too
    problem = co_await s.read_some(block, n);
    EXPECT_EQ(problem.code, errc::timed_out);
}

TEST_F(stream_test, a_deadline_ends_a_read_and_does_not_look_like_a_cancellation)
{
    peer([this](tcp::socket& socket) { return read_all(socket); });
    net::stream s(io.get_executor());
    fault problem;
    test::run(io, read_until_deadline(s, [&] { return connect(s); }, problem));

    EXPECT_EQ(problem.code, errc::timed_out);
    EXPECT_EQ(problem.info.message, "reading from " + host() + ": timed out; " + problem.info.hint);
}

asio::awaitable<void> outlive_deadline(net::stream& s,
                                       std::function<asio::awaitable<fault>()> connect)
{
    fault problem = co_await connect();
    EXPECT_FALSE(problem) << problem.info.message;
    // a deadline that was moved does not fire at its old time
    s.expires_at(net::clock::now() + 10ms);
    s.expires_at(net::clock::now() + 10s);
    std::array<std::byte, 16> block{};
    std::size_t n = 0;
    problem = co_await s.read_some(block, n);
    EXPECT_FALSE(problem) << problem.info.message;
    EXPECT_EQ(n, 4U);
}

TEST_F(stream_test, a_deadline_can_be_moved)
{
    peer([this](tcp::socket& socket) -> asio::awaitable<void> {
        asio::steady_timer late(io, 50ms);
        co_await late.async_wait(asio::use_awaitable);
        co_await asio::async_write(socket, asio::buffer("late", 4), asio::use_awaitable);
    });
    net::stream s(io.get_executor());
    test::run(io, outlive_deadline(s, [&] { return connect(s); }));
}

} // namespace
