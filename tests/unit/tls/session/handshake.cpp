// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Handshakes in memory: what is offered, and servers that offer less than we demand, stop, damage
// what they send, or speak something else.

#include "tls/suites.hpp"
#include "unit/tls/session_fixture.hpp"

#include <functional>
#include <vector>

#include <openssl/ssl.h>

namespace coquest::test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class tls_handshake : public session_test {};
COQUEST_WITH_EACH_BACKEND(tls_handshake);

TEST_P(tls_handshake, offers_only_our_suites_and_groups)
{
    tls_server server(good_server());

    established(server);

    const std::vector<unsigned> suites = server.offered_suites();
    EXPECT_GE(suites.size(), detail::cipher_suites.size());
    for (const unsigned suite : suites) {
        const bool signalling = suite == 0x00ff; // TLS_EMPTY_RENEGOTIATION_INFO_SCSV
        EXPECT_TRUE(signalling || detail::is_our_suite(suite)) << std::hex << suite;
    }
    EXPECT_THAT(server.offered_groups(),
                ElementsAre(NID_X25519, NID_X9_62_prime256v1, NID_secp384r1));
}

TEST_P(tls_handshake, each_group_and_certificate_kind_connects)
{
    for (const char* group : {"X25519", "P-256", "P-384"}) {
        for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
            for (const key_ptr& key : {rsa_key(2048), ec_key("P-256"), ec_key("P-384")}) {
                server_behaviour spec = good_server();
                spec.certificate = issue(server_spec(), root(), key);
                spec.groups = group;
                spec.min = spec.max = version;
                tls_server server(spec);
                tls_pair pair(connect(root().pem()), server, whole);
                const std::error_code failed = pair.handshake();
                EXPECT_FALSE(failed) << group << ": " << pair.client().diagnosis(failed).text;
            }
        }
    }
}

TEST_P(tls_handshake, other_groups_are_not_used)
{
    server_behaviour spec = good_server();
    spec.groups = "P-521:X448";

    const tls_diagnosis why = fail(spec);

    EXPECT_EQ(why.kind, tls_failure::no_common_cipher);
    EXPECT_THAT(why.text, HasSubstr("TLS alert 40, handshake failure"));
}

TEST_P(tls_handshake, weak_suites_are_refused)
{
    for (const char* ciphers :
         {"NULL-SHA256:@SECLEVEL=0", "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0",
          "AES128-GCM-SHA256:@SECLEVEL=0", "AES128-SHA:@SECLEVEL=0",
          "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "ECDHE-RSA-AES128-SHA256:@SECLEVEL=0",
          "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"}) {
        for (const key_ptr& key : {rsa_key(2048), ec_key()}) {
            server_behaviour spec;
            cert_spec both = server_spec();
            both.key_usage = "digitalSignature,keyEncipherment";
            spec.certificate = issue(both, root(), key);
            spec.max = tls_version::tls1_2;
            spec.security_level = 0;
            spec.ciphers = ciphers;
            const tls_diagnosis why = fail(spec);
            EXPECT_EQ(why.kind, tls_failure::no_common_cipher) << ciphers;
            EXPECT_THAT(why.text, HasSubstr("no cipher suite in common"));
            EXPECT_THAT(why.hint, HasSubstr("ECDHE"));
        }
    }
}

// What a client makes of a hello of TLS 1.2 that somebody has changed.
tls_diagnosis after_changed_hello(detail::any_tls_session& session,
                                  const std::function<void(std::span<std::byte>)>& change)
{
    server_behaviour spec = good_server();
    spec.max = tls_version::tls1_2;
    tls_server server(spec);
    std::error_code ec;
    session.handshake(ec);
    server.feed(session.output());
    session.consume_output(session.output().size());
    constexpr std::size_t headers = 5 + 4; // of the record, and of the message
    change(std::span(server.wire).subspan(headers));
    session.put_input(server.wire);
    tls_step step = tls_step::retry_after_output;
    while (step == tls_step::retry_after_output && !ec) {
        step = session.handshake(ec);
    }
    EXPECT_TRUE(ec);
    return session.diagnosis(ec);
}

TEST_P(tls_handshake, suites_that_were_not_offered_are_refused)
{
    constexpr std::size_t session_id = 2 + 32; // behind the version and the random bytes
    for (const unsigned suite : {0x0005U, 0x000aU, 0x0002U, 0x0034U, 0xc018U, 0x002fU}) {
        SCOPED_TRACE(suite); // RC4, 3DES, NULL, anonymous DH and ECDH, AES-CBC with plain RSA
        const auto session = connect(root().pem());
        const tls_diagnosis why = after_changed_hello(*session, [&](std::span<std::byte> hello) {
            const auto at = session_id + 1 + std::to_integer<std::size_t>(hello[session_id]);
            hello[at] = static_cast<std::byte>(suite >> 8U);
            hello[at + 1] = static_cast<std::byte>(suite & 0xffU);
        });
        EXPECT_THAT(why.kind, AnyOf(tls_failure::no_common_cipher, tls_failure::bad_record));
    }
}

TEST_P(tls_handshake, versions_that_were_not_offered_are_refused)
{
    for (const int minor : {0, 1, 2}) { // SSL 3, TLS 1.0 and 1.1
        SCOPED_TRACE(minor);
        const auto session = connect(root().pem());
        const tls_diagnosis why = after_changed_hello(*session, [&](std::span<std::byte> hello) {
            hello[1] = static_cast<std::byte>(minor);
        });
        EXPECT_EQ(why.kind, tls_failure::protocol_version) << why.text;
    }
}

// ---------------------------------------------------------------- servers that are none

TEST_P(tls_handshake, plain_http_is_named)
{
    for (const std::size_t fragment : {std::size_t{1}, whole}) {
        const tls_diagnosis why =
            answer("HTTP/1.1 400 Bad request\r\nContent-Length: 0\r\n\r\n", fragment);

        EXPECT_EQ(why.kind, tls_failure::not_tls);
        EXPECT_THAT(why.text, AllOf(HasSubstr("without TLS"), HasSubstr("plain HTTP server"),
                                    HasSubstr("\"HTTP/1.1 400 Bad request\"")));
        EXPECT_THAT(why.hint, HasSubstr("use http"));
    }
}

TEST_P(tls_handshake, ssh_is_named)
{
    for (const std::size_t fragment : {std::size_t{1}, whole}) {
        const tls_diagnosis why = answer("SSH-2.0-OpenSSH_9.2p1\r\n", fragment);

        EXPECT_EQ(why.kind, tls_failure::not_tls);
        EXPECT_THAT(why.text, AllOf(HasSubstr("SSH server"), HasSubstr("SSH-2.0-OpenSSH_9.2p1")));
    }
}

TEST_P(tls_handshake, alert_in_place_of_a_hello_is_named)
{
    const tls_diagnosis why = answer({"\x15\x03\x01\x00\x02\x02\x70", 7}, whole);

    EXPECT_EQ(why.kind, tls_failure::alert_received);
    EXPECT_THAT(why.text, HasSubstr("TLS alert 112, unrecognized name"));
}

TEST_P(tls_handshake, close_notify_in_the_handshake_is_not_a_good_end)
{
    const tls_diagnosis why = answer({"\x15\x03\x03\x00\x02\x01\x00", 7}, whole);

    EXPECT_EQ(why.kind, tls_failure::closed_in_handshake);
    EXPECT_THAT(why.hint, HasSubstr("is TLS enabled on this port"));
}

TEST_P(tls_handshake, junk_in_a_record_fails)
{
    std::string junk("\x16\x03\x03\x40\x00", 5);
    junk += some_text(16384);

    const tls_diagnosis why = answer(junk, whole);

    EXPECT_NE(why.native_code, 0);
    EXPECT_THAT(why.text, AnyOf(HasSubstr("wolfSSL -"), HasSubstr("OpenSSL error:")));
}

TEST_P(tls_handshake, silence_waits_for_input)
{
    tls_server server(good_server());
    tls_pair pair(connect(root().pem()), server, whole);
    std::error_code ec;

    const tls_step first = pair.client().handshake(ec);

    EXPECT_FALSE(ec);
    EXPECT_EQ(first, tls_step::retry_after_input);
    EXPECT_FALSE(pair.client().output().empty());
}

TEST_P(tls_handshake, every_truncation_of_the_handshake_waits_for_more)
{
    tls_server server(good_server());
    const auto session = connect(root().pem());
    std::error_code ec;
    session->handshake(ec);
    server.feed(session->output());
    session->consume_output(session->output().size());
    const std::vector<std::byte> flight = server.wire;
    ASSERT_GT(flight.size(), 100U);

    for (std::size_t i = 0; i + 1 < flight.size(); ++i) {
        ASSERT_EQ(session->put_input(std::span(flight).subspan(i, 1)), 1U);
        ASSERT_EQ(session->handshake(ec), tls_step::retry_after_input) << i;
        ASSERT_FALSE(ec) << i;
    }
}

TEST_P(tls_handshake, a_flipped_bit_in_the_handshake_never_connects)
{
    for (std::size_t i = 0;; i += 37) {
        tls_server server(good_server());
        const auto session = connect(root().pem());
        std::error_code ec;
        session->handshake(ec);
        server.feed(session->output());
        session->consume_output(session->output().size());
        if (i >= server.wire.size()) {
            break;
        }
        server.wire[i] ^= std::byte{0x10};
        std::span<const std::byte> rest(server.wire);
        tls_step step = tls_step::retry_after_input;
        while (step == tls_step::retry_after_input && !ec && !rest.empty()) {
            rest = rest.subspan(session->put_input(rest));
            step = session->handshake(ec);
        }
        EXPECT_TRUE(ec || step == tls_step::retry_after_input) << i;
    }
}

} // namespace
} // namespace coquest::test
