// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// haproxy in front of the real QuestDB, with the configurations that are used in production.

#include "fixture.hpp"

#include <chrono>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;

// haproxy closes a connection that is idle for longer, or answers 408, perhaps while a request is
// on its way.
TEST_F(behind_haproxy, timeout_http_request_loses_nothing)
{
    const middlebox haproxy =
        haproxy_to({questdb()}, "    timeout http-request 300ms\n    option http-buffer-request\n");
    ledger rows(servers);

    flush_between_pauses(haproxy.port(), rows, 6,
                         {280ms, 290ms, 296ms, 298ms, 299ms, 300ms, 301ms, 302ms, 304ms, 310ms});

    rows.expect_balance();
}

TEST_F(behind_haproxy, rows_outlast_a_backend_that_is_down)
{
    middlebox gate = middlebox::gate(free_port(), questdb());
    const middlebox haproxy = haproxy_to({gate.port()}, "    retries 0\n");
    ledger rows(servers);

    outlast_outages(builder(haproxy.port(), rows), gate, rows);

    rows.expect_balance();
}

// Every second request goes to a server that is down.
TEST_F(behind_haproxy, one_of_two_backends_that_is_sick_loses_and_doubles_nothing)
{
    const middlebox haproxy =
        haproxy_to({free_port(), questdb()}, "    balance roundrobin\n    retries 0\n");
    ledger rows(servers, false);

    await(flush_and_close(builder(haproxy.port(), rows), rows, 20));

    rows.expect_balance();
}

// A server that is being drained answers 503 to everything except /settings; the other one works.
TEST_F(behind_haproxy, a_server_that_answers_503_is_left_for_a_healthy_one)
{
    const middlebox haproxy = haproxy_to(
        {questdb()}, "    http-request deny deny_status 503 unless { path /settings }\n");
    ledger rows(servers, false);
    sender_builder both = builder(haproxy.port(), rows);

    await(flush_and_close(both.retry_timeout(3s).address("127.0.0.1", questdb()), rows, 5, 10));

    rows.expect_balance();
}

TEST_F(behind_haproxy, rows_over_tcp_to_its_http_port_are_handed_back)
{
    const middlebox haproxy = haproxy_to({questdb()});
    ledger rows(servers);

    expect_tcp_rows_back(haproxy.port(), rows);

    rows.expect_balance(3);
}

} // namespace
} // namespace coquest::test
