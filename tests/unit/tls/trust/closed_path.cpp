// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Only the path from the server's certificate to a root counts, through the certificates of this
// handshake. What a library remembers of other handshakes must not add another path.

#include "tls/x509/x509.hpp"
#include "unit/tls/trust/certificate_fixture.hpp"

#include <cstdlib>

namespace coquest::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A chain that must be refused: the CAs above the server, the nearest first.
struct refused_kind {
    const char* name;
    std::vector<identity> cas;
    std::string lists{}; // tls_crl
};

cert_spec valid_between(cert_spec spec, int start, int end)
{
    spec.from = std::chrono::hours(start);
    spec.until = std::chrono::hours(end);
    return spec;
}

cert_spec with_extension(cert_spec spec, const char* extension, std::string value)
{
    spec.more = {{extension, std::move(value)}};
    return spec;
}

// Returns a CA of the same name and key without the defect.
identity twin_of(const identity& ca, const std::string& name)
{
    return self_signed(ca_spec(name), ca.key);
}

class closed_path : public certificate_test {
protected:
    std::vector<refused_kind> refused_kinds()
    {
        const auto below_root = [&](const cert_spec& spec, key_ptr key = ec_key()) {
            return issue(spec, root, std::move(key));
        };
        cert_spec sha1 = ca_spec("CA 1");
        sha1.digest = "SHA1";
        cert_spec no_ca = ca_spec("CA 1");
        no_ca.ca = false;
        cert_spec no_signer = ca_spec("CA 1");
        no_signer.key_usage = "digitalSignature,cRLSign";
        cert_spec for_clients = ca_spec("CA 1");
        for_clients.extended_key_usage = "clientAuth";
        cert_spec no_length = ca_spec("CA 2");
        no_length.path_length = 0;
        const identity revoked = below_root(ca_spec("CA 1"));
        const identity upper = below_root(no_length);
        const identity revoked_upper = below_root(ca_spec("CA 2"));
        const identity lower = issue(ca_spec("CA 1"), revoked_upper);
        const identity renewed = issue(ca_spec("lab root"), root);
        return {
            {"expired", {below_root(valid_between(ca_spec("CA 1"), -48, -24))}},
            {"not_yet_valid", {below_root(valid_between(ca_spec("CA 1"), 24, 48))}},
            {"constrained",
             {below_root(with_extension(ca_spec("CA 1"), "nameConstraints",
                                        "critical,permitted;DNS:elsewhere.example"))}},
            {"unknown_critical",
             {below_root(with_extension(ca_spec("CA 1"), "1.2.3.4", "critical,DER:0500"))}},
            {"sha1", {below_root(sha1)}},
            {"no_ca", {below_root(no_ca)}},
            {"no_signer", {below_root(no_signer)}},
            {"for_clients", {below_root(for_clients)}},
            {"rsa_1024", {below_root(ca_spec("CA 1"), rsa_key(1024))}},
            {"path_length", {issue(ca_spec("CA 1"), upper), upper}},
            {"revoked",
             {revoked},
             issue_crl(root, {.revoked = {revoked}}) + issue_crl(revoked, {})},
            {"revoked_upper",
             {lower, revoked_upper},
             issue_crl(root, {.revoked = {revoked_upper}}) + issue_crl(revoked_upper, {}) +
                 issue_crl(lower, {})},
            {"revoked_self_issued",
             {renewed},
             issue_crl(root, {.revoked = {renewed}}) + issue_crl(renewed, {})},
        };
    }

    static std::string name_of(const identity& ca)
    {
        const std::vector<std::byte> der = ca.der();
        return detail::common_name(detail::parse_certificate(der)->subject);
    }

    // Returns every way to send `cas`: each unchanged, left out, or as its twin, and all of that
    // with and without the root.
    std::vector<std::vector<identity>> ways_around(const std::vector<identity>& cas) const
    {
        std::vector<std::vector<identity>> ways{{}};
        for (const identity& ca : cas) {
            std::vector<std::vector<identity>> longer;
            for (const std::vector<identity>& way : ways) {
                longer.push_back(way);
                longer.push_back(way);
                longer.back().push_back(ca);
                longer.push_back(way);
                longer.back().push_back(twin_of(ca, name_of(ca)));
            }
            ways = std::move(longer);
        }
        for (std::size_t i = ways.size(); i-- > 0;) {
            ways.push_back(ways[i]);
            ways.back().push_back(root);
        }
        return ways;
    }

    // Returns whether a client of `backend` accepts the server.
    static bool accepts(const detail::any_tls_backend& backend, const identity& leaf,
                        const std::vector<identity>& chain, std::string_view host,
                        tls_version version)
    {
        server_behaviour spec;
        spec.certificate = leaf;
        spec.chain = chain;
        spec.min = spec.max = version;
        spec.security_level = 0;
        tls_server server(spec);
        tls_diagnosis diagnosis;
        tls_pair pair(backend.make_session(host, diagnosis), server, 16384);
        const bool accepted = !pair.handshake();
        EXPECT_TRUE(accepted || !server.is_established());
        return accepted;
    }
};
COQUEST_WITH_EACH_BACKEND(closed_path);

TEST_P(closed_path, refused_chain_stays_refused_after_any_other_handshake)
{
    const identity good = issue(server_spec(), intermediate);
    const std::string good_lists =
        issue_crl(intermediate, {}); // the list of the root is in kind.lists
    for (const refused_kind& kind : refused_kinds()) {
        SCOPED_TRACE(kind.name);
        const temp_file lists(kind.lists + good_lists);
        tls_options options;
        options.ca = tls_ca::pem_file;
        options.roots_pem = root.pem();
        options.crl = kind.lists.empty() ? "" : lists.path();
        const identity leaf = issue(server_spec(), kind.cas.front());
        const identity leaf_elsewhere = issue(server_spec({"DNS:other.example"}), kind.cas.front());
        tls_diagnosis diagnosis;
        const auto backend = GetParam().make(options, diagnosis);
        ASSERT_TRUE(backend) << diagnosis.text;
        std::size_t way_number = 0;
        for (const std::vector<identity>& way : ways_around(kind.cas)) {
            const auto version = way_number % 2 == 0 ? tls_version::tls1_3 : tls_version::tls1_2;
            SCOPED_TRACE(way_number++);
            EXPECT_FALSE(accepts(*backend, leaf, kind.cas, "localhost", version));
            EXPECT_FALSE(accepts(*backend, leaf, way, "localhost", version));
            EXPECT_FALSE(accepts(*backend, leaf_elsewhere, way, "other.example", version));
        }
        EXPECT_TRUE(accepts(*backend, good, {intermediate}, "localhost", tls_version::tls1_3));
    }
}

// The library learns nothing from a successful handshake either.
TEST_P(closed_path, intermediate_counts_only_in_the_handshake_that_sends_it)
{
    tls_diagnosis diagnosis;
    tls_options options;
    options.ca = tls_ca::pem_file;
    options.roots_pem = root.pem();
    const auto backend = GetParam().make(options, diagnosis);
    ASSERT_TRUE(backend) << diagnosis.text;
    const identity leaf = issue(server_spec(), intermediate);
    const identity other = issue(server_spec({"DNS:other.example"}), intermediate);

    EXPECT_TRUE(accepts(*backend, leaf, {intermediate}, "localhost", tls_version::tls1_3));
    EXPECT_FALSE(accepts(*backend, leaf, {}, "localhost", tls_version::tls1_2));
    EXPECT_FALSE(accepts(*backend, other, {}, "other.example", tls_version::tls1_3));
    EXPECT_TRUE(accepts(*backend, other, {intermediate}, "other.example", tls_version::tls1_2));
}

// ---------------------------------------------------------------- constraints of roots

class constraints_of_roots : public certificate_test {
protected:
    void TearDown() override { ::unsetenv("SSL_CERT_FILE"); }

    // Connects to a server named `san` below a root with `constraints`, which is loaded through
    // `ca`.
    tls_failure meet(const std::string& constraints, const std::string& san,
                     const std::string& host, tls_ca ca)
    {
        const identity limited = self_signed(
            with_extension(ca_spec("limited root"), "nameConstraints", "critical," + constraints));
        const temp_file file(limited.pem());
        tls_options options = trusting(file);
        if (ca != tls_ca::pem_file) {
            ::setenv("SSL_CERT_FILE", file.path().c_str(), 1);
            options = {};
            options.ca = ca;
        }
        server_behaviour spec;
        spec.certificate = issue(server_spec({san}), limited);
        tls_server server(spec);
        tls_pair pair(connect(options, host), server, 16384);
        const auto failed = pair.handshake();
        return failed ? pair.diagnosis().kind : none;
    }
};
COQUEST_WITH_EACH_BACKEND(constraints_of_roots);

TEST_P(constraints_of_roots, hold_wherever_the_root_comes_from)
{
    const struct {
        const char* constraints;
        const char* san;
        const char* host;
        tls_failure verdict;
    } cases[] = {
        {"permitted;IP:10.0.0.0/255.0.0.0", "IP:127.0.0.1", "127.0.0.1",
         tls_failure::bad_certificate},
        {"permitted;IP:127.0.0.0/255.0.0.0", "IP:127.0.0.1", "127.0.0.1", none},
        {"excluded;IP:127.0.0.0/255.0.0.0", "IP:127.0.0.1", "127.0.0.1",
         tls_failure::bad_certificate},
        {"permitted;DNS:host", "DNS:localhost", "localhost", tls_failure::bad_certificate},
        {"permitted;DNS:host", "DNS:a.host", "a.host", none},
        {"excluded;DNS:localhost", "DNS:localhost", "localhost", tls_failure::bad_certificate},
    };
    for (const auto& test : cases) {
        for (const tls_ca ca : {tls_ca::pem_file, tls_ca::os_roots, tls_ca::webpki_and_os_roots}) {
            EXPECT_EQ(meet(test.constraints, test.san, test.host, ca), test.verdict)
                << test.constraints << ' ' << test.san << ' ' << static_cast<int>(ca);
        }
    }
}

// ---------------------------------------------------------------- revocation and changed keys

class changed_key : public certificate_test {
protected:
    tls_failure meet(const identity& server_certificate, const std::vector<identity>& chain,
                     const std::string& lists)
    {
        const temp_file file(lists);
        tls_options options;
        options.ca = tls_ca::pem_file;
        options.roots_pem = root.pem();
        options.crl = file.path();
        server_behaviour spec;
        spec.certificate = server_certificate;
        spec.chain = chain;
        tls_server server(spec);
        tls_pair pair(connect(options), server, 16384);
        const auto failed = pair.handshake();
        return failed ? pair.diagnosis().kind : none;
    }

    static std::string list(const identity& issuer, std::vector<identity> revoked = {})
    {
        return issue_crl(issuer, {.revoked = std::move(revoked), .key_id = true});
    }

    const identity renewed = issue(ca_spec("lab root"), root); // same name, another key
    const identity leaf = issue(server_spec(), renewed);
    const identity below_old = issue(server_spec(), root);
};
COQUEST_WITH_EACH_BACKEND(changed_key);

TEST_P(changed_key, self_issued_intermediate_is_checked_for_revocation)
{
    EXPECT_EQ(meet(leaf, {renewed}, list(root, {renewed}) + list(renewed)), tls_failure::revoked);
    EXPECT_EQ(meet(leaf, {renewed}, list(renewed) + list(root, {renewed})), tls_failure::revoked);
    EXPECT_EQ(meet(leaf, {renewed}, list(root) + list(renewed)), none);
}

// Serial numbers belong to an issuer's key: a list of another key is about other certificates.
TEST_P(changed_key, list_applies_only_to_what_its_key_signed)
{
    EXPECT_EQ(meet(leaf, {renewed}, list(root) + list(renewed, {leaf})), tls_failure::revoked);
    EXPECT_EQ(meet(leaf, {renewed}, list(root, {leaf}) + list(renewed)), none);
    EXPECT_EQ(meet(below_old, {}, list(root, {below_old}) + list(renewed)), tls_failure::revoked);
    EXPECT_EQ(meet(below_old, {renewed}, list(root) + list(renewed, {below_old})), none);
    EXPECT_EQ(meet(leaf, {renewed}, list(root)), tls_failure::bad_crl);
}

TEST_P(changed_key, verdicts_agree_with_openssl)
{
    const identity upper = issue(ca_spec("upper"), root);
    const identity lower = issue(ca_spec("upper"), upper); // self-issued, below an intermediate
    const identity far = issue(server_spec(), lower);
    const struct {
        const identity& leaf;
        std::vector<identity> chain;
        std::string lists;
    } cases[] = {
        {leaf, {renewed}, list(root) + list(renewed)},
        {leaf, {renewed}, list(root, {renewed}) + list(renewed)},
        {leaf, {renewed}, list(root) + list(renewed, {leaf})},
        {leaf, {renewed}, list(root, {leaf}) + list(renewed)},
        {leaf, {renewed}, list(root, {leaf, renewed}) + list(renewed, {renewed})},
        {leaf, {renewed}, list(root) + list(renewed, {renewed})},
        {below_old, {}, list(root)},
        {below_old, {renewed}, list(root) + list(renewed, {below_old})},
        {below_old, {renewed}, list(root, {below_old}) + list(renewed)},
        {far, {lower, upper}, list(root) + list(upper) + list(lower)},
        {far, {lower, upper}, list(root) + list(upper, {lower}) + list(lower)},
        {far, {lower, upper}, list(root, {upper}) + list(upper) + list(lower)},
        {far, {lower, upper}, list(root) + list(upper, {far}) + list(lower)},
        {far, {lower, upper}, list(root) + list(upper) + list(lower, {far})},
        {far, {upper, lower}, list(root, {lower}) + list(upper, {upper}) + list(lower, {upper})},
    };
    std::size_t number = 0;
    for (const auto& test : cases) {
        const std::string openssl_verdict =
            verdict_of_openssl(test.leaf, test.chain, {root}, test.lists);
        EXPECT_EQ(meet(test.leaf, test.chain, test.lists) == none, openssl_verdict.empty())
            << number << ": " << openssl_verdict;
        ++number;
    }
}

// ---------------------------------------------------------------- hint at an interception

class interception_hint : public certificate_test {};
COQUEST_WITH_EACH_BACKEND(interception_hint);

TEST_P(interception_hint, is_absent_unless_the_key_of_a_root_was_compared)
{
    const identity namesake = issue(ca_spec("lab intermediate"), root); // another key
    const identity stranger = self_signed(ca_spec("stranger"));
    const identity leaf = issue(server_spec(), intermediate);
    cert_spec old = ca_spec("lab root");
    old.from = std::chrono::hours(-48);
    old.until = std::chrono::hours(-24);
    const identity predecessor = self_signed(old);
    const struct {
        identity leaf;
        std::vector<identity> chain;
    } cases[] = {
        {leaf, {}},
        {leaf, {namesake}},
        {leaf, {predecessor}},
        {leaf, {stranger, namesake}},
        {leaf, {twin_of(intermediate, "lab intermediate")}},
        {issue(server_spec(), stranger), {stranger, root}},
    };
    for (const auto& test : cases) {
        const tls_diagnosis diagnosis = connect_to(test.leaf, test.chain, root.pem());
        EXPECT_EQ(diagnosis.kind, tls_failure::unknown_issuer) << diagnosis.text;
        EXPECT_THAT(diagnosis.text + diagnosis.hint, Not(HasSubstr("intercept")));
        EXPECT_THAT(diagnosis.text, Not(HasSubstr("signature")));
    }
}

TEST_P(interception_hint, is_given_if_the_key_of_a_root_did_not_sign)
{
    const identity impostor = self_signed(ca_spec("lab root"));
    const identity below = issue(ca_spec("below"), impostor);

    const tls_diagnosis diagnosis = connect_to(issue(server_spec(), below), {below}, root.pem());

    EXPECT_EQ(diagnosis.kind, tls_failure::bad_signature);
    EXPECT_THAT(diagnosis.text,
                HasSubstr("the signature of the intermediate certificate \"below\" of "
                          "localhost does not match the trusted CA \"lab root\""));
    EXPECT_THAT(diagnosis.hint, HasSubstr("something intercepts"));
}

// A self-signed certificate with CA:FALSE, renewed with the same key.
TEST_P(interception_hint, is_absent_if_a_trusted_leaf_was_renewed)
{
    cert_spec spec;
    spec.ca = false;
    const key_ptr key = ec_key();
    const identity before = self_signed(spec, key);

    const tls_diagnosis renewed = connect_to(self_signed(spec, key), {}, before.pem());
    const tls_diagnosis other = connect_to(self_signed(spec), {}, before.pem());

    EXPECT_EQ(renewed.kind, tls_failure::self_signed);
    EXPECT_THAT(renewed.text, HasSubstr("is another one than the \"localhost\" in "));
    EXPECT_THAT(renewed.text, HasSubstr("with the same key"));
    EXPECT_THAT(renewed.text + renewed.hint, Not(HasSubstr("intercept")));
    EXPECT_EQ(other.kind, tls_failure::bad_signature);
}

} // namespace
} // namespace coquest::test
