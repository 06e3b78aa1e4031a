// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/client_identity.hpp"
#include "tls/trust/clock.hpp"
#include "tls/trust/roots.hpp"

#include "unit/tls/session/session_fixture.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace coquest::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct loaded {
    bool good = false;
    detail::client_identity identity;
    tls_diagnosis diagnosis;
};

loaded load(const tls_options& options, std::chrono::hours later = {})
{
    loaded result;
    result.good = detail::load_client_identity(options, detail::current_time() + later,
                                               result.identity, result.diagnosis);
    EXPECT_TRUE(result.good || result.diagnosis.kind == tls_failure::bad_client_certificate);
    return result;
}

loaded load(const std::string& certificate, const std::string& key, std::chrono::hours later = {})
{
    tls_options options;
    options.client_cert = certificate;
    options.client_key = key;
    return load(options, later);
}

const identity& own_identity()
{
    static const identity result = self_signed(server_spec());
    return result;
}

TEST(client_identity, is_empty_if_nothing_is_configured)
{
    const loaded result = load("", "");

    EXPECT_TRUE(result.good);
    EXPECT_EQ(result.identity.chain_pem, "");
}

TEST(client_identity, is_loaded_from_files)
{
    const temp_file certificate(own_identity().pem());
    const temp_file key(own_identity().key_pem());

    const loaded result = load(certificate.path(), key.path());

    EXPECT_TRUE(result.good) << result.diagnosis.text;
    EXPECT_EQ(result.identity.chain_pem, own_identity().pem());
    EXPECT_EQ(result.identity.key_pem.reveal(), own_identity().key_pem());
    EXPECT_EQ(result.identity.leaf, own_identity().der());
}

TEST(client_identity, is_loaded_from_memory)
{
    tls_options options;
    options.client_cert_pem = own_identity().pem();
    options.client_key_pem = secret(own_identity().key_pem());
    const loaded good = load(options);
    options.client_key_pem = secret(own_identity().pem());
    const loaded no_key = load(options);
    options.client_cert_pem = own_identity().pem() + "-----BEGIN CERTIFICATE-----\n";
    const loaded cut = load(options);
    options.client_cert_pem.clear();
    const loaded half = load(options);

    EXPECT_TRUE(good.good) << good.diagnosis.text;
    EXPECT_EQ(good.identity.chain_pem, own_identity().pem());
    EXPECT_EQ(good.identity.key_pem.reveal(), own_identity().key_pem());
    EXPECT_EQ(no_key.diagnosis.text, "tls_client_key_pem holds no private key in PEM form");
    EXPECT_EQ(no_key.diagnosis.path, "");
    EXPECT_THAT(cut.diagnosis.text,
                HasSubstr("certificate 2 of 2 in tls_client_cert_pem, at line "));
    EXPECT_THAT(cut.diagnosis.text, HasSubstr("is cut off"));
    EXPECT_EQ(half.diagnosis.text, "tls_client_cert: is not set");
}

TEST(client_identity, is_refused_outside_of_its_dates)
{
    const temp_file file(own_identity().pem() + own_identity().key_pem());

    const loaded late = load(file.path(), file.path(), std::chrono::hours(24 * 31));
    const loaded early = load(file.path(), file.path(), std::chrono::hours(-24 * 31));

    EXPECT_FALSE(late.good);
    EXPECT_EQ(late.diagnosis.path, file.path());
    EXPECT_THAT(late.diagnosis.text,
                AllOf(HasSubstr("tls_client_cert: the certificate \"a server\" in " + file.path() +
                                " has expired on 20"),
                      HasSubstr("clock says 20")));
    EXPECT_THAT(late.diagnosis.hint, HasSubstr("renew it"));
    EXPECT_THAT(early.diagnosis.text, HasSubstr("is not valid before 20"));
    EXPECT_THAT(early.diagnosis.hint, HasSubstr("check the clock"));
}

TEST(client_identity, is_loaded_from_one_file)
{
    const temp_file file(own_identity().pem() + own_identity().key_pem());

    EXPECT_TRUE(load(file.path(), file.path()).good);
}

TEST(client_identity, needs_both_certificate_and_key)
{
    const temp_file file(own_identity().pem());

    EXPECT_EQ(load(file.path(), "").diagnosis.text, "tls_client_key: is not set");
    EXPECT_EQ(load("", file.path()).diagnosis.text, "tls_client_cert: is not set");
    EXPECT_THAT(load("", file.path()).diagnosis.hint, HasSubstr("set both"));
}

TEST(client_identity, refuses_files_that_hold_something_else)
{
    const temp_file certificate(own_identity().pem());
    const temp_file key(own_identity().key_pem());

    const loaded swapped = load(key.path(), certificate.path());
    const loaded no_key = load(certificate.path(), certificate.path());

    EXPECT_EQ(swapped.diagnosis.text,
              "tls_client_cert: " + key.path() + " holds a private key but no certificate");
    EXPECT_EQ(no_key.diagnosis.text,
              "tls_client_key: " + certificate.path() + " holds no private key in PEM form");
}

TEST(client_identity, refuses_an_encrypted_key_with_the_command_to_decrypt_it)
{
    const temp_file certificate(own_identity().pem());
    for (const char* text :
         {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII=\n",
          "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n"}) {
        const temp_file key(text);
        const loaded result = load(certificate.path(), key.path());
        EXPECT_THAT(result.diagnosis.text, HasSubstr("is encrypted with a password"));
        EXPECT_THAT(result.diagnosis.hint, HasSubstr("openssl pkey -in " + key.path()));
    }
}

// ---------------------------------------------------------------- with each backend

class client_identity_test : public session_test {};
COQUEST_WITH_EACH_BACKEND(client_identity_test);

TEST_P(client_identity_test, required_client_certificate_is_named)
{
    for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
        server_behaviour spec = good_server();
        spec.client_issuer = root();
        spec.min = spec.max = version;
        tls_server server(spec);
        tls_pair pair(connect(root().pem()), server, whole);

        auto failed = pair.handshake();
        std::string received;
        if (!failed) { // TLS 1.3: the client finishes before the server checks the certificate
            failed = pair.read(1, received);
        }

        const tls_diagnosis diagnosis = pair.diagnosis();
        EXPECT_EQ(failed, tls_failure::client_certificate_required) << diagnosis.text;
        EXPECT_THAT(diagnosis.text, HasSubstr("requires a client certificate"));
        EXPECT_THAT(diagnosis.hint, HasSubstr("tls_client_cert and tls_client_key"));
    }
}

TEST_P(client_identity_test, client_certificate_is_sent)
{
    const temp_file roots(root().pem());
    for (const key_ptr& key : {rsa_key(2048), ec_key()}) {
        for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
            const identity above = issue(ca_spec("client CA"), root());
            const identity client = issue(cert_spec{.common_name = "me",
                                                    .san = {},
                                                    .ca = false,
                                                    .key_usage = "digitalSignature",
                                                    .extended_key_usage = "clientAuth"},
                                          above, key);
            const temp_file chain(client.pem() + above.pem());
            const temp_file secret_key(client.key_pem());
            tls_options files = trusting(roots);
            files.client_cert = chain.path();
            files.client_key = secret_key.path();
            tls_options memory = trusting(roots);
            memory.client_cert_pem = client.pem() + above.pem();
            memory.client_key_pem = secret(client.key_pem());
            for (const tls_options& options : {files, memory}) {
                server_behaviour spec = good_server();
                spec.client_issuer = root();
                spec.min = spec.max = version;
                tls_server server(spec);
                tls_pair pair(connect(options), server, whole);

                const auto failed = pair.handshake();
                server.feed({});

                EXPECT_FALSE(failed) << pair.diagnosis().text;
                EXPECT_TRUE(server.is_established());
            }
        }
    }
}

// The libraries get the text in its plain form, so that they need not accept these spellings.
TEST_P(client_identity_test, files_may_be_written_in_many_ways)
{
    const identity above = issue(ca_spec("client CA"), root());
    cert_spec client_spec = server_spec();
    client_spec.extended_key_usage = "clientAuth";
    const identity client = issue(client_spec, above);
    const auto with_cr = [](std::string text) {
        std::ranges::replace(text, '\n', '\r');
        return text;
    };
    const auto on_one_line = [](std::string text) {
        std::erase(text, '\n');
        return text;
    };
    const temp_file roots(root().pem());
    for (const std::string between : {"", "\n", "\xef\xbb\xbf", "    "}) {
        for (const auto& [chain, key] :
             {std::pair(client.pem() + between + above.pem(), between + client.key_pem()),
              std::pair(with_cr(client.pem()) + between + with_cr(above.pem()),
                        with_cr(client.key_pem())),
              std::pair(on_one_line(client.pem()) + between + on_one_line(above.pem()),
                        on_one_line(client.key_pem()))}) {
            SCOPED_TRACE(chain);
            tls_options options = trusting(roots);
            options.client_cert_pem = chain;
            options.client_key_pem = secret(key);
            server_behaviour spec = good_server();
            spec.client_issuer = root();
            tls_server server(spec);
            tls_pair pair(connect(options), server, whole);
            const auto failed = pair.handshake();
            server.feed({});
            EXPECT_FALSE(failed) << pair.diagnosis().text;
            EXPECT_TRUE(server.is_established());
            EXPECT_EQ(server.client_certificate(), client.der());
        }
    }
}

TEST_P(client_identity_test, client_certificate_that_the_server_does_not_know_is_named)
{
    const identity client = self_signed(cert_spec{
        .common_name = "me", .san = {}, .ca = {}, .key_usage = {}, .extended_key_usage = {}});
    const temp_file roots(root().pem());
    const temp_file chain(client.pem());
    const temp_file secret_key(client.key_pem());
    tls_options options = trusting(roots);
    options.client_cert = chain.path();
    options.client_key = secret_key.path();
    server_behaviour spec = good_server();
    spec.client_issuer = root();
    spec.max = tls_version::tls1_2;
    tls_server server(spec);
    tls_pair pair(connect(options), server, whole);

    const auto failed = pair.handshake();

    const tls_diagnosis diagnosis = pair.diagnosis();
    EXPECT_EQ(failed, tls_failure::alert_received);
    EXPECT_THAT(diagnosis.text, AllOf(HasSubstr("refused the certificate of this client"),
                                      HasSubstr("TLS alert 48, unknown ca")));
    EXPECT_THAT(diagnosis.hint, HasSubstr("tls_client_cert"));
}

TEST_P(client_identity_test, a_key_of_another_certificate_is_refused)
{
    const temp_file roots(root().pem());
    const temp_file chain(self_signed(server_spec()).pem());
    const temp_file other_key(self_signed(server_spec()).key_pem());
    tls_options options = trusting(roots);
    options.client_cert = chain.path();
    options.client_key = other_key.path();

    const tls_diagnosis diagnosis = refusal(options);

    EXPECT_EQ(diagnosis.kind, tls_failure::bad_client_certificate);
    EXPECT_EQ(diagnosis.text,
              "tls_client_key: " + other_key.path() + " is not the key of " + chain.path());
}

} // namespace
} // namespace coquest::test
