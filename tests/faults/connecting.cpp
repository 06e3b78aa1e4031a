// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 1 to 5, 58, 59 and 84 of docs/faults.md: failures before a connection carries a request.

#include "scenario.hpp"
#include "support/black_hole.hpp"
#include "support/names.hpp"

#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;

constexpr wire_server::options down()
{
    wire_server::options result;
    result.listening = false;
    return result;
}

wire_server::options taking(std::size_t at_once)
{
    wire_server::options result;
    result.at_once = at_once;
    return result;
}

// Runs an action while the client is at work.
class later {
public:
    later(scenario& s, std::chrono::milliseconds delay, std::function<void()> action)
        : timer_(s.io, delay)
    {
        timer_.async_wait([action = std::move(action)](std::error_code ec) {
            if (!ec) {
                action();
            }
        });
    }

private:
    asio::steady_timer timer_;
};

TEST_F(fault_matrix, row_01_connection_refused_until_the_server_starts)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode, down());
        const later start(s, 300ms, [&] { s.server.listen(); });
        const outcome got = s.send();
        s.expect_delivered(got);
        EXPECT_GE(got.elapsed, 200ms);
    }
    scenario asking({}, down());
    const later start(asking, 300ms, [&] { asking.server.listen(); });
    config options = asking.builder().options();
    options.version.reset();
    const outcome got = asking.send(sender_builder(options));
    asking.expect_delivered(got);
    EXPECT_EQ(got.version, protocol_version::v3);
}

TEST_F(fault_matrix, row_02_a_connection_attempt_is_not_answered)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario alone(mode);
        const black_hole dead(alone.io);
        const sender_builder to_nobody =
            alone.builder(dead.port()).connect_timeout(300ms).retry_timeout(0ms);
        const outcome got = alone.send(to_nobody);
        const error e = alone.expect_failed(got, errc::timed_out, delivery::not_sent);
        EXPECT_TRUE(says(e, "connecting to 127.0.0.1:" + std::to_string(dead.port())));
        EXPECT_TRUE(says(e, "timed out"));
        expect_in_time(got, 300ms);

        scenario with_next(mode);
        const black_hole first(with_next.io);
        sender_builder both = with_next.builder(first.port());
        both.address("127.0.0.1", with_next.server.port());
        with_next.expect_delivered(with_next.send(both.retry_timeout(0ms)));
    }
}

TEST_F(fault_matrix, row_03_connections_that_are_never_accepted)
{
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        scenario s(mode, taking(0));
        s.recovery = [&] { s.server.take(64); };
        const outcome got = s.send(s.once().request_timeout(300ms));
        s.expect_failed(got, errc::timed_out, delivery::unconfirmed);
        expect_in_time(got, 300ms);
    }
    scenario over_tls({protocol::https, owner::sender}, taking(0));
    over_tls.recovery = [&] { over_tls.server.take(64); };
    const outcome got = over_tls.send(over_tls.once().connect_timeout(300ms));
    const error e = over_tls.expect_failed(got, errc::tls_error, delivery::not_sent);
    EXPECT_EQ(e.info().tls, tls_failure::timed_out);
    expect_in_time(got, 300ms);
}

void expect_a_second_connection(const wire_script& turned_away)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        s.server.scripts = {turned_away, turned_away, healthy()};
        s.expect_delivered(s.send());
        EXPECT_EQ(s.server.connections, 3U);

        scenario asking(mode);
        asking.server.scripts = {turned_away, healthy()};
        config options = asking.builder().options();
        options.version.reset();
        asking.expect_delivered(asking.send(sender_builder(options)));
    }
}

TEST_F(fault_matrix, row_04_reset_on_accept)
{
    expect_a_second_connection(resets());
}

TEST_F(fault_matrix, row_05_end_on_accept)
{
    expect_a_second_connection(cuts());
    expect_a_second_connection(play({finishes(), discards_all()}));
}

TEST_F(fault_matrix, row_58_a_name_that_does_not_exist)
{
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        names dns;
        dns.add("nobody.test", {});
        scenario s(mode);
        const outcome got = s.send(s.builder("nobody.test", 9000).retry_timeout(0ms));
        const error e = s.expect_failed(got, errc::could_not_resolve_addr, delivery::not_sent);
        EXPECT_TRUE(says(e, "nobody.test:9000: host not found"));

        scenario with_next(mode);
        sender_builder both = with_next.builder("nobody.test", 9000);
        both.address("127.0.0.1", with_next.server.port());
        with_next.expect_delivered(with_next.send(both.retry_timeout(0ms)));
    }
}

TEST_F(fault_matrix, row_58_a_name_service_that_is_slow)
{
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        names dns;
        dns.block("slow.test");
        scenario s(mode);
        const sender_builder to_nobody =
            s.builder("slow.test", 9000).connect_timeout(300ms).retry_timeout(0ms);
        const outcome got = s.send(to_nobody);
        s.expect_failed(got, errc::timed_out, delivery::not_sent);
        expect_in_time(got, 300ms);

        scenario with_next(mode);
        sender_builder both = with_next.builder("slow.test", 9000);
        both.address("127.0.0.1", with_next.server.port());
        with_next.expect_delivered(with_next.send(both.retry_timeout(0ms)));
    }
}

TEST_F(fault_matrix, row_58_a_name_with_many_addresses_of_which_the_first_are_dead)
{
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        const black_hole silent(s.io, "127.0.0.2", s.server.port());
        std::vector<std::string> ips = {"127.0.0.2"};
        for (int i = 3; i <= 40; ++i) { // no server listens there
            ips.push_back("127.0.0." + std::to_string(i));
        }
        ips.emplace_back("127.0.0.1");
        names dns;
        dns.add("many.test", ips);
        s.expect_delivered(s.send(s.builder("many.test", s.server.port()).retry_timeout(0ms)));
    }
}

TEST_F(fault_matrix, row_58_a_name_whose_ipv6_address_is_dead)
{
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        std::optional<black_hole> silent;
        try {
            silent.emplace(s.io, "::1", s.server.port());
        } catch (const std::system_error&) {
            silent.reset(); // without IPv6 the address is dead as well
        }
        names dns;
        dns.add("both.test", {"::1", "127.0.0.1"});
        s.expect_delivered(s.send(s.builder("both.test", s.server.port()).retry_timeout(0ms)));
    }
}

TEST_F(fault_matrix, row_59_all_addresses_dead_for_longer_than_retries_take)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode, down());
        const wire_server other(s.io, down());
        s.recovery = [&] { s.server.listen(); };
        sender_builder both = s.builder();
        both.address("127.0.0.1", other.port()).retry_timeout(300ms);
        const outcome got = s.send(both, many);
        const error e = s.expect_failed(got, errc::socket_error, delivery::not_sent);
        EXPECT_TRUE(says(e, "connection refused"));
        EXPECT_EQ(e.info().addresses.size(), 2U) << e.what();
        EXPECT_GT(e.info().attempts, 1U);
        expect_in_time(got, 300ms);
        expect_bounded(got);
    }
}

TEST_F(fault_matrix, row_59_all_addresses_dead_and_back_while_retries_go_on)
{
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        scenario s(mode, down());
        const wire_server other(s.io, down());
        const later start(s, 500ms, [&] { s.server.listen(); });
        sender_builder both = s.builder();
        both.address("127.0.0.1", other.port());
        s.expect_delivered(s.send(both));
    }
}

TEST_F(fault_matrix, row_84_the_server_has_as_many_connections_as_it_takes)
{
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        scenario full_server(mode, taking(1));
        full_server.server.scripts = {holds(), healthy()};
        asio::ip::tcp::socket other_client(full_server.io);
        other_client.async_connect({asio::ip::address_v4::loopback(), full_server.server.port()},
                                   [](std::error_code ec) { EXPECT_FALSE(ec) << ec.message(); });
        run_until(full_server.io, [&] { return full_server.server.open == 1; });
        full_server.recovery = [&] { full_server.server.take(64); };
        const outcome got = full_server.send(full_server.once().request_timeout(300ms));
        full_server.expect_failed(got, errc::timed_out, delivery::unconfirmed);
        expect_in_time(got, 300ms);
    }
}

TEST_F(fault_matrix, row_84_more_connections_than_the_server_accepts)
{
    scenario s({}, taking(1));
    s.server.scripts = {play({stores(), sends(ok()), waits(50ms), cuts()})};
    const sender_builder greedy = s.builder().connections(4).auto_flush_rows(1);
    const outcome got = s.send(greedy, {.count = 4});
    EXPECT_FALSE(got.failure) << got.failure->what();
    EXPECT_EQ(got.unacknowledged, 0U);
    EXPECT_EQ(s.server.stored.size(), 4U);
    std::size_t seen = 0;
    for (int i = 0; i < 4; ++i) {
        const std::string row = "n=" + std::to_string(i) + "i";
        seen += std::ranges::any_of(
            s.server.stored, [&](const std::string& body) { return body.find(row) != body.npos; });
    }
    EXPECT_EQ(seen, 4U);
}

} // namespace
} // namespace coquest::test
