// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Streams that connect to one of several servers, some of which are down.

#include "net/stream.hpp"

#include "support/allocation_counter.hpp"
#include "support/black_hole.hpp"
#include "support/listener.hpp"
#include "support/names.hpp"
#include "support/run.hpp"
#include "support/toy_tls.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/detached.hpp>
#include <asio/read.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <gmock/gmock.h>

#include <sys/resource.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using asio::ip::tcp;
using detail::status;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class connector_test : public testing::Test {
protected:
    // Opens a port whose connections the kernel accepts.
    std::uint16_t live(const char* ip = "127.0.0.1")
    {
        return acceptors.emplace_back(io, tcp::endpoint(asio::ip::make_address(ip), 0))
            .local_endpoint()
            .port();
    }
    // Returns a port that refuses connections.
    std::uint16_t refusing()
    {
        return tcp::acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0))
            .local_endpoint()
            .port();
    }
    std::uint16_t black(const char* ip = "127.0.0.1", std::uint16_t port = 0)
    {
        return holes.emplace_back(io, ip, port).port();
    }
    void servers(const std::vector<server_address>& list)
    {
        addresses = std::make_shared<detail::address_list>(list);
    }
    status connect(net::clock::duration time = 10s, const detail::any_tls_backend* tls = nullptr)
    {
        status result;
        test::run(io, attempt(time, tls, result));
        return result;
    }
    asio::awaitable<void> attempt(net::clock::duration time, const detail::any_tls_backend* tls,
                                  status& result)
    {
        const auto now = net::clock::now();
        result = co_await stream.connect(addresses, addresses->order(now), {}, tls, now + time);
    }

    asio::io_context io{1};
    std::deque<tcp::acceptor> acceptors;
    std::deque<test::black_hole> holes;
    test::names names;
    std::shared_ptr<detail::address_list> addresses;
    net::stream stream{io.get_executor()};
    tls_diagnosis diagnosis;
    std::shared_ptr<const detail::any_tls_backend> toy =
        detail::make_tls<test::toy_backend>({}, diagnosis);
};

TEST_F(connector_test, one_of_four_that_is_alive_is_found)
{
    // Each of the dead ones would take five of the ten seconds if they were tried one after the
    // other.
    servers({{"127.0.0.1", black()},
             {"127.0.0.1", black()},
             {"127.0.0.1", black()},
             {"127.0.0.1", live()}});

    const status result = connect();

    EXPECT_TRUE(result.ok()) << result.info().message;
    EXPECT_EQ(stream.server(), 3U);
    EXPECT_THAT(stream.tried(), ElementsAre(0, 1, 2, 3));
}

TEST_F(connector_test, one_that_refuses_is_passed_over)
{
    servers({{"127.0.0.1", refusing()}, {"127.0.0.1", live()}, {"127.0.0.1", live()}});

    const status result = connect();

    EXPECT_TRUE(result.ok()) << result.info().message;
    EXPECT_EQ(stream.server(), 1U);
    EXPECT_THAT(stream.tried(), ElementsAre(0, 1));
}

TEST_F(connector_test, the_next_connection_does_not_try_the_dead_again)
{
    servers({{"127.0.0.1", black()}, {"127.0.0.1", refusing()}, {"127.0.0.1", live()}});
    EXPECT_TRUE(connect().ok());

    EXPECT_TRUE(connect().ok());

    EXPECT_THAT(stream.tried(), ElementsAre(2));
}

TEST_F(connector_test, a_name_whose_ipv6_address_is_dead_is_reached_by_ipv4)
{
    const std::uint16_t port = live();
    try {
        black("::1", port);
    } catch (const std::system_error&) {
        GTEST_SKIP() << "no IPv6 on this machine";
    }
    names.add("both.test", {"::1", "127.0.0.1"});
    servers({{"both.test", port}});

    const status result = connect(4s); // the dead address alone would take five seconds

    EXPECT_TRUE(result.ok()) << result.info().message;
    EXPECT_EQ(addresses->last_ip(0), "127.0.0.1");
    EXPECT_THAT(stream.tried(), ElementsAre(0));
}

TEST_F(connector_test, an_address_of_a_name_that_was_reached_is_tried_first)
{
    names.add("many.test", {"127.0.0.2", "127.0.0.3", "127.0.0.1"});
    const std::uint16_t port = live();
    servers({{"many.test", port}});
    EXPECT_TRUE(connect().ok());
    EXPECT_EQ(addresses->last_ip(0), "127.0.0.1");
    acceptors.emplace_back(io, tcp::endpoint(asio::ip::make_address("127.0.0.2"), port));

    EXPECT_TRUE(connect().ok());

    EXPECT_EQ(addresses->last_ip(0), "127.0.0.1");
}

TEST_F(connector_test, a_name_server_that_is_silent_does_not_hold_up_the_others)
{
    names.block("slow.test");
    names.block("slower.test");
    names.add("quick.test", {"127.0.0.1"});
    servers({{"slow.test", 9000}, {"slower.test", 9000}, {"quick.test", live()}});

    const status result = connect();

    EXPECT_TRUE(result.ok()) << result.info().message;
    EXPECT_EQ(stream.server(), 2U);
    EXPECT_EQ(names.blocked(), 2U);
}

TEST_F(connector_test, a_name_that_is_being_looked_up_is_not_looked_up_twice)
{
    names.block("slow.test");
    servers({{"slow.test", 9000}});

    EXPECT_EQ(connect(20ms).code(), errc::timed_out);
    EXPECT_EQ(connect(20ms).code(), errc::timed_out);

    EXPECT_EQ(names.blocked(), 1U);
}

TEST_F(connector_test, a_context_that_goes_during_a_look_up_takes_it_along)
{
    names.block("slow.test");
    servers({{"slow.test", 9000}});
    {
        asio::io_context short_lived;
        net::stream s(short_lived.get_executor());
        const auto now = net::clock::now();
        asio::co_spawn(short_lived, s.connect(addresses, {0}, {}, nullptr, now + 10s),
                       asio::detached);
        test::run_until(short_lived, [this] { return names.blocked() == 1; });
    }
    EXPECT_EQ(names.blocked(), 1U);
}

TEST_F(connector_test, failures_are_told_apart)
{
    names.add("none.test", {});
    servers({{"none.test", 9000}});
    EXPECT_EQ(connect().code(), errc::could_not_resolve_addr);

    servers({{"127.0.0.1", refusing()}});
    const status refused = connect();
    EXPECT_EQ(refused.code(), errc::socket_error);
    EXPECT_THAT(refused.info().message, HasSubstr("connection refused"));
    EXPECT_TRUE(refused.info().retryable);

    servers({{"127.0.0.1", black()}});
    const status silent = connect(20ms);
    EXPECT_EQ(silent.code(), errc::timed_out);
    EXPECT_EQ(silent.info().message,
              "connecting to " + to_string((*addresses)[0]) + ": timed out; " + silent.info().hint);
    EXPECT_TRUE(silent.info().retryable);
    EXPECT_FALSE(stream.is_open());
}

TEST_F(connector_test, too_many_open_files_are_explained_and_blame_no_server)
{
#if !COQUEST_COUNTS_ALLOCATIONS
    GTEST_SKIP() << "sanitizers need descriptors of their own";
#endif
    servers({{"127.0.0.1", live()}, {"127.0.0.1", live()}});
    // The first connection opens what Asio keeps, so that the limit applies to sockets.
    EXPECT_TRUE(connect().ok());
    stream.close();
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit no_files{0, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &no_files);

    const status result = connect();
    setrlimit(RLIMIT_NOFILE, &before);

    EXPECT_EQ(result.code(), errc::socket_error);
    EXPECT_THAT(result.info().message, HasSubstr("too many open files"));
    EXPECT_TRUE(result.info().retryable);
    EXPECT_TRUE(connect().ok());
    EXPECT_EQ(stream.server(), 0U);
}

asio::awaitable<void> greet_one(tcp::socket socket, char greeting)
{
    char hello = 0;
    co_await asio::async_read(socket, asio::buffer(&hello, 1), asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(&greeting, 1), asio::use_awaitable);
}

// Greets each connection with one byte.
asio::awaitable<void> greet(tcp::acceptor& acceptor, char greeting)
{
    return test::listen(acceptor, [&acceptor, greeting](tcp::socket socket) {
        asio::co_spawn(acceptor.get_executor(), greet_one(std::move(socket), greeting),
                       asio::detached);
    });
}

TEST_F(connector_test, a_failed_handshake_is_followed_by_the_next_server)
{
    servers({{"127.0.0.1", live()}, {"127.0.0.1", live()}});
    asio::co_spawn(io, greet(acceptors[0], 'x'), asio::detached);
    asio::co_spawn(io, greet(acceptors[1], 'h'), asio::detached);

    const status result = connect(10s, toy.get());

    EXPECT_TRUE(result.ok()) << result.info().message;
    EXPECT_EQ(stream.server(), 1U);
    EXPECT_THAT(addresses->order(net::clock::now()), ElementsAre(1, 0));
}

TEST_F(connector_test, a_handshake_that_stalls_leaves_time_for_the_next_server)
{
    servers({{"127.0.0.1", live()}, {"127.0.0.1", live()}});
    asio::co_spawn(io, greet(acceptors[1], 'h'), asio::detached);

    const status result = connect(2s, toy.get());

    EXPECT_TRUE(result.ok()) << result.info().message;
    EXPECT_EQ(stream.server(), 1U);
}

TEST_F(connector_test, of_several_failures_a_certificates_is_reported)
{
    servers({{"127.0.0.1", live()}, {"127.0.0.1", live()}, {"127.0.0.1", refusing()}});
    asio::co_spawn(io, greet(acceptors[0], 'x'), asio::detached);
    asio::co_spawn(io, greet(acceptors[1], 'n'), asio::detached);

    const status result = connect(10s, toy.get());

    EXPECT_EQ(result.code(), errc::tls_error);
    EXPECT_EQ(result.info().tls, tls_failure::name_mismatch);
    EXPECT_EQ(result.info().host, to_string((*addresses)[1]));
    EXPECT_TRUE(result.info().retryable); // the third server may be starting
    EXPECT_THAT(stream.tried(), ElementsAre(0, 1, 2));
}

// Cancels @p operation once @p reached holds, and waits for its end.
void cancel_when(asio::io_context& io, asio::awaitable<void> operation,
                 const std::function<bool()>& reached)
{
    bool done = false;
    asio::cancellation_signal stop;
    asio::co_spawn(
        io, std::move(operation),
        asio::bind_cancellation_slot(stop.slot(), [&](const std::exception_ptr&) { done = true; }));
    test::run_until(io, reached);
    stop.emit(asio::cancellation_type::terminal);
    test::run_until(io, [&] { return done; });
}

TEST_F(connector_test, cancelled_while_resolving)
{
    names.block("slow.test");
    servers({{"slow.test", 9000}});
    status result;

    cancel_when(io, attempt(10s, nullptr, result), [this] { return names.blocked() == 1; });

    EXPECT_EQ(result.code(), errc::cancelled);
    EXPECT_FALSE(stream.is_open());
}

TEST_F(connector_test, cancelled_while_connecting)
{
    servers({{"127.0.0.1", black()}});
    status result;
    int turns = 0;

    cancel_when(io, attempt(10s, nullptr, result), [&] { return ++turns > 2; });

    EXPECT_EQ(result.code(), errc::cancelled);
    EXPECT_FALSE(result.info().retryable);
    EXPECT_THAT(addresses->order(net::clock::now()), ElementsAre(0));
}

TEST_F(connector_test, cancelled_while_shaking_hands)
{
    servers({{"127.0.0.1", live()}, {"127.0.0.1", live()}});
    status result;
    bool greeted = false;
    asio::co_spawn(
        io,
        [](tcp::acceptor& acceptor, bool& seen) -> asio::awaitable<void> {
            tcp::socket socket = co_await test::accept(acceptor);
            char hello = 0;
            co_await asio::async_read(socket, asio::buffer(&hello, 1), asio::use_awaitable);
            seen = true;
            co_await asio::async_read(socket, asio::buffer(&hello, 1), asio::use_awaitable);
        }(acceptors[0], greeted),
        asio::detached);

    cancel_when(io, attempt(10s, toy.get(), result), [&] { return greeted; });

    EXPECT_EQ(result.code(), errc::cancelled);
    EXPECT_FALSE(stream.is_open());
    EXPECT_THAT(stream.tried(), ElementsAre(0));
}

TEST_F(connector_test, closing_ends_an_attempt)
{
    servers({{"127.0.0.1", black()}, {"127.0.0.1", black()}});
    status result;
    bool done = false;
    asio::co_spawn(io, attempt(10s, nullptr, result),
                   [&](const std::exception_ptr&) { done = true; });
    int turns = 0;
    test::run_until(io, [&] { return ++turns > 2; });

    stream.close();

    test::run_until(io, [&] { return done; });
    EXPECT_EQ(result.code(), errc::cancelled);
}

} // namespace
