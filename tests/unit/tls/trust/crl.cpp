// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/crl.hpp"
#include "tls/trust/clock.hpp"

#include "tls/trust/peer_check.hpp"
#include "unit/tls/session/session_fixture.hpp"

#include <optional>
#include <string>
#include <vector>

namespace coquest::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class crl_test : public session_test {
protected:
    crl_test() : leaf(issue(server_spec(), root())), other(issue(server_spec(), root())) {}

    /// Connects to a server with @p certificate and @p chain. The kind is 0 after a success.
    tls_diagnosis meet(const std::string& lists, const identity& certificate,
                       const std::vector<identity>& chain = {})
    {
        const temp_file file(lists);
        path = file.path();
        tls_options options;
        options.ca = tls_ca::pem_file;
        options.roots_pem = roots;
        options.crl = file.path();
        tls_diagnosis diagnosis;
        const auto backend = GetParam().make(options, diagnosis);
        refused_early = !backend;
        if (!backend) {
            EXPECT_EQ(diagnosis.path, path);
            return diagnosis;
        }
        server_behaviour spec;
        spec.certificate = certificate;
        spec.chain = chain;
        tls_server server(spec);
        tls_pair pair(backend->make_session("localhost", diagnosis), server, whole);
        const auto failed = pair.handshake();
        diagnosis = pair.diagnosis();
        diagnosis.kind = failed ? diagnosis.kind : tls_failure{};
        return diagnosis;
    }

    const identity leaf;
    const identity other;
    std::string roots = root().pem();
    std::string path; // the file of the lists
    bool refused_early = false;
};
COQUEST_WITH_EACH_BACKEND(crl_test);

std::string list(const identity& issuer, std::vector<identity> revoked = {})
{
    return issue_crl(issuer, crl_spec{.revoked = std::move(revoked)});
}

TEST_P(crl_test, a_revoked_certificate_is_refused_with_its_serial)
{
    const tls_diagnosis diagnosis = meet(list(root(), {other, leaf}), leaf);

    EXPECT_EQ(diagnosis.kind, tls_failure::revoked);
    EXPECT_THAT(diagnosis.text,
                AllOf(StartsWith("certificate verify failed: the certificate of "
                                 "localhost, serial "),
                      HasSubstr(", was revoked by \"test root\" on 20"), HasSubstr(path)));
    EXPECT_EQ(diagnosis.hint, "replace it on the server");
    EXPECT_EQ(meet(list(root(), {other}), leaf).kind, tls_failure{});
    EXPECT_EQ(meet(list(root()), leaf).kind, tls_failure{});
}

TEST_P(crl_test, the_serial_is_that_of_the_certificate)
{
    const std::vector<std::byte> der = leaf.der();
    std::string serial;
    const auto facts = detail::parse_certificate(der);
    ASSERT_TRUE(facts);
    for (const std::byte b : facts->serial) {
        constexpr std::string_view digits = "0123456789abcdef";
        serial += digits[std::to_integer<unsigned>(b) >> 4U];
        serial += digits[std::to_integer<unsigned>(b) & 15U];
    }

    EXPECT_THAT(meet(list(root(), {leaf}), leaf).text, HasSubstr("serial " + serial + ","));
}

TEST_P(crl_test, list_in_der_form_is_accepted)
{
    const std::string der = issue_crl(root(), crl_spec{.revoked = {leaf}}, false);

    EXPECT_EQ(meet(der, leaf).kind, tls_failure::revoked);
    EXPECT_EQ(meet(der, other).kind, tls_failure{});
}

TEST_P(crl_test, lists_signed_with_every_kind_of_key_are_accepted)
{
    for (const key_ptr& key : {rsa_key(2048), ec_key("P-384"), ed25519_key()}) {
        const identity ca = self_signed(ca_spec("a CA"), key);
        const identity good = issue(server_spec(), root()); // the library may not support such keys
        roots = root().pem() + ca.pem();
        EXPECT_EQ(meet(list(root()) + list(ca), good).kind, tls_failure{});
    }
    const identity ca = self_signed(ca_spec("a CA"), rsa_key(2048));
    roots = ca.pem();
    for (const char* digest : {"SHA384", "SHA512"}) {
        const std::string lists = issue_crl(ca, crl_spec{.revoked = {}, .digest = digest});
        EXPECT_EQ(meet(lists, issue(server_spec(), ca)).kind, tls_failure{}) << digest;
    }
}

TEST_P(crl_test, revoked_intermediate_is_refused)
{
    const identity above = issue(ca_spec("above"), root());
    const identity below = issue(server_spec(), above);

    const tls_diagnosis revoked = meet(list(root(), {above}) + list(above), below, {above});
    const tls_diagnosis leaf_too = meet(list(above, {below}), below, {above});

    EXPECT_EQ(revoked.kind, tls_failure::revoked);
    EXPECT_THAT(revoked.text,
                AllOf(HasSubstr("the intermediate certificate \"above\" of localhost"),
                      HasSubstr("by \"test root\"")));
    EXPECT_EQ(leaf_too.kind, tls_failure::revoked);
    EXPECT_THAT(leaf_too.text, HasSubstr("by \"above\""));
    EXPECT_EQ(meet(list(above), below, {above}).kind, tls_failure{});
    EXPECT_EQ(meet(list(root()) + list(above), below, {above}).kind, tls_failure{});
}

TEST_P(crl_test, a_certificate_without_a_list_of_its_issuer_is_refused)
{
    const identity stranger = self_signed(ca_spec("stranger"));

    const tls_diagnosis diagnosis = meet(list(stranger), leaf);

    EXPECT_EQ(diagnosis.kind, tls_failure::bad_crl);
    EXPECT_THAT(diagnosis.text,
                HasSubstr("whether the certificate of localhost was revoked is not known: " + path +
                          " has no list of its issuer \"test root\""));
    EXPECT_THAT(diagnosis.hint, HasSubstr("add the list of that CA"));
}

TEST_P(crl_test, trusted_leaf_needs_no_list)
{
    const identity trusted_leaf = self_signed(server_spec());
    roots = trusted_leaf.pem() + root().pem();

    EXPECT_EQ(meet(list(root()), trusted_leaf).kind, tls_failure{});
    EXPECT_EQ(meet(list(trusted_leaf, {trusted_leaf}), trusted_leaf).kind,
              tls_failure::bad_crl); // it may not sign CRLs
}

TEST_P(crl_test, revoked_trusted_leaf_is_refused)
{
    const identity leaf_of_another = issue(server_spec(), self_signed(ca_spec("another root")));
    roots = leaf.pem() + leaf_of_another.pem();

    const tls_diagnosis sent = meet(list(root(), {leaf}), leaf, {root()});

    EXPECT_EQ(sent.kind, tls_failure::revoked);
    EXPECT_THAT(sent.text, AllOf(HasSubstr("the certificate of localhost, serial "),
                                 HasSubstr(", was revoked by \"test root\" on 20")));
    EXPECT_EQ(meet(list(root(), {other}), leaf, {root()}).kind, tls_failure{});
    EXPECT_EQ(meet(list(root(), {leaf}), leaf_of_another, {root()}).kind, tls_failure{});
    roots = leaf.pem() + root().pem();
    EXPECT_EQ(meet(list(root(), {leaf}), leaf).kind, tls_failure::revoked);
    EXPECT_EQ(meet(list(root(), {other}), leaf).kind, tls_failure{});
}

// Otherwise the server could hide that its certificate was revoked.
TEST_P(crl_test, trusted_leaf_is_refused_if_the_key_of_a_list_of_its_issuer_is_not_known)
{
    const identity namesake = self_signed(ca_spec("test root"));
    roots = leaf.pem();

    for (const std::vector<identity>& sent : {std::vector<identity>{}, {namesake}, {other}}) {
        const tls_diagnosis diagnosis = meet(list(root(), {leaf}), leaf, sent);
        EXPECT_EQ(diagnosis.kind, tls_failure::bad_crl);
        EXPECT_THAT(diagnosis.text,
                    HasSubstr("is not signed by the key that signed the certificate"));
    }
    EXPECT_EQ(meet(list(namesake), leaf, {namesake, root()}).kind, tls_failure::bad_crl);
}

TEST_P(crl_test, revoked_root_is_refused)
{
    const identity above = issue(ca_spec("above"), root());
    const identity below = issue(server_spec(), above);
    const identity namesake = self_signed(ca_spec("test root"));
    roots = above.pem() + root().pem();

    const tls_diagnosis revoked = meet(list(root(), {above}) + list(above), below);

    EXPECT_EQ(revoked.kind, tls_failure::revoked);
    EXPECT_THAT(revoked.text, AllOf(HasSubstr("the root \"above\" above localhost, serial "),
                                    HasSubstr("by \"test root\"")));
    EXPECT_EQ(meet(list(root(), {other}) + list(above), below).kind, tls_failure{});
    EXPECT_EQ(meet(list(namesake, {above}) + list(root()) + list(above), below).kind,
              tls_failure{}); // the list is about certificates of another CA
    roots = above.pem();
    const tls_diagnosis unknown = meet(list(root(), {above}) + list(above), below);
    EXPECT_EQ(unknown.kind, tls_failure::bad_crl);
    EXPECT_THAT(unknown.text, HasSubstr("names it, and its issuer is not trusted"));
    EXPECT_EQ(unknown.hint, "add that issuer to tls_roots_pem");
}

TEST_P(crl_test, list_of_a_ca_that_may_not_sign_lists_is_refused)
{
    cert_spec spec = ca_spec("above");
    spec.key_usage = "keyCertSign";
    const identity above = issue(spec, root());

    const tls_diagnosis diagnosis = meet(list(above), issue(server_spec(), above), {above});

    EXPECT_EQ(diagnosis.kind, tls_failure::bad_crl);
    EXPECT_THAT(diagnosis.text, HasSubstr("is not signed by the key that signed the certificate"));
}

TEST_P(crl_test, a_list_of_another_key_is_refused)
{
    const identity impostor = self_signed(ca_spec("test root"));
    const identity above = issue(ca_spec("above"), root());
    const identity false_above = issue(ca_spec("above"), root());

    const tls_diagnosis early = meet(list(impostor), leaf);
    const bool was_early = refused_early;
    const tls_diagnosis late = meet(list(false_above), issue(server_spec(), above), {above});

    EXPECT_TRUE(was_early);
    EXPECT_EQ(early.kind, tls_failure::bad_crl);
    EXPECT_THAT(early.text, HasSubstr("\"test root\", is not signed by the CA of that name in "
                                      "tls_roots_pem"));
    EXPECT_FALSE(refused_early);
    EXPECT_EQ(late.kind, tls_failure::bad_crl);
    EXPECT_THAT(late.text, HasSubstr("is not signed by the key that signed the certificate"));
}

TEST_P(crl_test, unusable_lists_fail_early)
{
    using std::chrono::hours;
    const std::string good = list(root());
    const struct {
        std::string lists;
        const char* text;
    } cases[] = {
        {issue_crl(root(), {.revoked = {}, .from = hours(-48), .until = hours(-24)}),
         "ended on 20"},
        {issue_crl(root(), {.revoked = {}, .from = hours(24), .until = hours(48)}), "begins on 20"},
        {issue_crl(root(), {.revoked = {}, .digest = "SHA1"}), "signed with SHA-1"},
        {issue_crl(root(), {.revoked = {}, .critical_extension = true}), "not a complete list"},
        {root().pem(), "holds no block of X509 CRL"},
        {"", "holds no block of X509 CRL"},
        {good.substr(0, good.size() / 2), "is cut off"},
        {"-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n", "is damaged"},
        {"\x30\x80", "is damaged"},
    };
    for (const auto& [lists, text] : cases) {
        const tls_diagnosis diagnosis = meet(lists, leaf);
        EXPECT_TRUE(refused_early);
        EXPECT_EQ(diagnosis.kind, tls_failure::bad_crl);
        EXPECT_THAT(diagnosis.text, AllOf(StartsWith("tls_crl: "), HasSubstr(text)));
        EXPECT_NE(diagnosis.hint, "");
    }
}

TEST(crl, list_that_expires_while_it_is_in_use_is_refused)
{
    const identity leaf = issue(server_spec(), root());
    detail::trust roots;
    roots.lists_path = "lists";
    const std::string text = issue_crl(root(), crl_spec{}, false);
    const auto parsed = detail::parse_crl(std::as_bytes(std::span(text)));
    roots.lists = {parsed};
    const std::vector<std::byte> der = leaf.der();
    const std::vector<std::byte> root_der = root().der();
    const detail::certificate path[] = {*detail::parse_certificate(der),
                                        *detail::parse_certificate(root_der)};
    parsed->known_keys.emplace_back(path[1].key_info.begin(), path[1].key_info.end());
    const auto now = detail::current_time();
    auto until = now + std::chrono::hours(1000);

    EXPECT_FALSE(detail::check_revocation(path, roots, "h", now, until));
    EXPECT_EQ(until, *parsed->next_update);
    const auto diagnosis =
        detail::check_revocation(path, roots, "h", now + std::chrono::hours(25), until);

    ASSERT_TRUE(diagnosis);
    EXPECT_EQ(diagnosis->kind, tls_failure::bad_crl);
    EXPECT_THAT(diagnosis->text, HasSubstr("the list of \"test root\" in lists ended on 20"));
}

TEST(crl, every_prefix_and_every_changed_length_is_refused_or_read)
{
    const identity leaf = issue(server_spec(), root());
    const std::string text = issue_crl(root(), crl_spec{.revoked = {leaf}}, false);
    for (std::size_t i = 0; i < text.size(); ++i) {
        EXPECT_FALSE(detail::parse_crl(std::as_bytes(std::span(text.data(), i)))) << i;
        for (const char change : {'\x01', '\x7f', '\x80'}) {
            std::string changed = text;
            changed[i] = static_cast<char>(changed[i] ^ change);
            const auto parsed = detail::parse_crl(std::as_bytes(std::span(changed)));
            EXPECT_TRUE(!parsed || parsed->der.size() == text.size());
        }
    }
}

} // namespace
} // namespace coquest::test
