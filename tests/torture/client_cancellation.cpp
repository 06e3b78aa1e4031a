// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 77, one layer down: cancelling a sender's flush stops the wait and not the request, so that
// only here the requests themselves are cancelled at each await.

#include "net/http_client.hpp"
#include "sender/default_tls.hpp"

#include "torture/rig.hpp"

#include <coquest/detail/buffer_access.hpp>

namespace {

using namespace coquest;
using detail::fault;
using test::moment;
using test::operation;
using test::reply;
using test::request;
using test::rig;

constexpr std::size_t row_count = 3;

detail::batch rows_of(std::size_t padding)
{
    buffer rows(protocol_version::v2, {});
    for (std::size_t row = 0; row < row_count; ++row) {
        rows.table("t")
            .column_i64("n", static_cast<std::int64_t>(row))
            .column_str("padding", std::string(padding, 'x'))
            .at_now();
    }
    return detail::buffer_access::take(rows);
}

asio::awaitable<void> send(net::http_client& by, const detail::batch& rows, fault& problem)
{
    problem = co_await by.send(rows.chain, true);
}

asio::awaitable<void> ask(net::http_client& by, detail::server_settings& out, fault& problem)
{
    problem = co_await by.settings(out);
}

struct client {
    explicit client(rig& on)
        : options(std::make_shared<config>(on.builder().username("u").password("p").options())),
          tls(options->transport == protocol::https ? detail::default_tls()(options->tls, why)
                                                    : nullptr),
          http(on.client().get_executor(), options, tls)
    {
    }
    tls_diagnosis why;
    std::shared_ptr<const config> options;
    std::shared_ptr<const detail::any_tls_backend> tls;
    net::http_client http;
};

void expect_sent(rig& on, client& by, const detail::batch& rows)
{
    fault problem;
    const operation sending(on, [&] { return send(by.http, rows, problem); });
    on.run_until([&] { return sending.done(); });
    EXPECT_TRUE(sending.succeeded()) << sending.what();
    EXPECT_FALSE(problem) << problem.info.message;
}

// The fault says so, nothing is thrown, and what it says of the rows is true.
bool cancel(rig& on, operation& what, const moment& when, const fault& problem)
{
    const bool reached = test::reaches(on, what, when);
    what.cancel();
    on.run_until([&] { return what.done(); });
    EXPECT_TRUE(what.succeeded() || what.code() == errc::cancelled) << what.what();
    EXPECT_TRUE(!problem || (reached && problem.code == errc::cancelled)) << problem.info.message;
    return reached;
}

TEST(fault_matrix, row_77_request_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        on.answer = [count = 0](const request&) mutable { // the second goes over a new connection
            reply now = test::ok();
            now.close = ++count == 1;
            return now;
        };
        client by(on);
        const detail::batch rows = rows_of(10);
        expect_sent(on, by, rows);
        fault problem;
        operation sending(on, [&] { return send(by.http, rows, problem); });

        const bool reached = cancel(on, sending, when, problem);

        EXPECT_FALSE(problem && problem.info.state == delivery::not_sent && on.copies(0) > 1);
        expect_sent(on, by, rows);
        return reached;
    });
}

TEST(fault_matrix, row_77_large_request_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        client by(on);
        const detail::batch rows =
            rows_of(when.kind == test::wire_kind::https ? 100'000 : 1'500'000);
        fault problem;
        operation sending(on, [&] { return send(by.http, rows, problem); });

        const bool reached = cancel(on, sending, when, problem);

        EXPECT_FALSE(problem && problem.info.state == delivery::not_sent && on.copies(0) != 0);
        expect_sent(on, by, rows);
        return reached;
    });
}

TEST(fault_matrix, row_77_settings_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        on.answer = [](const request& one) {
            return one.head.find("Authorization") == std::string::npos
                       ? test::status("401 Unauthorized", "Connection: close\r\n")
                       : test::status("200 OK", "", "{}");
        };
        client by(on);
        detail::server_settings settings;
        fault problem;
        operation asking(on, [&] { return ask(by.http, settings, problem); });

        const bool reached = cancel(on, asking, when, problem);

        const operation again(on, [&] { return ask(by.http, settings, problem); });
        on.run_until([&] { return again.done(); });
        EXPECT_FALSE(problem) << problem.info.message;
        return reached;
    });
}

} // namespace
