// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 63 to 69, 71 and 72 of docs/faults.md: handshakes that stall or offer too little, records
// that were tampered with, other messages between the answers, and keys that change.

#include "tls_scenario.hpp"

#include <string>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds soon = 300ms;

// ---------------------------------------------------------------- handshakes

void expect_no_session(const tls_way& mode, const server_behaviour& spec, tls_failure kind)
{
    tls_scenario s(mode, spec);
    const outcome got = s.send(s.builder());
    const error e = s.expect_failed(got, errc::tls_error, delivery::not_sent);
    EXPECT_EQ(e.info().tls, kind) << e.what();
    EXPECT_EQ(s.server.connections, 1U);
    EXPECT_TRUE(s.server.requests.empty());
}

// For RC4 and 3DES, which no OpenSSL serves any more, see unit/tls/session/handshake.cpp.
TEST_F(fault_matrix, row_63_servers_that_offer_too_little)
{
    with_each_library([&](const tls_way& mode) {
        if (mode.version == tls_version::tls1_3) {
            return; // TLS 1.3 has none of these
        }
        server_behaviour anonymous = serving(mode);
        anonymous.certificate.reset();
        anonymous.ciphers = "aNULL:@SECLEVEL=0";
        expect_no_session(mode, anonymous, tls_failure::no_common_cipher);
        server_behaviour in_clear = serving(mode);
        in_clear.ciphers = "eNULL:@SECLEVEL=0";
        expect_no_session(mode, in_clear, tls_failure::no_common_cipher);
        for (const tls_version old : {tls_version::tls1_0, tls_version::tls1_1}) {
            server_behaviour spec = serving(mode);
            spec.min = spec.max = old;
            spec.ciphers = "DEFAULT:@SECLEVEL=0";
            expect_no_session(mode, spec, tls_failure::protocol_version);
        }
    });
}

sender_builder impatient(tls_scenario& s)
{
    return s.builder().connect_timeout(soon).request_timeout(soon).retry_timeout(0ms);
}

TEST_F(fault_matrix, row_64_a_handshake_that_stalls)
{
    with_each_library([&](const tls_way& mode) {
        for (const std::size_t record : {0U, 2U, 6U}) {
            SCOPED_TRACE(record);
            tls_scenario s(mode, serving(mode), record_proxy(tampering::stall, record));
            const outcome got = s.send(impatient(s));
            expect_in_time(got, 2 * soon);
            ASSERT_TRUE(got.failure);
            if (got.failure->code() == errc::tls_error) {
                EXPECT_EQ(got.failure->info().tls, tls_failure::timed_out);
                s.expect_failed(got, errc::tls_error, delivery::not_sent);
                EXPECT_TRUE(s.server.requests.empty());
            } else { // the handshake was complete
                EXPECT_EQ(record, 6U);
                s.expect_failed(got, errc::timed_out);
            }
        }
    });
}

// ---------------------------------------------------------------- records

// Stores the rows, and tampers with the answer.
wire_script tampers_with_answer(tampering kind)
{
    return play({stores(), tampers(kind, 0), sends(ok()), discards_all()});
}

TEST_F(fault_matrix, row_65_records_that_somebody_changed)
{
    with_each_library([&](const tls_way& mode) {
        for (const tampering_name& change : all_tampering) {
            SCOPED_TRACE(change.name);
            tls_scenario s(mode, serving(mode));
            s.server.scripts = {tampers_with_answer(change.kind), healthy()};
            s.recovery = [] {};
            const outcome got = s.send(impatient(s).connect_timeout(2s));
            if (change.kind == tampering::duplicate) { // a record that was read already
                s.expect_delivered(got);
                continue;
            }
            const bool starved = got.failure && got.failure->code() == errc::timed_out;
            s.expect_failed(got, starved ? errc::timed_out : errc::tls_error,
                            delivery::unconfirmed);
            EXPECT_EQ(s.server.stored.size(), 2U); // and stored again by the second flush
        }
    });
}

TEST_F(fault_matrix, row_65_is_tried_again)
{
    with_each_library([&](const tls_way& mode) {
        tls_scenario before(mode, serving(mode), record_proxy(tampering::flip_middle, 2));
        before.expect_delivered(before.send(before.builder()));
        EXPECT_EQ(before.server.connections, 2U);

        tls_scenario after(mode, serving(mode));
        after.server.scripts = {tampers_with_answer(tampering::flip_middle), healthy()};
        after.expect_delivered(after.send(after.builder()), 2);
        EXPECT_EQ(after.server.connections, 2U);
    });
}

TEST_F(fault_matrix, row_66_an_end_without_close_notify)
{
    const std::string cut_in_body = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc";
    const std::string cut_in_chunk =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc";
    const std::string up_to_the_end = "HTTP/1.1 200 OK\r\n\r\nabc";

    with_each_library([&](const tls_way& mode) {
        for (const std::string& text : {cut_in_body, cut_in_chunk, up_to_the_end}) {
            SCOPED_TRACE(text);
            tls_scenario s(mode, serving(mode));
            s.server.scripts = {play({stores(), sends(text), cuts()}), healthy()};
            s.recovery = [] {};
            const outcome got = s.send(s.builder().retry_timeout(0ms));
            const error e = s.expect_failed(got, errc::tls_error, delivery::unconfirmed);
            EXPECT_EQ(e.info().tls, tls_failure::truncated) << e.what();
        }
        for (const auto& script : {play({stores(), sends(ok()), cuts()}),
                                   play({stores(), sends("HTTP/1.0 204 OK\r\n\r\n"), closes()})}) {
            tls_scenario whole(mode, serving(mode));
            whole.server.scripts = {script};
            whole.expect_delivered(whole.send(whole.builder()));
        }
    });
}

// ---------------------------------------------------------------- between the answers

void update_keys_often(tls_server& server)
{
    for (int i = 0; i < 500; ++i) {
        server.update_keys();
    }
}

void send_tickets(tls_server& server)
{
    for (int i = 0; i < 200; ++i) {
        server.send_ticket();
    }
}

void expect_no_matter(const tls_way& mode, const wire_script& meanwhile, const wire_script& answer)
{
    tls_scenario s(mode, serving(mode));
    const wire_script exchange = play({stores(), meanwhile, answer, meanwhile});
    s.server.scripts = {play({shakes_hands(), meanwhile, exchange, exchange, exchange, holds()})};
    const outcome got = s.send(s.builder(), {.flushes = 3});
    s.expect_delivered(got);
    EXPECT_EQ(s.server.connections, 1U);
    expect_bounded(got);
}

TEST_F(fault_matrix, row_67_new_keys_tickets_and_tiny_records)
{
    const std::string answer =
        "HTTP/1.1 204 OK\r\nX-Padding: " + std::string(3000, 'x') + "\r\n\r\n";
    with_each_library([&](const tls_way& mode) {
        expect_no_matter(mode, waits(0ms), sends_in_records(answer, 1));
        expect_no_matter(mode, waits(0ms), sends_in_records(answer, 64));
        if (mode.version == tls_version::tls1_3) {
            expect_no_matter(mode, with_tls(&update_keys_often), sends(ok()));
            expect_no_matter(mode, with_tls(&send_tickets), sends(ok()));
        }
    });
}

// unit/tls/session/session_core.cpp tests that no other handshake begins.
TEST_F(fault_matrix, row_68_another_handshake_is_refused)
{
    const wire_script asks = with_tls([](tls_server& server) { server.renegotiate(); });
    with_each_library([&](const tls_way& mode) {
        if (mode.version == tls_version::tls1_3) {
            return; // has no renegotiation
        }
        tls_scenario beside(mode, serving(mode));
        beside.server.scripts = {play({stores(), asks, sends(ok()), discards_all()})};
        beside.expect_delivered(beside.send(beside.builder()));

        tls_scenario insists(
            mode, serving(mode)); // OpenSSL's server rejects a client that does not comply
        insists.server.scripts = {play({shakes_hands(), asks, discards_all()}), healthy()};
        insists.recovery = [] {};
        const outcome got = insists.send(insists.builder());
        const error e = insists.expect_failed(got, errc::tls_error);
        EXPECT_EQ(e.info().tls, tls_failure::alert_received);
        EXPECT_TRUE(says(e, "the server refused with a TLS alert (TLS alert 40"));
    });
}

TEST_F(fault_matrix, row_69_http2_is_not_requested)
{
    const std::string preface("\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64", 15); // of a server: SETTINGS
    with_each_library([&](const tls_way& mode) {
        server_behaviour spec = serving(mode);
        spec.only_http2 = true;
        tls_scenario by_alpn(mode, spec);
        by_alpn.expect_delivered(by_alpn.send(by_alpn.builder()));

        tls_scenario unrequested(mode, serving(mode));
        unrequested.server.scripts = {play({stores(), sends(preface), discards_all()})};
        const outcome got = unrequested.send(unrequested.builder().retry_timeout(0ms));
        unrequested.expect_failed(got, errc::socket_error, delivery::unconfirmed);
    });
}

TEST_F(fault_matrix, row_69_a_client_certificate_is_demanded)
{
    cert_spec client_spec;
    client_spec.common_name = "me";
    client_spec.extended_key_usage = "clientAuth";
    const identity client = issue(client_spec, lab_root());
    const temp_file certificate(client.pem());
    const temp_file key(client.key_pem());
    with_each_library([&](const tls_way& mode) {
        server_behaviour spec = serving(mode);
        spec.client_issuer = lab_root();
        tls_scenario without_certificate(mode, spec);
        const error e = without_certificate.expect_failed(
            without_certificate.send(without_certificate.builder()), errc::tls_error);
        EXPECT_EQ(e.info().tls, tls_failure::client_certificate_required) << e.what();
        EXPECT_TRUE(says(e, "set tls_client_cert and tls_client_key"));
        EXPECT_TRUE(without_certificate.server.requests.empty());

        tls_scenario with_certificate(mode, spec);
        with_certificate.expect_delivered(
            with_certificate.send(with_certificate.builder()
                                      .tls_client_cert(certificate.path())
                                      .tls_client_key(key.path())));
    });
}

asio::awaitable<void> rotate_ca(tls_scenario& s, sender_builder builder, std::string roots)
{
    sender client = co_await builder.build();
    co_await client.table("t").column_i64("n", 1).at_now();
    const error refused = co_await failure_of(client.flush());
    EXPECT_EQ(refused.info().tls, tls_failure::unknown_issuer) << refused.what();
    EXPECT_EQ(client.unacknowledged_rows(), 1U);
    s.trust(roots);
    client.reload_tls();
    co_await client.flush();
    co_await client.close();
}

TEST_F(fault_matrix, row_71_a_ca_that_is_rotated)
{
    const identity next = self_signed(ca_spec("the next root"));
    const identity leaf = issue(server_spec({"IP:127.0.0.1"}), next);
    with_each_library([&](const tls_way& mode) {
        tls_scenario s(mode, serving(mode, leaf));
        run(s.io, rotate_ca(s, s.builder(), next.pem()));
        EXPECT_EQ(s.server.stored.size(), 1U);
        EXPECT_EQ(s.server.connections, 2U);
    });
}

// Each connection of the server has its own key for tickets.
TEST_F(fault_matrix, row_72_tickets_of_a_key_that_is_gone)
{
    with_each_library([&](const tls_way& mode) {
        tls_scenario s(mode, serving(mode));
        s.server.scripts = {play({stores(), sends(ok()), closes()})};
        s.ready_again = [&] { return s.server.open == 0; };
        s.expect_delivered(s.send(s.builder(), {.flushes = 4}));
        EXPECT_EQ(s.server.connections, 4U);
    });
}

// The TLS 1.2 session of the first connection is of no use to this server.
TEST_F(fault_matrix, row_72_a_server_that_leaves_tls_1_2_behind)
{
    with_each_library([](const tls_way& mode) {
        server_behaviour spec = serving(mode);
        spec.min = spec.max = tls_version::tls1_2;
        tls_scenario fixture(mode, spec);
        fixture.server.scripts = {play({stores(), sends(status("204 No Content")), closes()})};
        std::optional<wire_server> second;
        run(fixture.io,
            [](tls_scenario& t, server_behaviour next,
               std::optional<wire_server>& upgraded) -> asio::awaitable<void> {
                sender s = co_await t.builder().retry_timeout(std::chrono::milliseconds(0)).build();
                co_await s.table("t").column_i64("n", 1).at_now();
                co_await s.flush();
                const std::uint16_t port = t.server.port();
                t.server.stop();
                wire_server::options options;
                next.min = next.max = tls_version::tls1_3;
                options.tls = next;
                options.port = port;
                upgraded.emplace(t.io, options);
                upgraded->scripts = {healthy()};
                co_await s.table("t").column_i64("n", 2).at_now();
                co_await s.close();
            }(fixture, spec, second));
        EXPECT_EQ(second->stored.size(), 1U);
    });
}

} // namespace
} // namespace coquest::test
