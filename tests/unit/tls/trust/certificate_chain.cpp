// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Which chains are trusted: roots, intermediates, trusted leaves, self-signed certificates.

#include "unit/tls/trust/certificate_fixture.hpp"

namespace coquest::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class certificate_chain : public certificate_test {};
COQUEST_WITH_EACH_BACKEND(certificate_chain);

TEST_P(certificate_chain, good_chain_is_accepted)
{
    EXPECT_ACCEPTED(connect_to(issue(server_spec(), root), {}, root.pem()));
}

TEST_P(certificate_chain, each_kind_of_key_is_accepted)
{
    for (const key_ptr& key : {rsa_key(2048), rsa_key(4096), ec_key("P-384"), ed25519_key()}) {
        EXPECT_ACCEPTED(connect_to(issue(server_spec(), root, key), {}, root.pem()));
    }
}

TEST_P(certificate_chain, certificate_with_names_as_its_only_extension_is_accepted)
{
    cert_spec plain;
    plain.san = {"DNS:localhost"};
    plain.key_ids = false;

    EXPECT_ACCEPTED(connect_to(issue(plain, root), {}, root.pem()));
}

TEST_P(certificate_chain, unknown_ca_is_refused)
{
    const identity other = self_signed(ca_spec("another root"));

    EXPECT_REFUSED(connect_to(issue(server_spec(), root), {}, other.pem()),
                   tls_failure::unknown_issuer,
                   AllOf(HasSubstr("(certificate unknown)"), HasSubstr("signed by \"lab root\""),
                         HasSubstr("not the trusted one of " + roots_path)),
                   HasSubstr("add the PEM certificate of that CA to " + roots_path));
}

TEST_P(certificate_chain, unknown_ca_is_refused_with_the_number_of_roots)
{
    const std::string others =
        self_signed(ca_spec("a")).pem() + self_signed(ca_spec("b")).pem() + root.pem();
    const identity stranger = self_signed(ca_spec("stranger"));

    EXPECT_REFUSED(connect_to(issue(server_spec(), stranger), {}, others),
                   tls_failure::unknown_issuer,
                   AllOf(HasSubstr("\"stranger\""),
                         HasSubstr("not among the 3 trusted roots of " + roots_path)),
                   HasSubstr("full chain"));
}

TEST_P(certificate_chain, unknown_ca_is_refused_even_if_its_root_is_sent)
{
    const identity other = self_signed(ca_spec("another root"));

    EXPECT_REFUSED(
        connect_to(issue(server_spec(), intermediate), {intermediate, root}, other.pem()),
        tls_failure::unknown_issuer, HasSubstr("signed by \"lab root\""),
        HasSubstr("PEM certificate of that CA"));
}

TEST_P(certificate_chain, self_signed_certificate_is_refused)
{
    cert_spec spec = server_spec();
    spec.key_usage.clear();

    EXPECT_REFUSED(connect_to(self_signed(spec), {}, root.pem()), tls_failure::self_signed,
                   AllOf(HasSubstr("(certificate unknown)"), HasSubstr("is self-signed")),
                   HasSubstr("set tls_roots to the PEM file of that very certificate"));
}

TEST_P(certificate_chain, ca_of_the_same_name_with_another_key_is_refused)
{
    const identity reissued = self_signed(ca_spec("lab root"));

    EXPECT_REFUSED(
        connect_to(issue(server_spec(), reissued), {}, root.pem()), tls_failure::bad_signature,
        HasSubstr("does not match the trusted CA \"lab root\""), HasSubstr("was it re-issued?"));
}

TEST_P(certificate_chain, intermediate_from_the_server_is_used)
{
    EXPECT_ACCEPTED(connect_to(issue(server_spec(), intermediate), {intermediate}, root.pem()));
    EXPECT_ACCEPTED(
        connect_to(issue(server_spec(), intermediate), {intermediate, root}, root.pem()));
}

TEST_P(certificate_chain, missing_intermediate_is_named)
{
    EXPECT_REFUSED(connect_to(issue(server_spec(), intermediate), {}, root.pem()),
                   tls_failure::unknown_issuer, HasSubstr("signed by \"lab intermediate\""),
                   HasSubstr("let the server send its intermediate certificates"));
}

TEST_P(certificate_chain, intermediate_in_the_file_of_the_user_is_trusted)
{
    const identity leaf = issue(server_spec(), intermediate);

    EXPECT_ACCEPTED(connect_to(leaf, {}, intermediate.pem() + root.pem()));
    EXPECT_ACCEPTED(connect_to(leaf, {}, intermediate.pem()));
    EXPECT_ACCEPTED(connect_to(leaf, {intermediate}, intermediate.pem()));
}

TEST_P(certificate_chain, stray_certificates_are_ignored)
{
    const identity stray = self_signed(ca_spec("stray"));

    EXPECT_ACCEPTED(connect_to(issue(server_spec(), root), {stray}, root.pem()));
}

TEST_P(certificate_chain, issuer_that_is_not_a_ca_is_refused)
{
    cert_spec spec = server_spec({"DNS:other.example"});
    spec.key_usage.clear();
    const identity no_ca = issue(spec, root);
    const identity leaf = issue(server_spec(), no_ca);

    EXPECT_NE(connect_to(leaf, {no_ca}, root.pem()).kind, none);
    EXPECT_NE(connect_to(leaf, {no_ca}, root.pem() + no_ca.pem()).kind, none);
    EXPECT_NE(connect_to(leaf, {}, no_ca.pem()).kind, none);
}

TEST_P(certificate_chain, trusted_leaf_is_refused_as_an_issuer)
{
    const identity trusted_leaf = guide_recipe(false);

    EXPECT_NE(connect_to(issue(server_spec(), trusted_leaf), {}, trusted_leaf.pem()).kind, none);
    EXPECT_NE(
        connect_to(issue(server_spec(), trusted_leaf), {trusted_leaf}, trusted_leaf.pem()).kind,
        none);
}

TEST_P(certificate_chain, issuer_in_the_file_that_is_not_a_ca_is_explained)
{
    cert_spec spec = server_spec();
    spec.common_name = "not a CA";
    const identity no_ca = self_signed(spec);

    EXPECT_REFUSED(connect_to(issue(server_spec(), no_ca), {}, no_ca.pem()),
                   tls_failure::unknown_issuer,
                   AllOf(HasSubstr("signed by \"not a CA\""), HasSubstr("(CA:FALSE)")),
                   HasSubstr("that of a CA into " + roots_path));
}

TEST_P(certificate_chain, expired_ca_in_the_file_is_explained)
{
    cert_spec spec = ca_spec("old root");
    spec.from = std::chrono::hours(-48);
    spec.until = std::chrono::hours(-24);
    const identity old = self_signed(spec);

    EXPECT_REFUSED(connect_to(issue(server_spec(), old), {}, old.pem() + root.pem()),
                   tls_failure::expired,
                   AllOf(HasSubstr("the CA \"old root\" in " + roots_path + " ended on 20"),
                         HasSubstr("this machine's clock says")),
                   HasSubstr("put the current certificate of that CA into " + roots_path));
}

// CVE-2026-93302: the name, key identifier and signature bytes of a CA are public.
TEST_P(certificate_chain, certificate_forged_from_public_data_of_a_ca_is_refused)
{
    for (const std::string& roots : {root.pem(), root.pem() + intermediate.pem()}) {
        EXPECT_NE(connect_to(forge(server_spec(), root), {}, roots).kind, none);
    }
    EXPECT_NE(connect_to(forge(server_spec(), intermediate), {}, intermediate.pem()).kind, none);
    const identity recipe = guide_recipe();
    EXPECT_NE(connect_to(forge(server_spec(), recipe), {}, recipe.pem()).kind, none);
}

TEST_P(certificate_chain, connection_does_not_add_trust_for_the_next)
{
    const identity evil = self_signed(ca_spec("evil"));
    const identity trusted_leaf = issue(server_spec({"DNS:leaf.example"}), evil);
    const temp_file file(trusted_leaf.pem());
    tls_diagnosis diagnosis;
    const auto backend = GetParam().make(trusting(file), diagnosis);
    ASSERT_TRUE(backend) << diagnosis.text;
    server_behaviour first;
    first.certificate = trusted_leaf;
    first.chain = {evil};
    server_behaviour second;
    second.certificate = issue(server_spec(), evil);
    second.chain = {evil};
    tls_server first_server(first);
    tls_server second_server(second);

    tls_pair trusted(backend->make_session("leaf.example", diagnosis), first_server, 16384);
    tls_pair untrusted(backend->make_session("localhost", diagnosis), second_server, 16384);

    EXPECT_FALSE(trusted.handshake());
    EXPECT_EQ(untrusted.handshake(), tls_failure::unknown_issuer);
}

// ---------------------------------------------------------------- self-signed certificates

TEST_P(certificate_chain, certificate_of_the_guide_is_accepted)
{
    for (const bool ca : {true, false}) {
        const identity recipe = guide_recipe(ca);
        EXPECT_ACCEPTED(connect_to(recipe, {}, recipe.pem()));
        EXPECT_ACCEPTED(connect_to(recipe, {}, root.pem() + recipe.pem()));
        EXPECT_ACCEPTED(connect_to(recipe, {}, recipe.pem(), "LOCALHOST"));
        EXPECT_ACCEPTED(connect_to(recipe, {}, recipe.pem(), "localhost."));
    }
}

TEST_P(certificate_chain, certificate_of_the_guide_is_refused_for_another_name)
{
    for (const bool ca : {true, false}) {
        const identity recipe = guide_recipe(ca);
        EXPECT_REFUSED(connect_to(recipe, {}, recipe.pem(), "db"), tls_failure::name_mismatch,
                       AllOf(HasSubstr("(hostname mismatch)"),
                             HasSubstr("for CN=localhost without subjectAltName, not for db")),
                       HasSubstr("subjectAltName DNS:db"));
    }
}

TEST_P(certificate_chain, certificate_of_the_guide_is_refused_for_an_address)
{
    const identity recipe = guide_recipe();
    for (const std::string host : {"127.0.0.1", "::1"}) {
        EXPECT_REFUSED(connect_to(recipe, {}, recipe.pem(), host), tls_failure::name_mismatch,
                       AllOf(HasSubstr("(IP address mismatch)"), HasSubstr("not for " + host)),
                       HasSubstr("subjectAltName IP:" + host));
    }
}

TEST_P(certificate_chain, renewed_certificate_of_the_guide_is_refused)
{
    const identity before = guide_recipe();
    cert_spec spec;
    spec.ca = true;
    const identity renewed = self_signed(spec);

    EXPECT_REFUSED(connect_to(renewed, {}, before.pem()), tls_failure::bad_signature,
                   HasSubstr("is another one than the \"localhost\" in " + roots_path),
                   HasSubstr("copy the current one"));
}

TEST_P(certificate_chain, common_name_counts_only_for_a_trusted_leaf)
{
    cert_spec spec;
    spec.ca = false;
    const identity leaf = issue(spec, root);

    EXPECT_REFUSED(connect_to(leaf, {}, root.pem()), tls_failure::name_mismatch,
                   HasSubstr("CN=localhost without subjectAltName"), HasSubstr("DNS:localhost"));
    EXPECT_ACCEPTED(connect_to(leaf, {}, leaf.pem()));
}

TEST_P(certificate_chain, common_name_does_not_count_beside_a_subject_alt_name)
{
    cert_spec spec;
    spec.san = {"DNS:other.example"};
    const identity trusted_leaf = self_signed(spec);

    EXPECT_EQ(connect_to(trusted_leaf, {}, trusted_leaf.pem()).kind, tls_failure::name_mismatch);
    EXPECT_ACCEPTED(connect_to(trusted_leaf, {}, trusted_leaf.pem(), "other.example"));
}

TEST_P(certificate_chain, common_name_is_not_compared_with_an_address)
{
    cert_spec spec;
    spec.common_name = "127.0.0.1";
    const identity trusted_leaf = self_signed(spec);

    EXPECT_EQ(connect_to(trusted_leaf, {}, trusted_leaf.pem(), "127.0.0.1").kind,
              tls_failure::name_mismatch);
}

TEST_P(certificate_chain, trusted_leaf_needs_no_chain)
{
    const identity leaf = issue(server_spec(), root);

    EXPECT_ACCEPTED(connect_to(leaf, {}, leaf.pem()));
    EXPECT_ACCEPTED(connect_to(leaf, {root}, leaf.pem()));
    EXPECT_REFUSED(connect_to(leaf, {}, leaf.pem(), "other.example"), tls_failure::name_mismatch,
                   HasSubstr("not for other.example"), HasSubstr("DNS:other.example"));
}

} // namespace
} // namespace coquest::test
