// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Which chains are trusted, with each backend: roots, intermediates, pins, the guide's recipe.

#include "unit/tls/certificate_fixture.hpp"

namespace coquest::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class certificate_chain : public certificate_test {};
COQUEST_WITH_EACH_BACKEND(certificate_chain);

TEST_P(certificate_chain, good)
{
    EXPECT_ACCEPTED(connect_to(issue(server_spec(), root), {}, root.pem()));
}

TEST_P(certificate_chain, of_each_key_kind)
{
    for (const key_ptr& key : {rsa_key(2048), rsa_key(4096), ec_key("P-384"), ed25519_key()}) {
        EXPECT_ACCEPTED(connect_to(issue(server_spec(), root, key), {}, root.pem()));
    }
}

TEST_P(certificate_chain, without_any_extension_but_names)
{
    cert_spec plain;
    plain.san = {"DNS:localhost"};
    plain.key_ids = false;

    EXPECT_ACCEPTED(connect_to(issue(plain, root), {}, root.pem()));
}

TEST_P(certificate_chain, unknown_ca)
{
    const identity other = self_signed(ca_spec("another root"));

    EXPECT_REFUSED(connect_to(issue(server_spec(), root), {}, other.pem()),
                   tls_failure::unknown_issuer,
                   AllOf(HasSubstr("(certificate unknown)"), HasSubstr("signed by \"lab root\""),
                         HasSubstr("not the trusted one of " + roots_path)),
                   HasSubstr("add the PEM certificate of that CA to " + roots_path));
}

TEST_P(certificate_chain, unknown_ca_among_several_roots)
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

TEST_P(certificate_chain, unknown_ca_that_sends_its_root_along)
{
    const identity other = self_signed(ca_spec("another root"));

    EXPECT_REFUSED(
        connect_to(issue(server_spec(), intermediate), {intermediate, root}, other.pem()),
        tls_failure::unknown_issuer, HasSubstr("signed by \"lab root\""),
        HasSubstr("PEM certificate of that CA"));
}

TEST_P(certificate_chain, self_signed_and_not_trusted)
{
    cert_spec spec = server_spec();
    spec.key_usage.clear();

    EXPECT_REFUSED(connect_to(self_signed(spec), {}, root.pem()), tls_failure::self_signed,
                   AllOf(HasSubstr("(certificate unknown)"), HasSubstr("is self-signed")),
                   HasSubstr("set tls_roots to the PEM file of that very certificate"));
}

TEST_P(certificate_chain, ca_of_the_same_name_with_another_key)
{
    const identity reissued = self_signed(ca_spec("lab root"));

    EXPECT_REFUSED(
        connect_to(issue(server_spec(), reissued), {}, root.pem()), tls_failure::bad_signature,
        HasSubstr("does not match the trusted CA \"lab root\""), HasSubstr("was it re-issued?"));
}

TEST_P(certificate_chain, intermediate_sent)
{
    EXPECT_ACCEPTED(connect_to(issue(server_spec(), intermediate), {intermediate}, root.pem()));
    EXPECT_ACCEPTED(
        connect_to(issue(server_spec(), intermediate), {intermediate, root}, root.pem()));
}

TEST_P(certificate_chain, intermediate_missing)
{
    EXPECT_REFUSED(connect_to(issue(server_spec(), intermediate), {}, root.pem()),
                   tls_failure::unknown_issuer, HasSubstr("signed by \"lab intermediate\""),
                   HasSubstr("let the server send its intermediate certificates"));
}

TEST_P(certificate_chain, intermediate_in_the_users_file)
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

TEST_P(certificate_chain, signed_by_a_certificate_that_is_no_ca)
{
    cert_spec spec = server_spec({"DNS:other.example"});
    spec.key_usage.clear();
    const identity no_ca = issue(spec, root);
    const identity leaf = issue(server_spec(), no_ca);

    EXPECT_NE(connect_to(leaf, {no_ca}, root.pem()).kind, none);
    EXPECT_NE(connect_to(leaf, {no_ca}, root.pem() + no_ca.pem()).kind, none);
    EXPECT_NE(connect_to(leaf, {}, no_ca.pem()).kind, none);
}

TEST_P(certificate_chain, signed_by_a_pinned_self_signed_one_that_is_no_ca)
{
    const identity pinned = guide_recipe(false);

    EXPECT_NE(connect_to(issue(server_spec(), pinned), {}, pinned.pem()).kind, none);
    EXPECT_NE(connect_to(issue(server_spec(), pinned), {pinned}, pinned.pem()).kind, none);
}

TEST_P(certificate_chain, signed_by_one_in_the_file_that_is_no_ca_is_explained)
{
    cert_spec spec = server_spec();
    spec.common_name = "not a CA";
    const identity no_ca = self_signed(spec);

    EXPECT_REFUSED(connect_to(issue(server_spec(), no_ca), {}, no_ca.pem()),
                   tls_failure::unknown_issuer,
                   AllOf(HasSubstr("signed by \"not a CA\""), HasSubstr("(CA:FALSE)")),
                   HasSubstr("that of a CA into " + roots_path));
}

TEST_P(certificate_chain, signed_by_an_expired_ca_in_the_file)
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

// CVE-2026-93302: name, key identifier and signature bytes of a CA are public.
TEST_P(certificate_chain, forged_from_what_a_ca_publishes)
{
    for (const std::string& roots : {root.pem(), root.pem() + intermediate.pem()}) {
        EXPECT_NE(connect_to(forge(server_spec(), root), {}, roots).kind, none);
    }
    EXPECT_NE(connect_to(forge(server_spec(), intermediate), {}, intermediate.pem()).kind, none);
    const identity recipe = guide_recipe();
    EXPECT_NE(connect_to(forge(server_spec(), recipe), {}, recipe.pem()).kind, none);
}

TEST_P(certificate_chain, a_refused_connection_teaches_nothing_to_the_next)
{
    const identity evil = self_signed(ca_spec("evil"));
    const identity pinned = issue(server_spec({"DNS:pinned.example"}), evil);
    const temp_file file(pinned.pem());
    tls_diagnosis why;
    const auto backend = GetParam().make(trusting(file), why);
    ASSERT_TRUE(backend) << why.text;
    server_behaviour first;
    first.certificate = pinned;
    first.chain = {evil};
    server_behaviour second;
    second.certificate = issue(server_spec(), evil);
    second.chain = {evil};
    tls_server first_server(first);
    tls_server second_server(second);

    tls_pair trusted(backend->make_session("pinned.example", why), first_server, 16384);
    tls_pair untrusted(backend->make_session("localhost", why), second_server, 16384);

    EXPECT_FALSE(trusted.handshake());
    EXPECT_EQ(untrusted.handshake(), tls_failure::unknown_issuer);
}

// ---------------------------------------------------------------- the guide's recipe

TEST_P(certificate_chain, guides_recipe)
{
    for (const bool ca : {true, false}) {
        const identity recipe = guide_recipe(ca);
        EXPECT_ACCEPTED(connect_to(recipe, {}, recipe.pem()));
        EXPECT_ACCEPTED(connect_to(recipe, {}, root.pem() + recipe.pem()));
        EXPECT_ACCEPTED(connect_to(recipe, {}, recipe.pem(), "LOCALHOST"));
        EXPECT_ACCEPTED(connect_to(recipe, {}, recipe.pem(), "localhost."));
    }
}

TEST_P(certificate_chain, guides_recipe_by_another_name)
{
    for (const bool ca : {true, false}) {
        const identity recipe = guide_recipe(ca);
        EXPECT_REFUSED(connect_to(recipe, {}, recipe.pem(), "db"), tls_failure::name_mismatch,
                       AllOf(HasSubstr("(hostname mismatch)"),
                             HasSubstr("for CN=localhost without subjectAltName, not for db")),
                       HasSubstr("subjectAltName DNS:db"));
    }
}

TEST_P(certificate_chain, guides_recipe_by_address)
{
    const identity recipe = guide_recipe();
    for (const std::string host : {"127.0.0.1", "::1"}) {
        EXPECT_REFUSED(connect_to(recipe, {}, recipe.pem(), host), tls_failure::name_mismatch,
                       AllOf(HasSubstr("(IP address mismatch)"), HasSubstr("not for " + host)),
                       HasSubstr("subjectAltName IP:" + host));
    }
}

TEST_P(certificate_chain, guides_recipe_made_anew_on_the_server)
{
    const identity before = guide_recipe();
    cert_spec spec;
    spec.ca = true;
    const identity now = self_signed(spec);

    EXPECT_REFUSED(connect_to(now, {}, before.pem()), tls_failure::bad_signature,
                   HasSubstr("is another one than the \"localhost\" in " + roots_path),
                   HasSubstr("copy the current one"));
}

TEST_P(certificate_chain, common_name_counts_only_where_pinned)
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
    const identity pinned = self_signed(spec);

    EXPECT_EQ(connect_to(pinned, {}, pinned.pem()).kind, tls_failure::name_mismatch);
    EXPECT_ACCEPTED(connect_to(pinned, {}, pinned.pem(), "other.example"));
}

TEST_P(certificate_chain, common_name_is_no_address)
{
    cert_spec spec;
    spec.common_name = "127.0.0.1";
    const identity pinned = self_signed(spec);

    EXPECT_EQ(connect_to(pinned, {}, pinned.pem(), "127.0.0.1").kind, tls_failure::name_mismatch);
}

TEST_P(certificate_chain, pinned_leaf_needs_no_chain)
{
    const identity leaf = issue(server_spec(), root);

    EXPECT_ACCEPTED(connect_to(leaf, {}, leaf.pem()));
    EXPECT_ACCEPTED(connect_to(leaf, {root}, leaf.pem()));
    EXPECT_REFUSED(connect_to(leaf, {}, leaf.pem(), "other.example"), tls_failure::name_mismatch,
                   HasSubstr("not for other.example"), HasSubstr("DNS:other.example"));
}

} // namespace
} // namespace coquest::test
