// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 63 to 69, 71 and 72: handshakes that stall or offer too little, records that somebody
// changed, what else a server may send beside rows' answers, and keys that are renewed.

#include "tls_scenario.hpp"

#include <string>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds soon = 300ms;

// ---------------------------------------------------------------- handshakes

void expect_no_session(const tls_way& how, const server_behaviour& spec, tls_failure kind)
{
    tls_scenario s(how, spec);
    const outcome got = s.send(s.builder());
    const error e = s.expect_failed(got, errc::tls_error, delivery::not_sent);
    EXPECT_EQ(e.info().tls, kind) << e.what();
    EXPECT_EQ(s.server.connections, 1U);
    EXPECT_TRUE(s.server.requests.empty());
}

// RC4 and 3DES, which no OpenSSL serves any more: unit/tls/handshake.cpp.
TEST_F(fault_matrix, row_63_servers_that_offer_too_little)
{
    with_each_library([&](const tls_way& how) {
        if (how.version == tls_version::tls1_3) {
            return; // has nothing of this
        }
        server_behaviour anonymous = serving(how);
        anonymous.certificate.reset();
        anonymous.ciphers = "aNULL:@SECLEVEL=0";
        expect_no_session(how, anonymous, tls_failure::no_common_cipher);
        server_behaviour in_clear = serving(how);
        in_clear.ciphers = "eNULL:@SECLEVEL=0";
        expect_no_session(how, in_clear, tls_failure::no_common_cipher);
        for (const tls_version old : {tls_version::tls1_0, tls_version::tls1_1}) {
            server_behaviour spec = serving(how);
            spec.min = spec.max = old;
            spec.ciphers = "DEFAULT:@SECLEVEL=0";
            expect_no_session(how, spec, tls_failure::protocol_version);
        }
    });
}

sender_builder impatient(tls_scenario& s)
{
    return s.builder().connect_timeout(soon).request_timeout(soon).retry_timeout(0ms);
}

TEST_F(fault_matrix, row_64_a_handshake_that_stalls)
{
    with_each_library([&](const tls_way& how) {
        for (const std::size_t record : {0U, 2U, 6U}) {
            SCOPED_TRACE(record);
            tls_scenario s(how, serving(how), record_proxy(tampering::stall, record));
            const outcome got = s.send(impatient(s));
            expect_in_time(got, 2 * soon);
            ASSERT_TRUE(got.failure);
            if (got.failure->code() == errc::tls_error) {
                EXPECT_EQ(got.failure->info().tls, tls_failure::timed_out);
                s.expect_failed(got, errc::tls_error, delivery::not_sent);
                EXPECT_TRUE(s.server.requests.empty());
            } else { // it was over by then
                EXPECT_EQ(record, 6U);
                s.expect_failed(got, errc::timed_out);
            }
        }
    });
}

// ---------------------------------------------------------------- records

// Stores the rows, and tampers with the answer.
wire_script tampers_with_answer(tampering what)
{
    return play({stores(), tampers(what, 0), sends(ok()), discards_all()});
}

TEST_F(fault_matrix, row_65_records_that_somebody_changed)
{
    with_each_library([&](const tls_way& how) {
        for (const tampering_name& what : all_tampering) {
            SCOPED_TRACE(what.name);
            tls_scenario s(how, serving(how));
            s.server.scripts = {tampers_with_answer(what.kind), healthy()};
            s.recovery = [] {};
            const outcome got = s.send(impatient(s).connect_timeout(2s));
            if (what.kind == tampering::duplicate) { // of what was read already
                s.expect_delivered(got);
                continue;
            }
            const bool starved = got.failure && got.failure->code() == errc::timed_out;
            s.expect_failed(got, starved ? errc::timed_out : errc::tls_error,
                            delivery::maybe_applied);
            EXPECT_EQ(s.server.stored.size(), 2U); // and again, when flushed again
        }
    });
}

TEST_F(fault_matrix, row_65_is_tried_again)
{
    with_each_library([&](const tls_way& how) {
        tls_scenario before(how, serving(how), record_proxy(tampering::flip_middle, 2));
        before.expect_delivered(before.send(before.builder()));
        EXPECT_EQ(before.server.connections, 2U);

        tls_scenario after(how, serving(how));
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

    with_each_library([&](const tls_way& how) {
        for (const std::string& text : {cut_in_body, cut_in_chunk, up_to_the_end}) {
            SCOPED_TRACE(text);
            tls_scenario s(how, serving(how));
            s.server.scripts = {play({stores(), sends(text), cuts()}), healthy()};
            s.recovery = [] {};
            const outcome got = s.send(s.builder().retry_timeout(0ms));
            const error e = s.expect_failed(got, errc::tls_error, delivery::maybe_applied);
            EXPECT_EQ(e.info().tls, tls_failure::truncated) << e.what();
        }
        for (const auto& script : {play({stores(), sends(ok()), cuts()}),
                                   play({stores(), sends(up_to_the_end), closes()})}) {
            tls_scenario whole(how, serving(how));
            whole.server.scripts = {script};
            whole.expect_delivered(whole.send(whole.builder()));
        }
    });
}

// ---------------------------------------------------------------- beside the answers

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

void expect_no_matter(const tls_way& how, const wire_script& meanwhile, const wire_script& answer)
{
    tls_scenario s(how, serving(how));
    const wire_script each = play({stores(), meanwhile, answer, meanwhile});
    s.server.scripts = {play({shakes_hands(), meanwhile, each, each, each, holds()})};
    const outcome got = s.send(s.builder(), {.flushes = 3});
    s.expect_delivered(got);
    EXPECT_EQ(s.server.connections, 1U);
    expect_bounded(got);
}

TEST_F(fault_matrix, row_67_new_keys_tickets_and_tiny_records)
{
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n" + std::string(3000, 'x');
    with_each_library([&](const tls_way& how) {
        expect_no_matter(how, waits(0ms), sends_in_records(answer, 1));
        expect_no_matter(how, waits(0ms), sends_in_records(answer, 64));
        if (how.version == tls_version::tls1_3) {
            expect_no_matter(how, with_tls(&update_keys_often), sends(ok()));
            expect_no_matter(how, with_tls(&send_tickets), sends(ok()));
        }
    });
}

// That none begins: unit/tls/session_core.cpp.
TEST_F(fault_matrix, row_68_another_handshake_is_refused)
{
    const wire_script asks = with_tls([](tls_server& server) { server.renegotiate(); });
    with_each_library([&](const tls_way& how) {
        if (how.version == tls_version::tls1_3) {
            return; // has none
        }
        tls_scenario beside(how, serving(how));
        beside.server.scripts = {play({stores(), asks, sends(ok()), discards_all()})};
        beside.expect_delivered(beside.send(beside.builder()));

        tls_scenario insists(how, serving(how)); // OpenSSL's server gives up a client that won't
        insists.server.scripts = {play({shakes_hands(), asks, discards_all()}), healthy()};
        insists.recovery = [] {};
        const outcome got = insists.send(insists.builder());
        const error e = insists.expect_failed(got, errc::tls_error);
        EXPECT_EQ(e.info().tls, tls_failure::alert_received);
        EXPECT_TRUE(says(e, "the server refused with a TLS alert (TLS alert 40"));
    });
}

TEST_F(fault_matrix, row_69_http2_is_not_asked_for)
{
    const std::string preface("\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64", 15); // of a server: SETTINGS
    with_each_library([&](const tls_way& how) {
        server_behaviour spec = serving(how);
        spec.only_http2 = true;
        tls_scenario by_alpn(how, spec);
        by_alpn.expect_delivered(by_alpn.send(by_alpn.builder()));

        tls_scenario at_once(how, serving(how));
        at_once.server.scripts = {play({stores(), sends(preface), discards_all()})};
        const outcome got = at_once.send(at_once.builder().retry_timeout(0ms));
        at_once.expect_failed(got, errc::socket_error, delivery::maybe_applied);
    });
}

TEST_F(fault_matrix, row_69_a_client_certificate_is_demanded)
{
    cert_spec me;
    me.common_name = "me";
    me.extended_key_usage = "clientAuth";
    const identity mine = issue(me, lab_root());
    const temp_file certificate(mine.pem());
    const temp_file key(mine.key_pem());
    with_each_library([&](const tls_way& how) {
        server_behaviour spec = serving(how);
        spec.client_issuer = lab_root();
        tls_scenario without(how, spec);
        const error e = without.expect_failed(without.send(without.builder()), errc::tls_error);
        EXPECT_EQ(e.info().tls, tls_failure::client_certificate_required) << e.what();
        EXPECT_TRUE(says(e, "set tls_client_cert and tls_client_key"));
        EXPECT_TRUE(without.server.requests.empty());

        tls_scenario with(how, spec);
        with.expect_delivered(with.send(
            with.builder().tls_client_cert(certificate.path()).tls_client_key(key.path())));
    });
}

asio::awaitable<void> rotate_ca(tls_scenario& s, sender_builder with, std::string roots)
{
    sender held = co_await with.build();
    co_await held.table("t").column_i64("n", 1).at_now();
    const error refused = co_await failure_of(held.flush());
    EXPECT_EQ(refused.info().tls, tls_failure::unknown_issuer) << refused.what();
    EXPECT_EQ(held.unsent_rows(), 1U);
    s.trust(roots);
    held.reload_tls();
    co_await held.flush();
    co_await held.close();
}

TEST_F(fault_matrix, row_71_a_ca_that_is_rotated)
{
    const identity next = self_signed(ca_spec("the next root"));
    const identity leaf = issue(server_spec({"IP:127.0.0.1"}), next);
    with_each_library([&](const tls_way& how) {
        tls_scenario s(how, serving(how, leaf));
        run(s.io, rotate_ca(s, s.builder(), next.pem()));
        EXPECT_EQ(s.server.stored.size(), 1U);
        EXPECT_EQ(s.server.connections, 2U);
    });
}

// Each connection of the server has a key of its own for tickets.
TEST_F(fault_matrix, row_72_tickets_of_a_key_that_is_gone)
{
    with_each_library([&](const tls_way& how) {
        tls_scenario s(how, serving(how));
        s.server.scripts = {play({stores(), sends(ok()), closes()})};
        s.ready_again = [&] { return s.server.open == 0; };
        s.expect_delivered(s.send(s.builder(), {.flushes = 4}));
        EXPECT_EQ(s.server.connections, 4U);
    });
}

// The session of version 1.2 that the first connection leaves is of no use to this server.
TEST_F(fault_matrix, row_72_a_server_that_leaves_tls_1_2_behind)
{
    with_each_library([](const tls_way& how) {
        server_behaviour spec = serving(how);
        spec.min = spec.max = tls_version::tls1_2;
        tls_scenario on(how, spec);
        on.server.scripts = {play({stores(), sends(status("204 No Content")), closes()})};
        std::optional<wire_server> second;
        run(on.io,
            [](tls_scenario& t, server_behaviour next,
               std::optional<wire_server>& upgraded) -> asio::awaitable<void> {
                sender s = co_await t.builder().retry_timeout(std::chrono::milliseconds(0)).build();
                co_await s.table("t").column_i64("n", 1).at_now();
                co_await s.flush();
                const std::uint16_t port = t.server.port();
                t.server.stop();
                wire_server::options again;
                next.min = next.max = tls_version::tls1_3;
                again.tls = next;
                again.port = port;
                upgraded.emplace(t.io, again);
                upgraded->scripts = {healthy()};
                co_await s.table("t").column_i64("n", 2).at_now();
                co_await s.close();
            }(on, spec, second));
        EXPECT_EQ(second->stored.size(), 1U);
    });
}

} // namespace
} // namespace coquest::test
