// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The kinds of certificates and chains that are refused, with the verdict and parts of its text.
#include "unit/tls/trust/certificate_kinds.hpp"

namespace coquest::test::kinds {

const std::vector<kind>& refused()
{
    static const std::vector<kind> table{
        // ------------------------------------------------------------ trust
        {"unknown_ca",
         [](const lab& l) {
             return scenario{
                 issue(server_spec(), self_signed(ca_spec("stranger"))), {}, l.root.pem()};
         },
         {tls_failure::unknown_issuer, "is signed by \"stranger\", which is not the trusted one",
          "add the PEM certificate of that CA"}},
        {"unknown_ca_above_one_without_key_usage",
         [](const lab& l) {
             cert_spec spec = ca_spec("plain CA");
             spec.key_usage.clear();
             const identity ca = issue(spec, self_signed(ca_spec("stranger")));
             return scenario{issue(server_spec(), ca), {ca}, l.root.pem()};
         },
         {tls_failure::unknown_issuer, "is signed by \"stranger\", which is not the trusted one",
          "add the PEM certificate of that CA"}},
        {"self_signed_and_unknown",
         [](const lab& l) { return scenario{self_signed(server_spec()), {}, l.root.pem()}; },
         {tls_failure::self_signed, "is self-signed", "that very certificate"}},
        {"root_of_the_same_name",
         [](const lab& l) {
             return scenario{
                 issue(server_spec(), self_signed(ca_spec("lab root"))), {}, l.root.pem()};
         },
         {tls_failure::bad_signature, "does not match the trusted CA \"lab root\"",
          "was it re-issued?"}},
        {"missing_intermediate",
         [](const lab& l) {
             return scenario{issue(server_spec(), l.intermediate), {}, l.root.pem()};
         },
         {tls_failure::unknown_issuer, "is signed by \"lab intermediate\"",
          "send its intermediate certificates"}},
        {"issuer_without_basic_constraints",
         [](const lab& l) {
             cert_spec spec = ca_spec("plain");
             spec.ca.reset();
             return l.below_ca(spec);
         },
         {tls_failure::unknown_issuer, "by way of \"plain\", which is no CA", "re-issued by a CA"}},
        {"issuer_that_is_no_ca",
         [](const lab& l) {
             cert_spec spec = ca_spec("no CA");
             spec.ca = false;
             return l.below_ca(spec);
         },
         {tls_failure::unknown_issuer, "by way of \"no CA\", which is no CA", "re-issued by a CA"}},
        {"issuer_for_clients_only",
         [](const lab& l) {
             cert_spec spec = ca_spec("for clients");
             spec.extended_key_usage = "clientAuth";
             return l.below_ca(spec);
         },
         {tls_failure::bad_usage, "\"for clients\" of localhost is not for TLS servers",
          "extendedKeyUsage serverAuth"}},
        {"issuer_that_may_not_sign",
         [](const lab& l) {
             cert_spec spec = ca_spec("no signer");
             spec.key_usage = "digitalSignature,cRLSign";
             return l.below_ca(spec);
         },
         {tls_failure::bad_certificate, "\"no signer\" of localhost may not sign others",
          "keyCertSign"}},
        {"path_length_exceeded",
         [](const lab& l) {
             const identity upper = issue(ca_with_path(0), l.root);
             const identity lower = issue(ca_spec("lower"), upper);
             return scenario{issue(server_spec(), lower), {lower, upper}, l.root.pem()};
         },
         {tls_failure::bad_certificate, "\"CA of length 0\" allows 0 CAs below it (path length)",
          "nearer to the root"}},
        // CVE-2026-93302: the name, key identifier and signature bytes of a CA are public.
        {"cve_2026_93302_forged_leaf",
         [](const lab& l) { return scenario{forge(server_spec(), l.root), {}, l.root.pem()}; },
         {tls_failure::bad_signature, "is another one than the \"lab root\"",
          "something intercepts"}},
        {"cve_2026_93302_forged_leaf_of_an_intermediate",
         [](const lab& l) {
             return scenario{forge(server_spec(), l.intermediate), {}, l.intermediate.pem()};
         },
         {tls_failure::bad_signature, "is another one than the \"lab intermediate\"",
          "something intercepts"}},
        {"cve_2026_93302_forged_recipe",
         [](const lab&) {
             const identity recipe = guide_recipe();
             return scenario{forge(server_spec(), recipe), {}, recipe.pem()};
         },
         {tls_failure::bad_signature, "is another one than the \"localhost\"",
          "something intercepts"}},

        // ------------------------------------------------------------ names
        {"wrong_host",
         [](const lab& l) { return l.named({"DNS:elsewhere.example"}, "localhost"); },
         {tls_failure::name_mismatch, "is for elsewhere.example, not for localhost",
          "DNS:localhost"}},
        {"common_name_only",
         [](const lab& l) { return l.below_root(cn_only("localhost")); },
         {tls_failure::name_mismatch, "CN=localhost without subjectAltName", "DNS:localhost"}},
        {"address_as_common_name",
         [](const lab& l) { return l.below_root(cn_only("127.0.0.1"), "127.0.0.1"); },
         {tls_failure::name_mismatch, "(IP address mismatch)", "IP:127.0.0.1"}},
        {"common_name_beside_other_names",
         [](const lab& l) {
             cert_spec spec = cn_only("localhost");
             spec.san = {"DNS:other.example"};
             return l.below_root(spec);
         },
         {tls_failure::name_mismatch, "is for other.example, not for localhost", "DNS:localhost"}},
        {"common_name_of_a_trusted_leaf_beside_other_names",
         [](const lab&) {
             cert_spec spec = cn_only("localhost");
             spec.san = {"DNS:other.example"};
             const identity leaf = self_signed(spec);
             return scenario{leaf, {}, leaf.pem()};
         },
         {tls_failure::name_mismatch, "is for other.example, not for localhost", "DNS:localhost"}},
        {"no_name_at_all",
         [](const lab& l) {
             cert_spec spec = cn_only("");
             return l.below_root(spec);
         },
         {tls_failure::name_mismatch, "no name at all", "DNS:localhost"}},
        {"mail_address_as_name",
         [](const lab& l) { return l.named({"email:root@localhost"}, "localhost"); },
         {tls_failure::name_mismatch, "for none, not for localhost", "DNS:localhost"}},
        {"address_as_dns_name",
         [](const lab& l) { return l.named({"DNS:127.0.0.1"}, "127.0.0.1"); },
         {tls_failure::name_mismatch, "(IP address mismatch)", "IP:127.0.0.1"}},
        {"other_address",
         [](const lab& l) { return l.named({"IP:127.0.0.2"}, "127.0.0.1"); },
         {tls_failure::name_mismatch, "is for 127.0.0.2, not for 127.0.0.1", "IP:127.0.0.1"}},
        {"address_of_version_4_in_one_of_6",
         [](const lab& l) { return l.named({"IP:::ffff:127.0.0.1"}, "127.0.0.1"); },
         {tls_failure::name_mismatch, "(IP address mismatch)", "IP:127.0.0.1"}},
        {"wildcard_bare",
         [](const lab& l) { return l.named({"DNS:*"}, "localhost"); },
         {tls_failure::name_mismatch, "is for *, not for localhost", "DNS:localhost"}},
        {"wildcard_of_a_top_level_domain",
         [](const lab& l) { return l.named({"DNS:*.test"}, "example.test"); },
         {tls_failure::name_mismatch, "is for *.test", "DNS:example.test"}},
        {"wildcard_in_the_middle",
         [](const lab& l) { return l.named({"DNS:a.*.test"}, "a.example.test"); },
         {tls_failure::name_mismatch, "is for a.*.test", "DNS:a.example.test"}},
        {"wildcard_for_part_of_a_label",
         [](const lab& l) { return l.named({"DNS:ba*.example.test"}, "bar.example.test"); },
         {tls_failure::name_mismatch, "is for ba*.example.test", "DNS:bar.example.test"}},
        {"wildcard_in_an_international_label",
         [](const lab& l) {
             return l.named({"DNS:xn--*.example.test"}, "xn--bcher-kva.example.test");
         },
         {tls_failure::name_mismatch, "is for xn--*.example.test",
          "DNS:xn--bcher-kva.example.test"}},
        {"wildcard_for_two_labels",
         [](const lab& l) { return l.named({"DNS:*.example.test"}, "a.b.example.test"); },
         {tls_failure::name_mismatch, "is for *.example.test", "DNS:a.b.example.test"}},
        {"wildcard_for_no_label",
         [](const lab& l) { return l.named({"DNS:*.example.test"}, "example.test"); },
         {tls_failure::name_mismatch, "is for *.example.test", "DNS:example.test"}},
        {"name_outside_of_the_permitted",
         [](const lab& l) { return l.below_ca(ca_named("permitted;DNS:example.test")); },
         {tls_failure::bad_certificate,
          "a name, localhost, that the CA \"constrained\" may not certify", "by another CA"}},
        {"name_among_the_excluded",
         [](const lab& l) {
             return l.below_ca(ca_named("excluded;DNS:example.test"),
                               server_spec({"DNS:db.example.test"}), "db.example.test");
         },
         {tls_failure::bad_certificate, "a name, db.example.test, that the CA", "by another CA"}},
        {"intermediate_outside_of_the_permitted",
         [](const lab& l) {
             cert_spec spec = ca_spec("constrained");
             spec.more = {{"nameConstraints",
                           "critical,DER:"
                           "3019a0173015a4133011310f300d06035504030c06736572766572"}};
             const identity upper = issue(spec, l.root);
             const identity lower = issue(ca_spec("elsewhere"), upper);
             cert_spec server = server_spec();
             server.common_name = "server";
             return scenario{issue(server, lower), {lower, upper}, l.root.pem()};
         },
         {tls_failure::bad_certificate,
          "\"elsewhere\" of localhost has a name, elsewhere, that the CA", "by another CA"}},
        {"constraints_of_the_root",
         [](const lab&) {
             const identity ca = self_signed(ca_named("permitted;DNS:example.test"));
             return scenario{issue(server_spec(), ca), {}, ca.pem()};
         },
         {tls_failure::bad_certificate,
          "a name, localhost, that the CA \"constrained\" may not certify", "by another CA"}},
        {"wildcard_over_the_excluded",
         [](const lab& l) {
             return l.below_ca(ca_named("excluded;DNS:db.example.test"),
                               server_spec({"DNS:*.example.test"}), "db.example.test");
         },
         {tls_failure::bad_certificate, "a name, *.example.test, that the CA", "by another CA"}},
        {"address_outside_of_the_permitted",
         [](const lab& l) {
             return l.below_ca(ca_named("permitted;IP:10.0.0.0/255.0.0.0"),
                               server_spec({"IP:127.0.0.1"}), "127.0.0.1");
         },
         {tls_failure::bad_certificate, "a name, 127.0.0.1, that the CA", "by another CA"}},
        {"address_among_the_excluded",
         [](const lab& l) {
             return l.below_ca(ca_named("excluded;IP:127.0.0.0/255.0.0.0"),
                               server_spec({"IP:127.0.0.1"}), "127.0.0.1");
         },
         {tls_failure::bad_certificate, "a name, 127.0.0.1, that the CA", "by another CA"}},

        // ------------------------------------------------------------ dates
        {"expired",
         [](const lab& l) { return l.below_root(expired(server_spec())); },
         {tls_failure::expired, "the certificate of localhost ended on 20", "renew it"}},
        {"not_yet_valid",
         [](const lab& l) { return l.below_root(not_yet_valid(server_spec())); },
         {tls_failure::not_yet_valid, "the certificate of localhost begins on 20",
          "check this machine's clock"}},
        {"expired_trusted_leaf",
         [](const lab& l) {
             const identity leaf = self_signed(expired(server_spec()));
             return scenario{leaf, {}, leaf.pem() + l.root.pem()};
         },
         {tls_failure::expired, "the certificate of localhost ended on 20", "renew it"}},
        {"expired_intermediate",
         [](const lab& l) { return l.below_ca(expired(ca_spec("below"))); },
         {tls_failure::expired, "the intermediate certificate \"below\" of localhost ended on 20",
          "renew it"}},
        {"intermediate_not_yet_valid",
         [](const lab& l) { return l.below_ca(not_yet_valid(ca_spec("below"))); },
         {tls_failure::not_yet_valid, "the intermediate certificate \"below\" of localhost begins",
          "check this machine's clock"}},
        {"expired_root",
         [](const lab& l) {
             const identity gone = self_signed(expired(ca_spec("old root")));
             return scenario{issue(server_spec(), gone), {}, gone.pem() + l.root.pem()};
         },
         {tls_failure::expired, "the CA \"old root\" in ", "the current certificate of that CA"}},

        // ------------------------------------------------------------ usage and strength
        {"for_clients_only",
         [](const lab& l) { return l.below_root(with_usage("digitalSignature", "clientAuth")); },
         {tls_failure::bad_usage, "extendedKeyUsage lacks serverAuth",
          "extendedKeyUsage serverAuth"}},
        {"for_revocation_lists_only",
         [](const lab& l) {
             return l.below_root(with_usage("cRLSign", "serverAuth"), "localhost", rsa_key(2048));
         },
         {tls_failure::bad_usage, "keyUsage lacks digitalSignature", "keyUsage digitalSignature"}},
        {"unknown_critical_extension",
         [](const lab& l) {
             return l.below_root(with_extension(server_spec(), "1.2.3.4", critical_unknown));
         },
         {tls_failure::bad_certificate, "has a critical extension that", "without that extension"},
         {tls_failure::bad_certificate, "Critical extension", "openssl s_client -showcerts", true},
         {tls_failure::bad_certificate, "has a critical extension that", "without that extension"}},
        {"unknown_critical_extension_of_an_intermediate",
         [](const lab& l) {
             return l.below_ca(with_extension(ca_spec("odd"), "1.2.3.4", critical_unknown));
         },
         {tls_failure::bad_certificate, "\"odd\" of localhost has a critical extension",
          "without that extension"}},
        {"rsa_1024",
         [](const lab& l) { return l.below_root(server_spec(), "localhost", rsa_key(1024)); },
         {tls_failure::weak_key, "a key of only 1024 bits", "RSA of 2048 bits"}},
        {"rsa_1024_of_an_intermediate",
         [](const lab& l) {
             return l.below_ca(ca_spec("weak"), server_spec(), "localhost", rsa_key(1024));
         },
         {tls_failure::weak_key, "\"weak\", in the chain of localhost, has a key of only 1024 bits",
          "RSA of 2048 bits"}},
        {"p224_of_an_intermediate",
         [](const lab& l) {
             return l.below_ca(ca_spec("weak"), server_spec(), "localhost", ec_key("P-224"));
         },
         {tls_failure::weak_key, "\"weak\", in the chain of localhost, has a key of only 224 bits",
          "P-256"}},
        {"sha1",
         [](const lab& l) {
             cert_spec spec = server_spec();
             spec.digest = "SHA1";
             return l.below_root(spec);
         },
         {tls_failure::bad_certificate, "is signed with SHA-1", "SHA-256"}},
    };
    return table;
}

} // namespace coquest::test::kinds
