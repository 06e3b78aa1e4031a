// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Certificates that expire or are replaced while a sender runs.

#include <coquest/sender.hpp>
#include <coquest/sender_pool.hpp>

#include "support/cert_lab.hpp"
#include "support/run.hpp"
#include "support/wire_script.hpp"
#include "support/wire_server.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace coquest;
using namespace coquest::test;
using testing::HasSubstr;
using testing::StartsWith;

cert_spec short_lived()
{
    cert_spec spec = server_spec({"IP:127.0.0.1"});
    spec.until = std::chrono::hours(24 * 3 + 1);
    return spec;
}

wire_script answers_once()
{
    return play({stores(),
                 sends(std::string("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")),
                 closes()});
}

wire_server::options with(const identity& certificate)
{
    wire_server::options setup;
    setup.certificate = &certificate;
    return setup;
}

class tls_events : public testing::Test {
public: // the coroutines use them
    tls_events() { server.scripts = {answers_once()}; }
    void SetUp() override
    {
#if !defined(COQUEST_HAS_WOLFSSL) && !defined(COQUEST_HAS_OPENSSL)
        GTEST_SKIP() << "a build without TLS";
#endif
    }

    sender_builder builder()
    {
        sender_builder options("https", "127.0.0.1", server.port());
        options.protocol_version(protocol_version::v2).auto_flush(false).tls_roots(roots.path());
        options.on_event([this](const event& happened) {
            if (happened.kind != event_kind::batch_acknowledged &&
                happened.kind != event_kind::connected) {
                events.emplace_back(to_string(happened.kind));
                lines.push_back(describe(happened));
                days.push_back(happened.days_left);
            }
        });
        return options;
    }
    asio::awaitable<void> send(sender& target)
    {
        co_await target.table("t").column_i64("n", 1).at_now();
        co_await target.flush();
    }
    void replace_roots(const std::string& content)
    {
        std::ofstream(roots.path() + ".next", std::ios::binary) << content;
        std::filesystem::rename(roots.path() + ".next", roots.path());
    }

    asio::io_context io;
    const identity ca = self_signed(ca_spec("a CA"));
    const identity other_ca = self_signed(ca_spec("another CA"));
    const identity certificate = issue(server_spec({"IP:127.0.0.1"}), ca);
    const identity ending = issue(short_lived(), ca);
    temp_file roots{ca.pem()};
    wire_server server{io, with(certificate)};
    std::vector<std::string> events;
    std::vector<std::string> lines;
    std::vector<int> days;
};

TEST_F(tls_events, a_certificate_near_its_end_is_reported_once)
{
    wire_server other(io, with(ending));
    other.scripts = {answers_once()};
    run(io, [](tls_events& t, std::uint16_t port) -> asio::awaitable<void> {
        sender_builder options("https", "127.0.0.1", port);
        options.protocol_version(protocol_version::v2).tls_roots(t.roots.path());
        options.on_event([&t](const event& happened) {
            if (happened.kind == event_kind::certificate_expires) {
                t.lines.push_back(describe(happened));
                t.days.push_back(happened.days_left);
            }
        });
        auto s = co_await options.build();
        co_await t.send(s);
        co_await t.send(s);
        co_await s.close();
    }(*this, other.port()));

    EXPECT_EQ(other.connections, 2U);
    EXPECT_EQ(days, std::vector{3});
    EXPECT_THAT(lines.at(0), StartsWith("the certificate of 127.0.0.1 ends on 20"));
    EXPECT_THAT(lines.at(0), HasSubstr(", 3 days from now"));
}

TEST_F(tls_events, files_that_are_loaded_again_lose_no_row)
{
    run(io, [](tls_events& t) -> asio::awaitable<void> {
        auto s = co_await t.builder().retry_timeout(std::chrono::milliseconds(0)).build();
        co_await t.send(s);

        t.replace_roots(t.other_ca.pem());
        s.reload_tls();
        const error refused = co_await failure_of(t.send(s));
        EXPECT_EQ(refused.code(), errc::tls_error);
        EXPECT_EQ(refused.info().tls, tls_failure::unknown_issuer);
        EXPECT_EQ(s.unacknowledged_rows(), 1U);

        t.replace_roots(t.ca.pem());
        s.reload_tls();
        co_await s.flush();
        EXPECT_EQ(s.unacknowledged_rows(), 0U);
        co_await s.close();
    }(*this));

    EXPECT_EQ(server.stored.size(), 2U);
    EXPECT_EQ(std::ranges::count(events, "tls_reloaded"), 2);
}

TEST_F(tls_events, a_broken_file_keeps_what_was_loaded)
{
    run(io, [](tls_events& t) -> asio::awaitable<void> {
        auto s = co_await t.builder().build();
        t.replace_roots("nothing");
        try {
            s.reload_tls();
            ADD_FAILURE() << "nothing was thrown";
        } catch (const error& e) {
            EXPECT_EQ(e.code(), errc::tls_error);
            EXPECT_EQ(e.info().tls, tls_failure::bad_roots);
            EXPECT_EQ(e.info().path, t.roots.path());
        }
        co_await t.send(s);
        co_await s.close();
    }(*this));

    EXPECT_EQ(server.stored.size(), 1U);
    EXPECT_EQ(events.at(0), "tls_reload_failed");
    EXPECT_THAT(lines.at(0), HasSubstr("the earlier ones stay in use: tls_roots: " + roots.path()));
}

TEST_F(tls_events, a_pool_loads_files_again_for_all_its_senders)
{
    run(io, [](tls_events& t) -> asio::awaitable<void> {
        const auto executor = co_await asio::this_coro::executor;
        auto pool = co_await sender_pool::build(t.builder(), executor, 2);
        t.replace_roots("nothing");
        const error failure = co_await failure_of(pool.reload_tls());
        EXPECT_EQ(failure.info().tls, tls_failure::bad_roots);
        t.replace_roots(t.ca.pem());
        co_await pool.reload_tls();
        co_await pool.close();
    }(*this));

    EXPECT_EQ(events,
              (std::vector<std::string>{"tls_reload_failed", "tls_reloaded", "closed", "closed"}));
}

TEST_F(tls_events, tls_reload_looks_at_each_new_connection)
{
    run(io, [](tls_events& t) -> asio::awaitable<void> {
        auto s = co_await t.builder().tls_reload(true).build();
        t.replace_roots("nothing");
        co_await t.send(s);
        co_await t.send(s);
        t.replace_roots(t.other_ca.pem() + t.ca.pem());
        co_await t.send(s);
        co_await s.close();
    }(*this));

    EXPECT_EQ(server.stored.size(), 3U);
    EXPECT_EQ(events, (std::vector<std::string>{"tls_reload_failed", "tls_reloaded", "closed"}));
}

TEST_F(tls_events, reload_without_tls_is_refused)
{
    run(io, [](tls_events& t) -> asio::awaitable<void> {
        sender_builder options("http", "127.0.0.1", t.server.port());
        options.protocol_version(protocol_version::v2);
        auto s = co_await options.build();
        try {
            s.reload_tls();
            ADD_FAILURE() << "nothing was thrown";
        } catch (const error& e) {
            EXPECT_EQ(e.code(), errc::invalid_api_call);
            EXPECT_THAT(e.what(), HasSubstr("use https or tcps"));
        }
        co_await s.close();
    }(*this));
}

} // namespace
