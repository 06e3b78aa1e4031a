// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/client_identity.hpp"
#include "tls/roots.hpp"

#include "unit/tls/session_fixture.hpp"

#include <string>

namespace coquest::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct loaded {
    bool good = false;
    detail::client_identity identity;
    tls_diagnosis why;
};

loaded load(const tls_options& options, std::chrono::hours later = {})
{
    loaded result;
    result.good = detail::load_client_identity(options, detail::current_time() + later,
                                               result.identity, result.why);
    EXPECT_TRUE(result.good || result.why.kind == tls_failure::bad_client_certificate);
    return result;
}

loaded load(const std::string& certificate, const std::string& key, std::chrono::hours later = {})
{
    tls_options options;
    options.client_cert = certificate;
    options.client_key = key;
    return load(options, later);
}

const identity& me()
{
    static const identity made = self_signed(server_spec());
    return made;
}

TEST(client_identity, is_empty_where_nothing_is_named)
{
    const loaded result = load("", "");

    EXPECT_TRUE(result.good);
    EXPECT_EQ(result.identity.chain_pem, "");
}

TEST(client_identity, certificate_and_key)
{
    const temp_file certificate(me().pem());
    const temp_file key(me().key_pem());

    const loaded result = load(certificate.path(), key.path());

    EXPECT_TRUE(result.good) << result.why.text;
    EXPECT_EQ(result.identity.chain_pem, me().pem());
    EXPECT_EQ(result.identity.key_pem.reveal(), me().key_pem());
    EXPECT_EQ(result.identity.leaf, me().der());
}

TEST(client_identity, in_memory)
{
    tls_options options;
    options.client_cert_pem = me().pem();
    options.client_key_pem = secret(me().key_pem());
    const loaded good = load(options);
    options.client_key_pem = secret(me().pem());
    const loaded no_key = load(options);
    options.client_cert_pem = me().pem() + "-----BEGIN CERTIFICATE-----\n";
    const loaded cut = load(options);
    options.client_cert_pem.clear();
    const loaded half = load(options);

    EXPECT_TRUE(good.good) << good.why.text;
    EXPECT_EQ(good.identity.chain_pem, me().pem());
    EXPECT_EQ(good.identity.key_pem.reveal(), me().key_pem());
    EXPECT_EQ(no_key.why.text, "tls_client_key_pem holds no private key in PEM form");
    EXPECT_EQ(no_key.why.path, "");
    EXPECT_THAT(cut.why.text, HasSubstr("certificate 2 of 2 in tls_client_cert_pem is cut off"));
    EXPECT_EQ(half.why.text, "tls_client_cert: is not set");
}

TEST(client_identity, out_of_date)
{
    const temp_file both(me().pem() + me().key_pem());

    const loaded late = load(both.path(), both.path(), std::chrono::hours(24 * 31));
    const loaded early = load(both.path(), both.path(), std::chrono::hours(-24 * 31));

    EXPECT_FALSE(late.good);
    EXPECT_EQ(late.why.path, both.path());
    EXPECT_THAT(late.why.text, AllOf(HasSubstr("tls_client_cert: the certificate \"a server\" in " +
                                               both.path() + " has expired on 20"),
                                     HasSubstr("clock says 20")));
    EXPECT_THAT(late.why.hint, HasSubstr("renew it"));
    EXPECT_THAT(early.why.text, HasSubstr("is not valid before 20"));
    EXPECT_THAT(early.why.hint, HasSubstr("check the clock"));
}

TEST(client_identity, one_file_for_both)
{
    const temp_file both(me().pem() + me().key_pem());

    EXPECT_TRUE(load(both.path(), both.path()).good);
}

TEST(client_identity, one_without_the_other)
{
    const temp_file file(me().pem());

    EXPECT_EQ(load(file.path(), "").why.text, "tls_client_key: is not set");
    EXPECT_EQ(load("", file.path()).why.text, "tls_client_cert: is not set");
    EXPECT_THAT(load("", file.path()).why.hint, HasSubstr("set both"));
}

TEST(client_identity, files_that_hold_something_else)
{
    const temp_file certificate(me().pem());
    const temp_file key(me().key_pem());

    const loaded swapped = load(key.path(), certificate.path());
    const loaded no_key = load(certificate.path(), certificate.path());

    EXPECT_EQ(swapped.why.text,
              "tls_client_cert: " + key.path() + " holds a private key but no certificate");
    EXPECT_EQ(no_key.why.text,
              "tls_client_key: " + certificate.path() + " holds no private key in PEM form");
}

TEST(client_identity, encrypted_key)
{
    const temp_file certificate(me().pem());
    for (const char* text :
         {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII=\n",
          "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n"}) {
        const temp_file key(text);
        const loaded result = load(certificate.path(), key.path());
        EXPECT_THAT(result.why.text, HasSubstr("is encrypted with a password"));
        EXPECT_THAT(result.why.hint, HasSubstr("openssl pkey -in " + key.path()));
    }
}

// ---------------------------------------------------------------- with each backend

class client_identity_test : public session_test {};
COQUEST_WITH_EACH_BACKEND(client_identity_test);

TEST_P(client_identity_test, client_certificate_required_is_named)
{
    for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
        server_behaviour spec = good_server();
        spec.client_issuer = root();
        spec.min = spec.max = version;
        tls_server server(spec);
        tls_pair pair(connect(root().pem()), server, whole);

        std::error_code failed = pair.handshake();
        std::string got;
        if (!failed) { // TLS 1.3: the client is done before the server has looked
            failed = pair.read(1, got);
        }

        const tls_diagnosis why = pair.client().diagnosis(failed);
        EXPECT_EQ(failed, tls_failure::client_certificate_required) << why.text;
        EXPECT_THAT(why.text, HasSubstr("requires a client certificate"));
        EXPECT_THAT(why.hint, HasSubstr("tls_client_cert and tls_client_key"));
    }
}

TEST_P(client_identity_test, client_certificate_is_sent)
{
    const temp_file roots(root().pem());
    for (const key_ptr& key : {rsa_key(2048), ec_key()}) {
        for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
            const identity above = issue(ca_spec("client CA"), root());
            const identity me = issue(cert_spec{.common_name = "me",
                                                .san = {},
                                                .ca = false,
                                                .key_usage = "digitalSignature",
                                                .extended_key_usage = "clientAuth"},
                                      above, key);
            const temp_file chain(me.pem() + above.pem());
            const temp_file secret_key(me.key_pem());
            tls_options files = trusting(roots);
            files.client_cert = chain.path();
            files.client_key = secret_key.path();
            tls_options memory = trusting(roots);
            memory.client_cert_pem = me.pem() + above.pem();
            memory.client_key_pem = secret(me.key_pem());
            for (const tls_options& options : {files, memory}) {
                server_behaviour spec = good_server();
                spec.client_issuer = root();
                spec.min = spec.max = version;
                tls_server server(spec);
                tls_pair pair(connect(options), server, whole);

                const std::error_code failed = pair.handshake();
                server.feed({});

                EXPECT_FALSE(failed) << pair.client().diagnosis(failed).text;
                EXPECT_TRUE(server.is_established());
            }
        }
    }
}

TEST_P(client_identity_test, a_client_certificate_that_the_server_does_not_know)
{
    const identity me = self_signed(cert_spec{
        .common_name = "me", .san = {}, .ca = {}, .key_usage = {}, .extended_key_usage = {}});
    const temp_file roots(root().pem());
    const temp_file chain(me.pem());
    const temp_file secret_key(me.key_pem());
    tls_options options = trusting(roots);
    options.client_cert = chain.path();
    options.client_key = secret_key.path();
    server_behaviour spec = good_server();
    spec.client_issuer = root();
    spec.max = tls_version::tls1_2;
    tls_server server(spec);
    tls_pair pair(connect(options), server, whole);

    const std::error_code failed = pair.handshake();

    const tls_diagnosis why = pair.client().diagnosis(failed);
    EXPECT_EQ(failed, tls_failure::alert_received);
    EXPECT_THAT(why.text, AllOf(HasSubstr("refused the certificate of this client"),
                                HasSubstr("TLS alert 48, unknown ca")));
    EXPECT_THAT(why.hint, HasSubstr("tls_client_cert"));
}

TEST_P(client_identity_test, a_key_of_another_certificate_is_refused)
{
    const temp_file roots(root().pem());
    const temp_file chain(self_signed(server_spec()).pem());
    const temp_file other_key(self_signed(server_spec()).key_pem());
    tls_options options = trusting(roots);
    options.client_cert = chain.path();
    options.client_key = other_key.path();

    const tls_diagnosis why = refusal(options);

    EXPECT_EQ(why.kind, tls_failure::bad_client_certificate);
    EXPECT_EQ(why.text,
              "tls_client_key: " + other_key.path() + " is not the key of " + chain.path());
}

} // namespace
} // namespace coquest::test
