// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Authentication over TCP, with servers that behave differently from QuestDB.

#include <coquest/sender.hpp>

#include "support/listener.hpp"
#include "support/run.hpp"

#include <asio/buffer.hpp>
#include <asio/detached.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <gmock/gmock.h>

#include <optional>
#include <string>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using asio::ip::tcp;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* private_key = "5UjEMuA0Pj5pjK8a-fa24dyIf-Es5mYny3oE_Wmus48";

// The signature is the number of bytes that are signed.
struct counting_signer {
    static bool sign(p256_private_key, std::span<const std::byte> message, p256_signature out)
    {
        std::ranges::fill(out, static_cast<std::byte>(message.size() / 4));
        return true;
    }
    static bool public_key(p256_private_key, p256_public_key) { return true; }
    static std::string_view name() { return "counting"; }
};
static_assert(EcdsaSigner<counting_signer>);

class tcp_auth_test : public testing::Test {
public: // the coroutines use them
    sender_builder builder()
    {
        sender_builder options("tcp", "127.0.0.1", acceptor.local_endpoint().port());
        options.username("testUser1").token(private_key).signer<counting_signer>();
        return options;
    }
    // Reads the key id and sends `says`. Then closes the connection or reads all bytes.
    asio::awaitable<void> serve()
    {
        tcp::socket socket = co_await test::accept(acceptor);
        try {
            co_await asio::async_read_until(socket, asio::dynamic_buffer(received), '\n',
                                            asio::use_awaitable);
            co_await asio::async_write(socket, asio::buffer(says), asio::use_awaitable);
            if (closes) {
                co_return;
            }
            co_await asio::async_read(socket, asio::dynamic_buffer(received), asio::use_awaitable);
        } catch (const std::system_error&) {
            ended = true; // the client has closed the connection
        }
    }
    std::optional<error> failure(const sender_builder& from)
    {
        asio::co_spawn(io, serve(), asio::detached);
        std::optional<error> thrown;
        try {
            test::run(io, [](sender_builder b) -> asio::awaitable<void> {
                auto s = co_await b.build();
                co_await s.table("t").column_i64("n", 1).at(timestamp_nanos(1));
                co_await s.close();
            }(from));
        } catch (const error& e) {
            thrown = e;
        }
        return thrown;
    }

    asio::io_context io{1};
    tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::string says = std::string(512, 'c') + "\n";
    bool closes = false;
    bool ended = false;
    std::string received;
};

TEST_F(tcp_auth_test, names_the_key_signs_the_challenge_and_sends_rows)
{
    EXPECT_FALSE(failure(builder()));
    test::run_until(io, [this] { return ended; });

    std::string answer; // 64 bytes with the value 512 / 4
    for (int i = 0; i < 21; ++i) {
        answer += "gICA";
    }
    EXPECT_EQ(received, "testUser1\n" + answer + "gA==\nt n=1i 1\n");
}

TEST_F(tcp_auth_test, row82_a_challenge_that_is_none_is_an_error)
{
    const struct {
        std::string says;
        const char* problem;
    } cases[] = {
        {"\n", "sent a line that is shorter than a challenge of 512 bytes"},
        {std::string(512, 'c') + "c\n", "sent more than a challenge of 512 bytes"},
        {std::string(1 << 20, 'c'), "sent more than a challenge of 512 bytes"},
        {"", "closed the connection after 0 of 513 bytes; does it authenticate over TCP"},
        {std::string(512, 'c'), "closed the connection after 512 of 513 bytes"},
        {"", "is this an HTTP server, as on QuestDB's port 9000? then use http"},
        {"HTTP/1.1 400 Bad request\r\n\r\n",
         "an HTTP server answers on this port (it said \"HTTP/1.1 400 Bad request\"); use http"},
        {"<html>", "an HTTP server answers on this port (it said \"<html>\")"},
    };
    for (const auto& one : cases) {
        says = one.says;
        received.clear();
        closes = true;
        const auto e = failure(builder());
        ASSERT_TRUE(e) << one.problem;
        EXPECT_EQ(e->code(), errc::auth_error) << e->what();
        EXPECT_THAT(e->what(), StartsWith("waiting for the challenge of 127.0.0.1:"));
        EXPECT_THAT(e->what(), HasSubstr(one.problem));
        EXPECT_EQ(e->info().state, delivery::not_sent);
    }
}

TEST_F(tcp_auth_test, row82_a_server_that_says_nothing_ends_with_the_time)
{
    says = "";
    const auto e = failure(builder().auth_timeout(30ms));
    ASSERT_TRUE(e);
    EXPECT_EQ(e->code(), errc::timed_out);
    EXPECT_THAT(e->what(), HasSubstr("auth_timeout (30 ms) is over; does the server authenticate "
                                     "over TCP (line.tcp.auth.db.path)"));
}

TEST_F(tcp_auth_test, a_malformed_key_is_refused_before_a_connection_is_made)
{
    acceptor.close();
    sender_builder none("tcp", "127.0.0.1", 1);
    none.username("testUser1").token("!!!");
#if defined(COQUEST_HAS_WOLFSSL) || defined(COQUEST_HAS_OPENSSL)
    const auto malformed = failure(none);
    ASSERT_TRUE(malformed);
    EXPECT_EQ(malformed->code(), errc::auth_error);
    EXPECT_STREQ(malformed->what(), "\"token\" is not base64url (A-Z a-z 0-9 - _)");

    const auto foreign = failure(none.token(private_key).token_x("fLKY").token_y("Dt5t"));
    ASSERT_TRUE(foreign);
    EXPECT_THAT(foreign->what(), HasSubstr("are not the public key of \"token\""));
#else
    const auto e = failure(none);
    ASSERT_TRUE(e);
    EXPECT_EQ(e->code(), errc::config_error);
    EXPECT_THAT(e->what(), HasSubstr("needs a library that signs"));
#endif
}

} // namespace
