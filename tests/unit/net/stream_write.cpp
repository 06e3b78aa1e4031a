// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The bytes that a stream writes, and the number of system calls that it needs.

#include "net/stream.hpp"

#include "support/run.hpp"
#include "support/stream_peer.hpp"

#include <asio/post.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace coquest;
using asio::ip::tcp;
using detail::status;
using test::shifted;
using test::stream_test;
using test::toy_backend;

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

asio::awaitable<void> write_texts(std::function<asio::awaitable<status>()> connect, net::stream& s,
                                  const std::vector<std::string>& texts)
{
    status result = co_await connect();
    EXPECT_TRUE(result.ok()) << result.info().message;
    auto pieces = pieces_of(texts);
    bool answered = true;
    result = co_await s.write(pieces, answered, net::stream::input::looked_at);
    EXPECT_TRUE(result.ok()) << result.info().message;
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

// The calls that the stream makes to its session.
struct toy_calls {
    std::vector<std::size_t> offered; // bytes of plaintext
    std::vector<std::size_t> sent;    // bytes of ciphertext of each system call
    std::function<void(std::size_t)> on_sent;
} calls;

struct watched_backend {
    struct session : toy_backend::session {
        tls_step write(std::span<const std::byte> bytes, std::size_t& n, tls_diagnosis& diagnosis)
        {
            calls.offered.push_back(bytes.size());
            while (n != bytes.size()) {
                std::size_t taken = 0;
                toy_backend::session::write(bytes.subspan(n), taken, diagnosis);
                n += taken;
            }
            return tls_step::done_after_output;
        }
        void consume_output(std::size_t n)
        {
            toy_backend::session::consume_output(n);
            calls.sent.push_back(n);
            if (calls.on_sent) {
                calls.on_sent(n);
            }
        }
    };
    static std::shared_ptr<const watched_backend> create(const tls_options&, tls_diagnosis&)
    {
        return std::make_shared<watched_backend>();
    }
    std::unique_ptr<session> make_session(std::string_view, tls_diagnosis&) const
    {
        return std::make_unique<session>();
    }
    static std::string_view name() { return "watched"; }
};

// A session that finds close_notify when it is about to write.
struct closed_backend {
    struct session : toy_backend::session {
        tls_step write(std::span<const std::byte>, std::size_t&, tls_diagnosis&)
        {
            return tls_step::closed;
        }
    };
    static std::shared_ptr<const closed_backend> create(const tls_options&, tls_diagnosis&)
    {
        return std::make_shared<closed_backend>();
    }
    std::unique_ptr<session> make_session(std::string_view, tls_diagnosis&) const
    {
        return std::make_unique<session>();
    }
    static std::string_view name() { return "closed"; }
};

class stream_writes : public stream_test {
protected:
    /// Sends @p texts to a peer that reads everything, and expects that they arrive; `calls` then
    /// has the calls of the session.
    void send(const std::vector<std::string>& texts, std::function<void(std::size_t)> on_sent = {},
              std::size_t memory = std::size_t{100} << 20U)
    {
        received.clear();
        peer([&](tcp::socket& socket) -> asio::awaitable<void> {
            char hello = 0;
            co_await asio::async_read(socket, asio::buffer(&hello, 1), asio::use_awaitable);
            co_await asio::async_write(socket, asio::buffer("h", 1), asio::use_awaitable);
            co_await read_all(socket);
        });
        const auto backend = detail::make_tls<watched_backend>({}, diagnosis);
        net::stream s(io.get_executor(), memory);
        const auto connected = [&]() -> asio::awaitable<status> {
            status result = co_await connect(s, backend.get());
            calls = {{}, {}, on_sent};
            co_return result;
        };
        test::run(io, write_texts(connected, s, texts));
        calls.on_sent = nullptr;
        const std::string expected = std::accumulate(texts.begin(), texts.end(), std::string());
        test::run_until(io, [&] { return received.size() >= expected.size(); });
        EXPECT_TRUE(received == shifted(expected, 1));
    }
};

std::vector<std::string> segments(std::size_t count)
{
    std::vector<std::string> texts{std::string(200, 'h')};
    texts.resize(1 + count, std::string(65'432, 'r'));
    return texts;
}

asio::awaitable<void> count_turns(asio::io_context& io, std::size_t& turns)
{
    for (;;) {
        co_await asio::post(io, asio::use_awaitable);
        ++turns;
    }
}

TEST_F(stream_writes, records_gather_into_few_system_calls)
{
    std::size_t turns = 0;
    std::vector<std::size_t> turn_of_send;
    asio::co_spawn(io, count_turns(io, turns), asio::detached);
    send(segments(13),
         [&](std::size_t) { turn_of_send.push_back(turns); }); // 10,000 rows of some 90 bytes
    EXPECT_EQ(turn_of_send.front(), turn_of_send.back()) << "the reactor ran in between";
    EXPECT_LE(calls.sent.size(), 3U);
    EXPECT_LE(calls.offered.size(), 1U + 13 * 4);
    EXPECT_LE(*std::max_element(calls.sent.begin(), calls.sent.end()), 337U * 1024);
}

TEST_F(stream_writes, less_gathers_where_memory_is_scarce)
{
    send(segments(2), {}, 262'144);
    EXPECT_LE(*std::max_element(calls.sent.begin(), calls.sent.end()), 81U * 1024);
    send(segments(2), {}, 1'024);
    EXPECT_LE(*std::max_element(calls.sent.begin(), calls.sent.end()), 33U * 1024);
}

TEST_F(stream_writes, small_pieces_share_a_record_and_large_ones_are_not_copied)
{
    using sizes = std::vector<std::size_t>;
    const std::vector<std::pair<sizes, sizes>> cases{
        {{200, 90}, {290}},
        {{200, 0, 90, 0}, {290}},
        {{0, 0}, {}},
        {{200, 16'184}, {16'384}},
        {{200, 16'185}, {200, 16'185}},
        {{200, 65'432}, {200, 16'384, 16'384, 16'384, 16'280}},
        {{4'000, 4'000, 4'000, 4'000, 4'000, 4'000}, {16'000, 8'000}},
        {{16'384, 16'384, 1, 1}, {16'384, 16'384, 2}},
    };
    for (const auto& [pieces, records] : cases) {
        std::vector<std::string> texts;
        for (const std::size_t size : pieces) {
            texts.emplace_back(size, static_cast<char>('a' + texts.size()));
        }
        send(texts);
        EXPECT_EQ(calls.offered, records) << testing::PrintToString(pieces);
        EXPECT_LE(calls.sent.size(), 1U);
    }
}

TEST_F(stream_writes, a_long_write_lets_others_have_their_turn)
{
    std::size_t turns = 0;
    std::size_t last_turn = 0;
    std::size_t in_a_row = 0;
    std::size_t most = 0;
    asio::co_spawn(io, count_turns(io, turns), asio::detached);
    send(segments(64), [&](std::size_t sent) {
        in_a_row = std::exchange(last_turn, turns) == turns ? in_a_row + sent : sent;
        most = std::max(most, in_a_row);
    });
    EXPECT_LE(most, std::size_t{2} * 1024 * 1024);
}

asio::awaitable<void> fail_to_write(std::function<asio::awaitable<status>()> connect,
                                    net::stream& s, status& result)
{
    result = co_await connect();
    EXPECT_TRUE(result.ok()) << result.info().message;
    std::vector<asio::const_buffer> pieces{asio::buffer("a row", 5)};
    bool answered = false;
    result = co_await s.write(pieces, answered, net::stream::input::looked_at);
}

TEST_F(stream_writes, close_notify_ends_a_write_with_a_tls_error)
{
    peer([&](tcp::socket& socket) -> asio::awaitable<void> {
        co_await asio::async_write(socket, asio::buffer("h", 1), asio::use_awaitable);
        co_await read_all(socket);
    });
    const auto backend = detail::make_tls<closed_backend>({}, diagnosis);
    net::stream s(io.get_executor());
    status result;
    test::run(io, fail_to_write([&] { return connect(s, backend.get()); }, s, result));

    EXPECT_EQ(result.code(), errc::tls_error);
    EXPECT_EQ(result.info().tls, tls_failure::closed);
    EXPECT_EQ(result.info().message,
              "TLS write to " + host() + ": the server ended the TLS connection; try again");
}

asio::awaitable<void> write_until_answered(std::function<asio::awaitable<status>()> connect,
                                           net::stream& s, std::vector<asio::const_buffer>& pieces)
{
    status result = co_await connect();
    EXPECT_TRUE(result.ok()) << result.info().message;
    bool answered = false;
    result = co_await s.write(pieces, answered, net::stream::input::looked_at);
    EXPECT_TRUE(result.ok()) << result.info().message;
    EXPECT_TRUE(answered);
}

TEST_F(stream_test, an_answer_is_heard_while_the_peer_takes_all_that_is_sent)
{
    const std::string segment(65'432, 'r');
    for (const auto* backend : {static_cast<const detail::any_tls_backend*>(nullptr), toy.get()}) {
        peer([&](tcp::socket& socket) -> asio::awaitable<void> {
            char first = 0;
            co_await asio::async_read(socket, asio::buffer(&first, 1), asio::use_awaitable);
            // For the toy backend, the end of the handshake, and then a letter.
            co_await asio::async_write(socket, asio::buffer("h", 1), asio::use_awaitable);
            if (backend != nullptr) {
                co_await asio::async_read(socket, asio::buffer(&first, 1), asio::use_awaitable);
                co_await asio::async_write(socket, asio::buffer("b", 1), asio::use_awaitable);
            }
            co_await read_all(socket);
        });
        net::stream s(io.get_executor());
        std::vector<asio::const_buffer> pieces(512, asio::buffer(segment));
        test::run(io, write_until_answered([&] { return connect(s, backend); }, s, pieces));
        EXPECT_GE(pieces.size(), 256U) << "the write did not stop";
    }
}

} // namespace
