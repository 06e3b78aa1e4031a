// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The kinds of certificates and chains that are accepted. For two of them the limits of wolfSSL are
// lower.
#include "unit/tls/trust/certificate_kinds.hpp"

namespace coquest::test::kinds {

const std::vector<kind>& accepted()
{
    static const std::vector<kind> table{
        {"good", [](const lab& l) { return l.below_root(server_spec()); }},
        {"good_p384",
         [](const lab& l) { return l.below_root(server_spec(), "localhost", ec_key("P-384")); }},
        {"good_ed25519",
         [](const lab& l) { return l.below_root(server_spec(), "localhost", ed25519_key()); }},
        {"good_rsa_2048",
         [](const lab& l) { return l.below_root(server_spec(), "localhost", rsa_key(2048)); }},
        {"good_by_address", [](const lab& l) { return l.named({"IP:127.0.0.1"}, "127.0.0.1"); }},
        {"good_by_address_of_version_6", [](const lab& l) { return l.named({"IP:::1"}, "::1"); }},
        {"good_in_capitals_with_a_dot",
         [](const lab& l) { return l.below_root(server_spec(), "LOCALHOST."); }},
        {"good_international_name",
         [](const lab& l) {
             return l.named({"DNS:xn--bcher-kva.example"}, "XN--BCHER-KVA.example");
         }},
        {"good_without_subject",
         [](const lab& l) {
             cert_spec spec = server_spec();
             spec.common_name.clear();
             return l.below_root(spec);
         }},
        {"good_through_an_intermediate", [](const lab& l) { return l.below_ca(ca_spec("below")); }},
        {"good_with_the_root_sent_along",
         [](const lab& l) {
             return scenario{
                 issue(server_spec(), l.intermediate), {l.intermediate, l.root}, l.root.pem()};
         }},
        {"good_with_a_stray_certificate",
         [](const lab& l) {
             return scenario{
                 issue(server_spec(), l.root), {self_signed(ca_spec("stray"))}, l.root.pem()};
         }},
        {"intermediate_in_the_file",
         [](const lab& l) {
             return scenario{issue(server_spec(), l.intermediate), {}, l.intermediate.pem()};
         }},
        {"leaf_in_the_file",
         [](const lab& l) {
             const identity leaf = issue(server_spec(), l.root);
             return scenario{leaf, {}, leaf.pem()};
         }},
        {"recipe_of_the_guide",
         [](const lab&) {
             const identity recipe = guide_recipe();
             return scenario{recipe, {}, recipe.pem()};
         }},
        {"recipe_of_the_guide_without_ca",
         [](const lab&) {
             const identity recipe = guide_recipe(false);
             return scenario{recipe, {}, recipe.pem()};
         }},
        {"ca_as_server",
         [](const lab& l) {
             cert_spec spec = server_spec();
             spec.ca = true;
             return l.below_root(spec);
         }},
        {"cross_signed_intermediate",
         [](const lab& l) {
             const identity other = self_signed(ca_spec("other root"));
             const identity crossed = issue(ca_spec("lab root"), other, l.root.key);
             return scenario{issue(server_spec(), l.root), {crossed}, other.pem()};
         }},
        {"any_extended_key_usage",
         [](const lab& l) {
             return l.below_root(with_usage("digitalSignature", "anyExtendedKeyUsage"));
         }},
        {"ca_without_key_usage",
         [](const lab& l) {
             cert_spec spec = ca_spec("plain CA");
             spec.key_usage.clear();
             return l.below_ca(spec);
         }},
        {"two_cas_without_key_usage",
         [](const lab& l) {
             cert_spec spec = ca_spec("upper");
             spec.key_usage.clear();
             const identity upper = issue(spec, l.root);
             spec.common_name = "lower";
             const identity lower = issue(spec, upper);
             return scenario{issue(server_spec(), lower), {lower, upper}, l.root.pem()};
         }},
        // RFC 8446 4.4.2: any order, and certificates that are not needed.
        {"intermediates_out_of_order",
         [](const lab& l) {
             const std::vector<identity> cas = chain_of_cas(l.root, 3);
             return scenario{issue(server_spec(), cas[0]), {cas[2], cas[0], cas[1]}, l.root.pem()};
         }},
        {"root_before_the_intermediate",
         [](const lab& l) {
             return scenario{
                 issue(server_spec(), l.intermediate), {l.root, l.intermediate}, l.root.pem()};
         }},
        {"intermediate_twice",
         [](const lab& l) {
             return scenario{issue(server_spec(), l.intermediate),
                             {l.intermediate, l.intermediate, l.root, l.root},
                             l.root.pem()};
         }},
        {"stray_root_in_between",
         [](const lab& l) {
             const std::vector<identity> cas = chain_of_cas(l.root, 2);
             const identity stray = self_signed(ca_spec("stray"));
             return scenario{issue(server_spec(), cas[0]), {cas[0], stray, cas[1]}, l.root.pem()};
         }},
        {"stray_leaf_in_between",
         [](const lab& l) {
             return scenario{issue(server_spec(), l.intermediate),
                             {issue(server_spec({"DNS:stray.example"}), l.root), l.intermediate},
                             l.root.pem()};
         }},
        {"stray_expired_intermediate",
         [](const lab& l) {
             const identity stray = issue(expired(ca_spec("stray")), l.root);
             return scenario{
                 issue(server_spec(), l.intermediate), {l.intermediate, stray}, l.root.pem()};
         }},
        {"stray_weak_intermediate",
         [](const lab& l) {
             const identity stray = issue(ca_spec("stray"), l.root, rsa_key(1024));
             return scenario{
                 issue(server_spec(), l.intermediate), {stray, l.intermediate}, l.root.pem()};
         }},
        {"stray_intermediate_with_an_unknown_critical_extension",
         [](const lab& l) {
             const identity stray =
                 issue(with_extension(ca_spec("stray"), "1.2.3.4", critical_unknown), l.root);
             return scenario{
                 issue(server_spec(), l.intermediate), {stray, l.intermediate}, l.root.pem()};
         }},
        {"expired_predecessor_of_the_intermediate",
         [](const lab& l) {
             const identity before = issue(expired(ca_spec("renewed")), l.root);
             const identity renewed = issue(ca_spec("renewed"), l.root, before.key);
             return scenario{issue(server_spec(), renewed), {before, renewed}, l.root.pem()};
         }},
        {"expired_predecessor_of_the_root",
         [](const lab& l) {
             const identity before = self_signed(expired(ca_spec("lab root")), l.root.key);
             return scenario{
                 issue(server_spec(), l.intermediate), {l.intermediate, before}, l.root.pem()};
         }},
        {"expired_predecessor_of_the_root_with_another_key",
         [](const lab& l) {
             const identity before = self_signed(expired(ca_spec("lab root")));
             return scenario{issue(server_spec(), l.root), {before}, l.root.pem()};
         }},
        {"namesake_of_the_intermediate_with_another_key",
         [](const lab& l) {
             const identity namesake = issue(ca_spec("lab intermediate"), l.root);
             return scenario{
                 issue(server_spec(), l.intermediate), {namesake, l.intermediate}, l.root.pem()};
         }},
        {"two_roots_of_one_name",
         [](const lab& l) {
             return scenario{issue(server_spec(), l.intermediate),
                             {l.intermediate},
                             self_signed(ca_spec("lab root")).pem() + l.root.pem()};
         }},
        {"root_that_changed_its_key",
         [](const lab& l) {
             const identity renewed = issue(ca_spec("lab root"), l.root);
             return scenario{issue(server_spec(), renewed), {renewed}, l.root.pem()};
         }},
        {"circle_of_cross_signed_cas",
         [](const lab& l) {
             const identity other = issue(ca_spec("one"), l.intermediate);
             const identity back = issue(ca_spec("lab intermediate"), other, l.intermediate.key);
             return scenario{
                 issue(server_spec(), other), {back, other, l.intermediate}, l.root.pem()};
         }},
        {"signed_by_rsassa_pss",
         [](const lab&) {
             const identity ca = self_signed(ca_spec("PSS CA"), rsa_key(2048));
             cert_spec spec = server_spec();
             spec.pss = true;
             return scenario{issue(spec, ca), {}, ca.pem()};
         }},
        {"signed_by_rsassa_pss_with_sha512",
         [](const lab&) {
             const identity ca = self_signed(ca_spec("PSS CA"), rsa_key(2048));
             cert_spec spec = server_spec();
             spec.pss = true;
             spec.digest = "SHA512";
             return scenario{issue(spec, ca), {}, ca.pem()};
         }},
        {"directory_name_constraint_kept",
         [](const lab& l) {
             cert_spec spec = ca_spec("constrained");
             spec.more = {{"nameConstraints",
                           "critical,DER:"
                           "3019a0173015a4133011310f300d06035504030c06736572766572"}};
             cert_spec server = server_spec();
             server.common_name = "SERVER";
             return l.below_ca(spec, server);
         }},
        {"unknown_extension",
         [](const lab& l) {
             return l.below_root(with_extension(server_spec(), "1.2.3.4", "DER:0500"));
         }},
        {"path_length_used_up", [](const lab& l) { return l.below_ca(ca_with_path(0)); }},
        {"name_constraint_kept",
         [](const lab& l) {
             return l.below_ca(ca_named("permitted;DNS:example.test"),
                               server_spec({"DNS:db.example.test"}), "db.example.test");
         }},
        {"name_constraint_on_addresses_kept",
         [](const lab& l) {
             return l.below_ca(ca_named("permitted;IP:10.0.0.0/255.0.0.0"),
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
         {tls_failure::bad_certificate, "handshake is larger than this TLS library takes",
          "(many names)", true}},
        {"twelve_intermediates",
         [](const lab& l) {
             const std::vector<identity> cas = chain_of_cas(l.root, 12);
             return scenario{issue(server_spec(), cas.front()), cas, l.root.pem()};
         },
         {},
         {tls_failure::unknown_issuer, "signed by \"CA 4\"", "9 certificates or more: shorten it"},
         {tls_failure::bad_certificate, "handshake is larger than this TLS library takes",
          "its chain long? shorten it", true}},

    };
    return table;
}

} // namespace coquest::test::kinds
