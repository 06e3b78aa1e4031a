// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Handshakes in memory: what the client offers, and servers that offer too little, stop, send
// damaged bytes, or speak another protocol.

#include "tls/session/suites.hpp"
#include "unit/tls/session/session_fixture.hpp"

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
                const auto failed = pair.handshake();
                EXPECT_FALSE(failed) << group << ": " << pair.diagnosis().text;
            }
        }
    }
}

TEST_P(tls_handshake, server_with_other_groups_is_refused)
{
    server_behaviour spec = good_server();
    spec.groups = "P-521:X448";

    const tls_diagnosis diagnosis = fail(spec);

    EXPECT_EQ(diagnosis.kind, tls_failure::no_common_cipher);
    EXPECT_THAT(diagnosis.text, HasSubstr("TLS alert 40, handshake failure"));
}

TEST_P(tls_handshake, certificate_on_another_curve_is_named_as_a_possible_cause)
{
    for (const char* curve : {"P-521", "brainpoolP256r1"}) {
        SCOPED_TRACE(curve);
        server_behaviour spec;
        spec.certificate = issue(server_spec(), root(), ec_key(curve));
        spec.max = tls_version::tls1_2;

        const tls_diagnosis diagnosis = fail(spec);

        EXPECT_EQ(diagnosis.kind, tls_failure::no_common_cipher);
        EXPECT_THAT(diagnosis.text, HasSubstr("or no common curve or signature algorithm"));
        EXPECT_THAT(diagnosis.hint,
                    HasSubstr("a certificate with an RSA key or on P-256 or P-384"));
    }
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
            cert_spec usages = server_spec();
            usages.key_usage = "digitalSignature,keyEncipherment";
            spec.certificate = issue(usages, root(), key);
            spec.max = tls_version::tls1_2;
            spec.security_level = 0;
            spec.ciphers = ciphers;
            const tls_diagnosis diagnosis = fail(spec);
            EXPECT_EQ(diagnosis.kind, tls_failure::no_common_cipher) << ciphers;
            EXPECT_THAT(diagnosis.text, HasSubstr("no cipher suite in common"));
            EXPECT_THAT(diagnosis.hint, HasSubstr("ECDHE"));
        }
    }
}

// Returns the diagnosis of a client that received a modified TLS 1.2 ServerHello.
tls_diagnosis after_changed_hello(detail::any_tls_session& session,
                                  const std::function<void(std::span<std::byte>)>& change)
{
    server_behaviour spec = good_server();
    spec.max = tls_version::tls1_2;
    tls_server server(spec);
    tls_diagnosis diagnosis;
    session.handshake(diagnosis);
    server.feed(session.output());
    session.consume_output(session.output().size());
    constexpr std::size_t headers = 5 + 4; // of the record and of the message
    change(std::span(server.wire).subspan(headers));
    session.put_input(server.wire);
    tls_step step = tls_step::retry_after_output;
    while (step == tls_step::retry_after_output) {
        step = session.handshake(diagnosis);
    }
    EXPECT_EQ(step, tls_step::failed);
    return diagnosis;
}

TEST_P(tls_handshake, suites_that_were_not_offered_are_refused)
{
    constexpr std::size_t session_id = 2 + 32; // after the version and the random bytes
    for (const unsigned suite : {0x0005U, 0x000aU, 0x0002U, 0x0034U, 0xc018U, 0x002fU}) {
        SCOPED_TRACE(suite); // RC4, 3DES, NULL, anonymous DH and ECDH, AES-CBC with plain RSA
        const auto session = connect(root().pem());
        const tls_diagnosis diagnosis =
            after_changed_hello(*session, [&](std::span<std::byte> hello) {
                const auto at = session_id + 1 + std::to_integer<std::size_t>(hello[session_id]);
                hello[at] = static_cast<std::byte>(suite >> 8U);
                hello[at + 1] = static_cast<std::byte>(suite & 0xffU);
            });
        EXPECT_THAT(diagnosis.kind, AnyOf(tls_failure::no_common_cipher, tls_failure::bad_record));
    }
}

TEST_P(tls_handshake, versions_that_were_not_offered_are_refused)
{
    for (const int minor : {0, 1, 2}) { // SSL 3, TLS 1.0 and 1.1
        SCOPED_TRACE(minor);
        const auto session = connect(root().pem());
        const tls_diagnosis diagnosis =
            after_changed_hello(*session, [&](std::span<std::byte> hello) {
                hello[1] = static_cast<std::byte>(minor);
            });
        EXPECT_EQ(diagnosis.kind, tls_failure::protocol_version) << diagnosis.text;
    }
}

// ---------------------------------------------------------------- servers without TLS

TEST_P(tls_handshake, plain_http_is_named)
{
    for (const std::size_t fragment : {std::size_t{1}, whole}) {
        const tls_diagnosis diagnosis =
            answer("HTTP/1.1 400 Bad request\r\nContent-Length: 0\r\n\r\n", fragment);

        EXPECT_EQ(diagnosis.kind, tls_failure::not_tls);
        EXPECT_THAT(diagnosis.text, AllOf(HasSubstr("without TLS"), HasSubstr("plain HTTP server"),
                                          HasSubstr("\"HTTP/1.1 400 Bad request\"")));
        EXPECT_THAT(diagnosis.hint, HasSubstr("use http"));
    }
}

TEST_P(tls_handshake, ssh_is_named)
{
    for (const std::size_t fragment : {std::size_t{1}, whole}) {
        const tls_diagnosis diagnosis = answer("SSH-2.0-OpenSSH_9.2p1\r\n", fragment);

        EXPECT_EQ(diagnosis.kind, tls_failure::not_tls);
        EXPECT_THAT(diagnosis.text,
                    AllOf(HasSubstr("SSH server"), HasSubstr("SSH-2.0-OpenSSH_9.2p1")));
    }
}

TEST_P(tls_handshake, alert_in_place_of_a_hello_is_named)
{
    const tls_diagnosis diagnosis = answer({"\x15\x03\x01\x00\x02\x02\x70", 7}, whole);

    EXPECT_EQ(diagnosis.kind, tls_failure::alert_received);
    EXPECT_THAT(diagnosis.text, HasSubstr("TLS alert 112, unrecognized name"));
}

TEST_P(tls_handshake, close_notify_in_the_handshake_is_a_failure)
{
    const tls_diagnosis diagnosis = answer({"\x15\x03\x03\x00\x02\x01\x00", 7}, whole);

    EXPECT_EQ(diagnosis.kind, tls_failure::closed_in_handshake);
    EXPECT_THAT(diagnosis.hint, HasSubstr("is TLS enabled on this port"));
}

TEST_P(tls_handshake, junk_in_a_record_fails)
{
    std::string junk("\x16\x03\x03\x40\x00", 5);
    junk += some_text(16384);

    const tls_diagnosis diagnosis = answer(junk, whole);

    EXPECT_NE(diagnosis.native_code, 0);
    EXPECT_THAT(diagnosis.text, AnyOf(HasSubstr("wolfSSL -"), HasSubstr("OpenSSL error:")));
}

TEST_P(tls_handshake, silent_server_is_waited_for)
{
    tls_server server(good_server());
    tls_pair pair(connect(root().pem()), server, whole);
    tls_diagnosis ignored;

    const tls_step first = pair.client().handshake(ignored);

    EXPECT_EQ(first, tls_step::retry_after_input);
    EXPECT_FALSE(pair.client().output().empty());
}

TEST_P(tls_handshake, every_truncation_of_the_handshake_waits_for_more)
{
    tls_server server(good_server());
    const auto session = connect(root().pem());
    tls_diagnosis ignored;
    session->handshake(ignored);
    server.feed(session->output());
    session->consume_output(session->output().size());
    const std::vector<std::byte> flight = server.wire;
    ASSERT_GT(flight.size(), 100U);

    for (std::size_t i = 0; i + 1 < flight.size(); ++i) {
        ASSERT_EQ(session->put_input(std::span(flight).subspan(i, 1)), 1U);
        ASSERT_EQ(session->handshake(ignored), tls_step::retry_after_input) << i;
    }
}

TEST_P(tls_handshake, a_flipped_bit_in_the_handshake_never_connects)
{
    for (std::size_t i = 0;; i += 37) {
        tls_server server(good_server());
        const auto session = connect(root().pem());
        tls_diagnosis ignored;
        session->handshake(ignored);
        server.feed(session->output());
        session->consume_output(session->output().size());
        if (i >= server.wire.size()) {
            break;
        }
        server.wire[i] ^= std::byte{0x10};
        std::span<const std::byte> remaining(server.wire);
        tls_step step = tls_step::retry_after_input;
        while (step == tls_step::retry_after_input && !remaining.empty()) {
            remaining = remaining.subspan(session->put_input(remaining));
            step = session->handshake(ignored);
        }
        EXPECT_TRUE(step == tls_step::failed || step == tls_step::retry_after_input) << i;
    }
}

} // namespace
} // namespace coquest::test
