// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Every kind of chain that a server may send, one named test each: the verdict and its words, the
// same with both libraries. Where wolfSSL can't, the table says so.

#include "unit/tls/certificate_fixture.hpp"

#include <functional>

namespace coquest::test {
namespace {

using ::testing::HasSubstr;

// What a server sends, and what its client was told.
struct meeting {
    identity leaf;
    std::vector<identity> chain;
    std::string roots;
    std::string host = "localhost";
};

// The CAs of all meetings.
struct lab {
    identity root = self_signed(ca_spec("lab root"));
    identity intermediate = issue(ca_spec("lab intermediate"), root);

    [[nodiscard]] meeting with(const cert_spec& spec, std::string host = "localhost",
                               key_ptr key = ec_key()) const
    {
        return {issue(spec, root, std::move(key)), {}, root.pem(), std::move(host)};
    }
    /// Issues the server's certificate by a CA of @p spec under the root, and sends both.
    [[nodiscard]] meeting under(const cert_spec& spec, const cert_spec& server = server_spec(),
                                std::string host = "localhost", key_ptr key = ec_key()) const
    {
        const identity ca = issue(spec, root, std::move(key));
        return {issue(server, ca), {ca}, root.pem(), std::move(host)};
    }
    [[nodiscard]] meeting named(std::vector<std::string> san, std::string host) const
    {
        return with(server_spec(std::move(san)), std::move(host));
    }
};

cert_spec old(cert_spec spec)
{
    spec.from = std::chrono::hours(-48);
    spec.until = std::chrono::hours(-24);
    return spec;
}

cert_spec early(cert_spec spec)
{
    spec.from = std::chrono::hours(24);
    return spec;
}

cert_spec cn_only(std::string name)
{
    cert_spec spec;
    spec.common_name = std::move(name);
    return spec;
}

cert_spec with(cert_spec spec, const char* extension, std::string value)
{
    spec.more = {{extension, std::move(value)}};
    return spec;
}

cert_spec with_usage(std::string key_usage, std::string extended)
{
    cert_spec spec = server_spec();
    spec.key_usage = std::move(key_usage);
    spec.extended_key_usage = std::move(extended);
    return spec;
}

cert_spec ca_with_path(int length)
{
    cert_spec spec = ca_spec("CA of length " + std::to_string(length));
    spec.path_length = length;
    return spec;
}

cert_spec ca_named(std::string constraints)
{
    return with(ca_spec("constrained"), "nameConstraints", "critical," + std::move(constraints));
}

// `count` CAs in a row, the one nearest to the server first.
std::vector<identity> row_of_cas(const identity& root, int count)
{
    std::vector<identity> row{issue(ca_spec("CA 1"), root)};
    for (int i = 2; i <= count; ++i) {
        row.insert(row.begin(), issue(ca_spec("CA " + std::to_string(i)), row.front()));
    }
    return row;
}

using fault = tls_failure;

struct expectation {
    tls_failure verdict = none;
    std::string says{};  // part of the text
    std::string hint{};  // part of the hint
    bool silent = false; // no alert goes out
};

struct kind {
    const char* name;
    std::function<meeting(const lab&)> meet;
    expectation expected{};
    expectation wolfssl = expected;
    expectation newer = wolfssl; // wolfSSL 5.9
};

constexpr const char* critical_unknown = "critical,DER:0500";

const std::vector<kind>& kinds()
{
    static const std::vector<kind> all{
        // ------------------------------------------------------------ good ones
        {"good", [](const lab& l) { return l.with(server_spec()); }},
        {"good_p384",
         [](const lab& l) { return l.with(server_spec(), "localhost", ec_key("P-384")); }},
        {"good_ed25519",
         [](const lab& l) { return l.with(server_spec(), "localhost", ed25519_key()); }},
        {"good_rsa_2048",
         [](const lab& l) { return l.with(server_spec(), "localhost", rsa_key(2048)); }},
        {"good_by_address", [](const lab& l) { return l.named({"IP:127.0.0.1"}, "127.0.0.1"); }},
        {"good_by_address_of_version_6", [](const lab& l) { return l.named({"IP:::1"}, "::1"); }},
        {"good_in_capitals_with_a_dot",
         [](const lab& l) { return l.with(server_spec(), "LOCALHOST."); }},
        {"good_international_name",
         [](const lab& l) {
             return l.named({"DNS:xn--bcher-kva.example"}, "XN--BCHER-KVA.example");
         }},
        {"good_without_subject",
         [](const lab& l) {
             cert_spec spec = server_spec();
             spec.common_name.clear();
             return l.with(spec);
         }},
        {"good_through_an_intermediate", [](const lab& l) { return l.under(ca_spec("below")); }},
        {"good_with_the_root_sent_along",
         [](const lab& l) {
             return meeting{
                 issue(server_spec(), l.intermediate), {l.intermediate, l.root}, l.root.pem()};
         }},
        {"good_with_a_stray_certificate",
         [](const lab& l) {
             return meeting{
                 issue(server_spec(), l.root), {self_signed(ca_spec("stray"))}, l.root.pem()};
         }},
        {"intermediate_in_the_file",
         [](const lab& l) {
             return meeting{issue(server_spec(), l.intermediate), {}, l.intermediate.pem()};
         }},
        {"leaf_in_the_file",
         [](const lab& l) {
             const identity leaf = issue(server_spec(), l.root);
             return meeting{leaf, {}, leaf.pem()};
         }},
        {"recipe_of_the_guide",
         [](const lab&) {
             const identity recipe = guide_recipe();
             return meeting{recipe, {}, recipe.pem()};
         }},
        {"recipe_of_the_guide_without_ca",
         [](const lab&) {
             const identity recipe = guide_recipe(false);
             return meeting{recipe, {}, recipe.pem()};
         }},
        {"ca_as_server",
         [](const lab& l) {
             cert_spec spec = server_spec();
             spec.ca = true;
             return l.with(spec);
         }},
        {"cross_signed_intermediate",
         [](const lab& l) {
             const identity other = self_signed(ca_spec("other root"));
             const identity crossed = issue(ca_spec("lab root"), other, l.root.key);
             return meeting{issue(server_spec(), l.root), {crossed}, other.pem()};
         }},
        {"any_extended_key_usage",
         [](const lab& l) { return l.with(with_usage("digitalSignature", "anyExtendedKeyUsage")); },
         {fault::bad_usage, "unsuitable certificate purpose", "extendedKeyUsage serverAuth"},
         {}},
        {"unknown_extension",
         [](const lab& l) { return l.with(with(server_spec(), "1.2.3.4", "DER:0500")); }},
        {"path_length_used_up", [](const lab& l) { return l.under(ca_with_path(0)); }},
        {"name_constraint_kept",
         [](const lab& l) {
             return l.under(ca_named("permitted;DNS:example.test"),
                            server_spec({"DNS:db.example.test"}), "db.example.test");
         }},
        {"name_constraint_on_addresses_kept",
         [](const lab& l) {
             return l.under(ca_named("permitted;IP:10.0.0.0/255.0.0.0"),
                            server_spec({"IP:10.1.2.3"}), "10.1.2.3");
         }},
        {"wildcard",
         [](const lab& l) { return l.named({"DNS:*.example.test"}, "a.example.test"); }},
        {"a_thousand_names",
         [](const lab& l) {
             std::vector<std::string> san;
             for (int i = 0; i < 1000; ++i) {
                 san.push_back("DNS:host-" + std::to_string(i) + ".example.test");
             }
             return l.named(san, "host-999.example.test");
         },
         {},
         {fault::bad_certificate, "handshake is larger than this TLS library takes", "(many names)",
          true}},
        {"twelve_intermediates",
         [](const lab& l) {
             const std::vector<identity> row = row_of_cas(l.root, 12);
             return meeting{issue(server_spec(), row.front()), row, l.root.pem()};
         },
         {},
         {fault::unknown_issuer, "signed by \"CA 4\"", "9 certificates or more: shorten it"},
         {fault::bad_certificate, "handshake is larger than this TLS library takes",
          "its chain long? shorten it", true}},

        // ------------------------------------------------------------ trust
        {"unknown_ca",
         [](const lab& l) {
             return meeting{
                 issue(server_spec(), self_signed(ca_spec("stranger"))), {}, l.root.pem()};
         },
         {fault::unknown_issuer, "is signed by \"stranger\", which is not the trusted one",
          "add the PEM certificate of that CA"}},
        {"unknown_ca_above_one_without_key_usage",
         [](const lab& l) {
             cert_spec spec = ca_spec("plain CA");
             spec.key_usage.clear();
             const identity ca = issue(spec, self_signed(ca_spec("stranger")));
             return meeting{issue(server_spec(), ca), {ca}, l.root.pem()};
         },
         {fault::unknown_issuer, "is signed by \"stranger\", which is not the trusted one",
          "add the PEM certificate of that CA"}},
        {"self_signed_and_unknown",
         [](const lab& l) { return meeting{self_signed(server_spec()), {}, l.root.pem()}; },
         {fault::self_signed, "is self-signed", "that very certificate"}},
        {"root_of_the_same_name",
         [](const lab& l) {
             return meeting{
                 issue(server_spec(), self_signed(ca_spec("lab root"))), {}, l.root.pem()};
         },
         {fault::bad_signature, "does not match the trusted CA \"lab root\"", "was it re-issued?"}},
        {"missing_intermediate",
         [](const lab& l) {
             return meeting{issue(server_spec(), l.intermediate), {}, l.root.pem()};
         },
         {fault::unknown_issuer, "is signed by \"lab intermediate\"",
          "send its intermediate certificates"}},
        {"issuer_without_basic_constraints",
         [](const lab& l) {
             cert_spec spec = ca_spec("plain");
             spec.ca.reset();
             return l.under(spec);
         },
         {fault::unknown_issuer, "by way of \"plain\", which is no CA", "re-issued by a CA"}},
        {"issuer_that_is_no_ca",
         [](const lab& l) {
             cert_spec spec = ca_spec("no CA");
             spec.ca = false;
             return l.under(spec);
         },
         {fault::unknown_issuer, "by way of \"no CA\", which is no CA", "re-issued by a CA"}},
        {"issuer_that_may_not_sign",
         [](const lab& l) {
             cert_spec spec = ca_spec("no signer");
             spec.key_usage = "digitalSignature,cRLSign";
             return l.under(spec);
         },
         {fault::bad_certificate, "\"no signer\" of localhost may not sign others", "keyCertSign"},
         {fault::bad_certificate, "\"no signer\" of localhost may not sign others", "keyCertSign"},
         {fault::bad_certificate, "Not a CA", "openssl s_client -showcerts"}}, // calls nobody
        {"path_length_exceeded",
         [](const lab& l) {
             const identity upper = issue(ca_with_path(0), l.root);
             const identity lower = issue(ca_spec("lower"), upper);
             return meeting{issue(server_spec(), lower), {lower, upper}, l.root.pem()};
         },
         {fault::bad_certificate, "\"CA of length 0\" allows 0 CAs below it (path length)",
          "nearer to the root"}},
        // CVE-2026-93302: name, key identifier and signature bytes of a CA are public.
        {"cve_2026_93302_forged_leaf",
         [](const lab& l) { return meeting{forge(server_spec(), l.root), {}, l.root.pem()}; },
         {fault::bad_signature, "is another one than the \"lab root\"", "something intercepts"}},
        {"cve_2026_93302_forged_leaf_of_an_intermediate",
         [](const lab& l) {
             return meeting{forge(server_spec(), l.intermediate), {}, l.intermediate.pem()};
         },
         {fault::bad_signature, "is another one than the \"lab intermediate\"",
          "something intercepts"}},
        {"cve_2026_93302_forged_recipe",
         [](const lab&) {
             const identity recipe = guide_recipe();
             return meeting{forge(server_spec(), recipe), {}, recipe.pem()};
         },
         {fault::bad_signature, "is another one than the \"localhost\"", "something intercepts"}},

        // ------------------------------------------------------------ names
        {"wrong_host",
         [](const lab& l) { return l.named({"DNS:elsewhere.example"}, "localhost"); },
         {fault::name_mismatch, "is for elsewhere.example, not for localhost", "DNS:localhost"}},
        {"common_name_only",
         [](const lab& l) { return l.with(cn_only("localhost")); },
         {fault::name_mismatch, "CN=localhost without subjectAltName", "DNS:localhost"}},
        {"address_as_common_name",
         [](const lab& l) { return l.with(cn_only("127.0.0.1"), "127.0.0.1"); },
         {fault::name_mismatch, "(IP address mismatch)", "IP:127.0.0.1"}},
        {"common_name_beside_other_names",
         [](const lab& l) {
             cert_spec spec = cn_only("localhost");
             spec.san = {"DNS:other.example"};
             return l.with(spec);
         },
         {fault::name_mismatch, "is for other.example, not for localhost", "DNS:localhost"}},
        {"pinned_common_name_beside_other_names",
         [](const lab&) {
             cert_spec spec = cn_only("localhost");
             spec.san = {"DNS:other.example"};
             const identity pinned = self_signed(spec);
             return meeting{pinned, {}, pinned.pem()};
         },
         {fault::name_mismatch, "is for other.example, not for localhost", "DNS:localhost"}},
        {"no_name_at_all",
         [](const lab& l) {
             cert_spec spec = cn_only("");
             return l.with(spec);
         },
         {fault::name_mismatch, "no name at all", "DNS:localhost"}},
        {"mail_address_as_name",
         [](const lab& l) { return l.named({"email:root@localhost"}, "localhost"); },
         {fault::name_mismatch, "for none, not for localhost", "DNS:localhost"}},
        {"address_as_dns_name",
         [](const lab& l) { return l.named({"DNS:127.0.0.1"}, "127.0.0.1"); },
         {fault::name_mismatch, "(IP address mismatch)", "IP:127.0.0.1"}},
        {"other_address",
         [](const lab& l) { return l.named({"IP:127.0.0.2"}, "127.0.0.1"); },
         {fault::name_mismatch, "is for 127.0.0.2, not for 127.0.0.1", "IP:127.0.0.1"}},
        {"address_of_version_4_in_one_of_6",
         [](const lab& l) { return l.named({"IP:::ffff:127.0.0.1"}, "127.0.0.1"); },
         {fault::name_mismatch, "(IP address mismatch)", "IP:127.0.0.1"}},
        {"wildcard_bare",
         [](const lab& l) { return l.named({"DNS:*"}, "localhost"); },
         {fault::name_mismatch, "is for *, not for localhost", "DNS:localhost"}},
        {"wildcard_of_a_top_level_domain",
         [](const lab& l) { return l.named({"DNS:*.test"}, "example.test"); },
         {fault::name_mismatch, "is for *.test", "DNS:example.test"}},
        {"wildcard_in_the_middle",
         [](const lab& l) { return l.named({"DNS:a.*.test"}, "a.example.test"); },
         {fault::name_mismatch, "is for a.*.test", "DNS:a.example.test"}},
        {"wildcard_for_part_of_a_label",
         [](const lab& l) { return l.named({"DNS:ba*.example.test"}, "bar.example.test"); },
         {fault::name_mismatch, "is for ba*.example.test", "DNS:bar.example.test"}},
        {"wildcard_in_an_international_label",
         [](const lab& l) {
             return l.named({"DNS:xn--*.example.test"}, "xn--bcher-kva.example.test");
         },
         {fault::name_mismatch, "is for xn--*.example.test", "DNS:xn--bcher-kva.example.test"}},
        {"wildcard_for_two_labels",
         [](const lab& l) { return l.named({"DNS:*.example.test"}, "a.b.example.test"); },
         {fault::name_mismatch, "is for *.example.test", "DNS:a.b.example.test"}},
        {"wildcard_for_no_label",
         [](const lab& l) { return l.named({"DNS:*.example.test"}, "example.test"); },
         {fault::name_mismatch, "is for *.example.test", "DNS:example.test"}},
        {"name_outside_of_the_permitted",
         [](const lab& l) { return l.under(ca_named("permitted;DNS:example.test")); },
         {fault::bad_certificate, "a name, localhost, that the CA \"constrained\" may not certify",
          "by another CA"}},
        {"name_among_the_excluded",
         [](const lab& l) {
             return l.under(ca_named("excluded;DNS:example.test"),
                            server_spec({"DNS:db.example.test"}), "db.example.test");
         },
         {fault::bad_certificate, "a name, db.example.test, that the CA", "by another CA"}},
        {"wildcard_over_the_excluded",
         [](const lab& l) {
             return l.under(ca_named("excluded;DNS:db.example.test"),
                            server_spec({"DNS:*.example.test"}), "db.example.test");
         },
         {fault::bad_certificate, "a name, *.example.test, that the CA", "by another CA"}},
        {"address_outside_of_the_permitted",
         [](const lab& l) {
             return l.under(ca_named("permitted;IP:10.0.0.0/255.0.0.0"),
                            server_spec({"IP:127.0.0.1"}), "127.0.0.1");
         },
         {fault::bad_certificate, "a name, 127.0.0.1, that the CA", "by another CA"}},
        {"address_among_the_excluded",
         [](const lab& l) {
             return l.under(ca_named("excluded;IP:127.0.0.0/255.0.0.0"),
                            server_spec({"IP:127.0.0.1"}), "127.0.0.1");
         },
         {fault::bad_certificate, "a name, 127.0.0.1, that the CA", "by another CA"}},

        // ------------------------------------------------------------ dates
        {"expired",
         [](const lab& l) { return l.with(old(server_spec())); },
         {fault::expired, "the certificate of localhost ended on 20", "renew it"}},
        {"not_yet_valid",
         [](const lab& l) { return l.with(early(server_spec())); },
         {fault::not_yet_valid, "the certificate of localhost begins on 20",
          "check this machine's clock"}},
        {"expired_and_pinned",
         [](const lab& l) {
             const identity pinned = self_signed(old(server_spec()));
             return meeting{pinned, {}, pinned.pem() + l.root.pem()};
         },
         {fault::expired, "the certificate of localhost ended on 20", "renew it"}},
        {"expired_intermediate",
         [](const lab& l) { return l.under(old(ca_spec("below"))); },
         {fault::expired, "the intermediate certificate \"below\" of localhost ended on 20",
          "renew it"}},
        {"intermediate_not_yet_valid",
         [](const lab& l) { return l.under(early(ca_spec("below"))); },
         {fault::not_yet_valid, "the intermediate certificate \"below\" of localhost begins",
          "check this machine's clock"}},
        {"expired_root",
         [](const lab& l) {
             const identity gone = self_signed(old(ca_spec("old root")));
             return meeting{issue(server_spec(), gone), {}, gone.pem() + l.root.pem()};
         },
         {fault::expired, "the CA \"old root\" in ", "the current certificate of that CA"}},

        // ------------------------------------------------------------ usage and strength
        {"for_clients_only",
         [](const lab& l) { return l.with(with_usage("digitalSignature", "clientAuth")); },
         {fault::bad_usage, "extendedKeyUsage lacks serverAuth", "extendedKeyUsage serverAuth"}},
        {"for_revocation_lists_only",
         [](const lab& l) {
             return l.with(with_usage("cRLSign", "serverAuth"), "localhost", rsa_key(2048));
         },
         {fault::bad_usage, "keyUsage lacks digitalSignature", "keyUsage digitalSignature"}},
        {"unknown_critical_extension",
         [](const lab& l) { return l.with(with(server_spec(), "1.2.3.4", critical_unknown)); },
         {fault::bad_certificate, "has a critical extension that", "without that extension"},
         {fault::bad_certificate, "Critical extension", "openssl s_client -showcerts", true},
         {fault::bad_certificate, "has a critical extension that", "without that extension"}},
        {"unknown_critical_extension_of_an_intermediate",
         [](const lab& l) { return l.under(with(ca_spec("odd"), "1.2.3.4", critical_unknown)); },
         {fault::bad_certificate, "\"odd\" of localhost has a critical extension",
          "without that extension"}},
        {"rsa_1024",
         [](const lab& l) { return l.with(server_spec(), "localhost", rsa_key(1024)); },
         {fault::weak_key, "a key of only 1024 bits", "RSA of 2048 bits"}},
        {"rsa_1024_of_an_intermediate",
         [](const lab& l) {
             return l.under(ca_spec("weak"), server_spec(), "localhost", rsa_key(1024));
         },
         {fault::weak_key, "\"weak\", in the chain of localhost, has a key of only 1024 bits",
          "RSA of 2048 bits"}},
        {"p224_of_an_intermediate",
         [](const lab& l) {
             return l.under(ca_spec("weak"), server_spec(), "localhost", ec_key("P-224"));
         },
         {fault::weak_key, "\"weak\", in the chain of localhost, has a key of only 224 bits",
          "P-256"}},
        {"sha1",
         [](const lab& l) {
             cert_spec spec = server_spec();
             spec.digest = "SHA1";
             return l.with(spec);
         },
         {fault::bad_certificate, "is signed with SHA-1", "SHA-256"}},
    };
    return all;
}

class certificate_kinds : public certificate_test {};

std::vector<backend_case> each_kind_with_each_backend()
{
    std::vector<backend_case> all;
    for (const backend_case& one : all_backends()) {
        for (std::size_t row = 0; row < kinds().size(); ++row) {
            all.push_back(one);
            all.back().row = row;
        }
    }
    return all;
}

std::string kind_and_backend(const ::testing::TestParamInfo<backend_case>& info)
{
    return std::string(kinds()[info.param.row].name) + '_' + info.param.name;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(certificate_kinds);
INSTANTIATE_TEST_SUITE_P(all, certificate_kinds, ::testing::ValuesIn(each_kind_with_each_backend()),
                         kind_and_backend);

TEST_P(certificate_kinds, verdict)
{
    const kind& row = kinds()[GetParam().row];
    const bool wolfssl = std::string_view(GetParam().name) == "wolfssl";
    const expectation& want = is_newer_wolfssl(GetParam()) ? row.newer
                              : wolfssl                    ? row.wolfssl
                                                           : row.expected;
    const meeting met = row.meet(lab{root, intermediate});
    silent = want.silent;

    const tls_diagnosis why = connect_to(met.leaf, met.chain, met.roots, met.host);

    EXPECT_EQ(why.kind, want.verdict) << why.text;
    if (want.verdict != none) {
        EXPECT_THAT(why.text, HasSubstr(want.says));
        EXPECT_TRUE(want.silent || why.text.starts_with("certificate verify failed")) << why.text;
        EXPECT_THAT(why.hint, HasSubstr(want.hint));
    }
}

} // namespace
} // namespace coquest::test
