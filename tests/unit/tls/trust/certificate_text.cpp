// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Certificates of a trusted CA that are not valid for this server, and the text of the error.

#include "tls/trust/clock.hpp"
#include "tls/trust/failure_text.hpp"
#include "unit/tls/trust/certificate_fixture.hpp"

namespace coquest::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class certificate_text : public certificate_test {};
COQUEST_WITH_EACH_BACKEND(certificate_text);

// ---------------------------------------------------------------- names

TEST_P(certificate_text, wrong_name_is_refused_with_the_names_of_the_certificate)
{
    const identity leaf = issue(server_spec({"DNS:a.example", "DNS:b.example"}), root);

    EXPECT_REFUSED(
        connect_to(leaf, {}, root.pem()), tls_failure::name_mismatch,
        AllOf(HasSubstr("(hostname mismatch)"),
              HasSubstr("the certificate is for a.example, b.example, not for localhost")),
        HasSubstr("connect by a name in the certificate"));
}

TEST_P(certificate_text, addresses_match_only_names_of_type_ip)
{
    const identity names = issue(server_spec({"DNS:localhost", "DNS:127.0.0.1"}), root);
    const identity addresses = issue(server_spec({"IP:127.0.0.1", "IP:::1"}), root);

    for (const std::string host : {"127.0.0.1", "::1", "0:0:0:0:0:0:0:1"}) {
        EXPECT_ACCEPTED(connect_to(addresses, {}, root.pem(), host));
        EXPECT_REFUSED(connect_to(names, {}, root.pem(), host), tls_failure::name_mismatch,
                       AllOf(HasSubstr("(IP address mismatch)"), HasSubstr("for localhost, ")),
                       HasSubstr("subjectAltName IP:"));
    }
    EXPECT_EQ(connect_to(addresses, {}, root.pem(), "127.0.0.2").kind, tls_failure::name_mismatch);
    EXPECT_EQ(connect_to(addresses, {}, root.pem(), "localhost").kind, tls_failure::name_mismatch);
}

TEST_P(certificate_text, wildcard_matches_one_whole_leftmost_label)
{
    const auto verdict = [&](const char* pattern, const char* host) {
        return connect_to(issue(server_spec({std::string("DNS:") + pattern}), root), {}, root.pem(),
                          host)
            .kind;
    };

    EXPECT_EQ(verdict("*.example.test", "a.example.test"), none);
    EXPECT_EQ(verdict("*.example.test", "A.EXAMPLE.test."), none);
    EXPECT_EQ(verdict("*.example.test", "a.b.example.test"), tls_failure::name_mismatch);
    EXPECT_EQ(verdict("*.example.test", "example.test"), tls_failure::name_mismatch);
    EXPECT_EQ(verdict("a*.example.test", "ab.example.test"), tls_failure::name_mismatch);
    EXPECT_EQ(verdict("*b.example.test", "ab.example.test"), tls_failure::name_mismatch);
    EXPECT_EQ(verdict("a.*.test", "a.example.test"), tls_failure::name_mismatch);
    EXPECT_EQ(verdict("*.test", "example.test"), tls_failure::name_mismatch);
    EXPECT_EQ(verdict("*", "localhost"), tls_failure::name_mismatch);
}

TEST_P(certificate_text, names_from_the_server_are_made_printable)
{
    cert_spec spec = ca_spec("evil\r\n\x1b[31m" + std::string(40, 'x'));
    const identity evil = self_signed(spec);

    const tls_diagnosis diagnosis = connect_to(issue(server_spec(), evil), {}, root.pem());

    EXPECT_THAT(diagnosis.text,
                AllOf(HasSubstr("evil"), Not(HasSubstr("\n")), Not(HasSubstr("\x1b"))));
}

// ---------------------------------------------------------------- dates

TEST_P(certificate_text, expired_certificate_is_refused_with_its_date)
{
    cert_spec spec = server_spec();
    spec.from = std::chrono::hours(-48);
    spec.until = std::chrono::hours(-24);
    const std::string day =
        detail::date_text(detail::current_time() - std::chrono::hours(24)).substr(0, 10);

    EXPECT_REFUSED(connect_to(issue(spec, root), {}, root.pem()), tls_failure::expired,
                   AllOf(HasSubstr("(certificate has expired)"), HasSubstr("localhost ended on"),
                         HasSubstr(day), HasSubstr("this machine's clock says")),
                   HasSubstr("renew it on the server"));
}

TEST_P(certificate_text, certificate_that_is_not_yet_valid_is_refused)
{
    cert_spec spec = server_spec();
    spec.from = std::chrono::hours(24);

    EXPECT_REFUSED(connect_to(issue(spec, root), {}, root.pem()), tls_failure::not_yet_valid,
                   AllOf(HasSubstr("(certificate is not yet valid)"),
                         HasSubstr("localhost begins on"), HasSubstr("this machine's clock says")),
                   HasSubstr("check this machine's clock"));
}

TEST_P(certificate_text, expired_intermediate_is_refused)
{
    cert_spec spec = ca_spec("old intermediate");
    spec.from = std::chrono::hours(-48);
    spec.until = std::chrono::hours(-24);
    const identity old = issue(spec, root);

    EXPECT_REFUSED(connect_to(issue(server_spec(), old), {old}, root.pem()), tls_failure::expired,
                   HasSubstr("the intermediate certificate \"old intermediate\" of localhost"),
                   HasSubstr("renew it"));
}

TEST_P(certificate_text, expired_trusted_leaf_is_refused)
{
    cert_spec spec = server_spec();
    spec.from = std::chrono::hours(-48);
    spec.until = std::chrono::hours(-24);
    const identity old = self_signed(spec);

    EXPECT_EQ(connect_to(old, {}, root.pem() + old.pem()).kind, tls_failure::expired);
}

// ---------------------------------------------------------------- usage and strength

TEST_P(certificate_text, certificate_for_clients_only_is_refused)
{
    cert_spec spec = server_spec();
    spec.extended_key_usage = "clientAuth";
    const identity leaf = issue(spec, root);

    for (const std::string& roots : {root.pem(), leaf.pem()}) {
        EXPECT_REFUSED(connect_to(leaf, {}, roots), tls_failure::bad_usage,
                       AllOf(HasSubstr("(unsuitable certificate purpose)"),
                             HasSubstr("extendedKeyUsage lacks serverAuth")),
                       HasSubstr("re-issue it with extendedKeyUsage serverAuth"));
    }
}

TEST_P(certificate_text, certificate_that_may_not_sign_is_refused)
{
    cert_spec spec = server_spec();
    spec.key_usage = "cRLSign";

    EXPECT_REFUSED(connect_to(issue(spec, root, rsa_key(2048)), {}, root.pem()),
                   tls_failure::bad_usage, HasSubstr("(unsuitable certificate purpose)"),
                   HasSubstr("digitalSignature"));
}

TEST_P(certificate_text, weak_keys_are_refused)
{
    const identity leaf = issue(server_spec(), root, rsa_key(1024));
    EXPECT_REFUSED(connect_to(leaf, {}, root.pem()), tls_failure::weak_key,
                   AllOf(HasSubstr("\"a server\""), HasSubstr("only 1024 bits")),
                   HasSubstr("RSA of 2048 bits"));

    const identity weak_issuer = issue(ca_spec("weak"), root, rsa_key(1024));
    EXPECT_REFUSED(connect_to(issue(server_spec(), weak_issuer), {weak_issuer}, root.pem()),
                   tls_failure::weak_key, AllOf(HasSubstr("\"weak\""), HasSubstr("1024")),
                   HasSubstr("re-issue"));

    const identity short_curve = issue(ca_spec("short"), root, ec_key("P-224"));
    EXPECT_REFUSED(connect_to(issue(server_spec(), short_curve), {short_curve}, root.pem()),
                   tls_failure::weak_key, AllOf(HasSubstr("\"short\""), HasSubstr("224")),
                   HasSubstr("P-256"));
}

TEST_P(certificate_text, sha1_signature_is_refused)
{
    cert_spec spec = server_spec();
    spec.digest = "SHA1";

    EXPECT_REFUSED(connect_to(issue(spec, root, rsa_key(2048)), {}, root.pem()),
                   tls_failure::bad_certificate, HasSubstr("SHA-1"), HasSubstr("SHA-256"));
}

} // namespace
} // namespace coquest::test
