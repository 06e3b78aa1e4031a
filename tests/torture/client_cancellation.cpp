// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 77 of docs/faults.md, one layer below: cancelling a sender's flush stops the wait and not the
// request, so that only these tests cancel the requests themselves at each await.

#include "net/http_client.hpp"
#include "sender/default_tls.hpp"

#include "torture/rig.hpp"

#include <coquest/detail/buffer_access.hpp>

namespace {

using namespace coquest;
using detail::status;
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

asio::awaitable<void> send(net::http_client& client, const detail::batch& rows, status& result)
{
    result = co_await client.send(rows.chain, true);
}

asio::awaitable<void> ask(net::http_client& client, detail::server_settings& settings,
                          status& result)
{
    result = co_await client.settings(settings);
}

struct client {
    explicit client(rig& fixture)
        : options(
              std::make_shared<config>(fixture.builder().username("u").password("p").options())),
          tls(options->transport == protocol::https ? detail::default_tls()(options->tls, diagnosis)
                                                    : nullptr),
          http(fixture.client().get_executor(), options, tls)
    {
    }
    tls_diagnosis diagnosis;
    std::shared_ptr<const config> options;
    std::shared_ptr<const detail::any_tls_backend> tls;
    net::http_client http;
};

void expect_sent(rig& fixture, client& target, const detail::batch& rows)
{
    status result;
    const operation sending(fixture, [&] { return send(target.http, rows, result); });
    fixture.run_until([&] { return sending.done(); });
    EXPECT_TRUE(sending.succeeded()) << sending.what();
    EXPECT_TRUE(result.ok()) << result.info().message;
}

// The result says so, nothing is thrown, and what it says about the rows is true.
bool cancel(rig& fixture, operation& subject, const moment& when, const status& result)
{
    const bool reached = test::reaches(fixture, subject, when);
    subject.cancel();
    fixture.run_until([&] { return subject.done(); });
    EXPECT_TRUE(subject.succeeded() || subject.code() == errc::cancelled) << subject.what();
    EXPECT_TRUE(result.ok() || (reached && result.code() == errc::cancelled))
        << result.info().message;
    return reached;
}

TEST(fault_matrix, row_77_request_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer =
            [count = 0](const request&) mutable { // the second request takes a new connection
                reply answer = test::ok();
                answer.close = ++count == 1;
                return answer;
            };
        client target(fixture);
        const detail::batch rows = rows_of(10);
        expect_sent(fixture, target, rows);
        status result;
        operation sending(fixture, [&] { return send(target.http, rows, result); });

        const bool reached = cancel(fixture, sending, when, result);

        EXPECT_FALSE(!result.ok() && result.info().state == delivery::not_sent &&
                     fixture.copies(0) > 1);
        expect_sent(fixture, target, rows);
        return reached;
    });
}

TEST(fault_matrix, row_77_large_request_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        client target(fixture);
        const detail::batch rows =
            rows_of(when.kind == test::wire_kind::https ? 100'000 : 1'500'000);
        status result;
        operation sending(fixture, [&] { return send(target.http, rows, result); });

        const bool reached = cancel(fixture, sending, when, result);

        EXPECT_FALSE(!result.ok() && result.info().state == delivery::not_sent &&
                     fixture.copies(0) != 0);
        expect_sent(fixture, target, rows);
        return reached;
    });
}

TEST(fault_matrix, row_77_settings_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer = [](const request& received) {
            return received.head.find("Authorization") == std::string::npos
                       ? test::status("401 Unauthorized", "Connection: close\r\n")
                       : test::status("200 OK", "", "{}");
        };
        client target(fixture);
        detail::server_settings settings;
        status result;
        operation asking(fixture, [&] { return ask(target.http, settings, result); });

        const bool reached = cancel(fixture, asking, when, result);

        const operation repeated(fixture, [&] { return ask(target.http, settings, result); });
        fixture.run_until([&] { return repeated.done(); });
        EXPECT_TRUE(result.ok()) << result.info().message;
        return reached;
    });
}

} // namespace
