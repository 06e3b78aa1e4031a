// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 60 to 62 and 70 of docs/faults.md: invalid certificates, and certificates that are too
// large.

#include "support/names.hpp"
#include "tls_scenario.hpp"

namespace coquest::test {
namespace {

using namespace std::chrono_literals;

cert_spec good_spec()
{
    return server_spec({"DNS:localhost", "IP:127.0.0.1"});
}

cert_spec valid(std::chrono::hours from, std::chrono::hours until)
{
    cert_spec spec = good_spec();
    spec.from = from;
    spec.until = until;
    return spec;
}

TEST_F(fault_matrix, row_60_certificates_out_of_date_or_of_somebody_else)
{
    const identity other_root = self_signed(ca_spec("another root"));
    const identity same_name = self_signed(ca_spec("the lab's root"));
    const refused_certificate expired{issue(valid(-48h, -24h), lab_root())};
    const refused_certificate early{issue(valid(24h, 48h), lab_root())};
    const refused_certificate wrong_host{issue(server_spec({"DNS:elsewhere.test"}), lab_root())};
    const refused_certificate untrusted{issue(good_spec(), other_root)};
    const refused_certificate self_made{self_signed(good_spec())};
    const refused_certificate other_key{issue(good_spec(), same_name)};

    with_each_library([&](const tls_way& mode) {
        expect_refused(mode, expired, {tls_failure::expired}, "(certificate has expired)");
        expect_refused(mode, early, {tls_failure::not_yet_valid}, "(certificate is not yet valid)");
        expect_refused(mode, wrong_host, {tls_failure::name_mismatch},
                       "the certificate is for elsewhere.test, not for 127.0.0.1");
        expect_refused(mode, untrusted, {tls_failure::unknown_issuer},
                       "is signed by \"another root\", which is not the trusted one of");
        expect_refused(mode, self_made, {tls_failure::self_signed}, "is self-signed");
        expect_refused(mode, other_key, {tls_failure::bad_signature},
                       "does not match the trusted CA \"the lab's root\"");
    });
}

TEST_F(fault_matrix, row_61_names_that_do_not_count)
{
    cert_spec only_cn;
    only_cn.common_name = "localhost";
    const refused_certificate cn_only{issue(only_cn, lab_root()), {}, "localhost"};
    const refused_certificate ip_as_name{issue(server_spec({"DNS:127.0.0.1"}), lab_root())};
    names dns;
    dns.add("ab.example.test", {"127.0.0.1"});
    dns.add("example.test", {"127.0.0.1"});

    with_each_library([&](const tls_way& mode) {
        expect_refused(mode, cn_only, {tls_failure::name_mismatch}, "without subjectAltName");
        expect_refused(mode, ip_as_name, {tls_failure::name_mismatch}, "(IP address mismatch)");
        for (const auto& [pattern, host] :
             {std::pair("a*.example.test", "ab.example.test"),
              std::pair("ab.*.test", "ab.example.test"), std::pair("*.test", "example.test"),
              std::pair("*", "localhost"), std::pair("*.example.test", "example.test")}) {
            const refused_certificate wildcard{
                issue(server_spec({std::string("DNS:") + pattern}), lab_root()), {}, host};
            expect_refused(mode, wildcard, {tls_failure::name_mismatch}, "(hostname mismatch)");
        }
    });
}

cert_spec with(cert_spec spec, std::string name, std::string value)
{
    spec.more.emplace_back(std::move(name), std::move(value));
    return spec;
}

// A leaf below an intermediate with the specification `issuer`.
refused_certificate below(const cert_spec& issuer)
{
    const identity intermediate = issue(issuer, lab_root());
    return {issue(good_spec(), intermediate), {intermediate}};
}

TEST_F(fault_matrix, row_61_chains_that_do_not_hold)
{
    const identity missing = issue(ca_spec("missing"), lab_root());
    const refused_certificate without_intermediate{issue(good_spec(), missing)};
    cert_spec no_ca = good_spec();
    no_ca.key_usage = "digitalSignature,keyCertSign";
    const refused_certificate below_no_ca = below(no_ca);
    cert_spec for_clients = good_spec();
    for_clients.extended_key_usage = "clientAuth";
    const refused_certificate client_usage{issue(for_clients, lab_root())};

    cert_spec short_path = ca_spec("short path");
    short_path.ca.reset();
    const identity no_ca_below =
        issue(with(short_path, "basicConstraints", "critical,CA:TRUE,pathlen:0"), lab_root());
    const identity too_deep = issue(ca_spec("too deep"), no_ca_below);
    const refused_certificate path_length{issue(good_spec(), too_deep), {too_deep, no_ca_below}};
    const refused_certificate constrained = below(
        with(ca_spec("constrained"), "nameConstraints", "critical,permitted;DNS:example.test"));
    const refused_certificate critical{
        issue(with(good_spec(), "1.2.3.4.5", "critical,ASN1:UTF8String:x"), lab_root())};

    with_each_library([&](const tls_way& mode) {
        expect_refused(mode, without_intermediate, {tls_failure::unknown_issuer},
                       "is signed by \"missing\"");
        expect_refused(mode, below_no_ca, {tls_failure::unknown_issuer}, "which is no CA");
        expect_refused(mode, client_usage, {tls_failure::bad_usage},
                       "extendedKeyUsage lacks serverAuth");
        for (const refused_certificate& rejected : {path_length, constrained, critical}) {
            expect_refused(mode, rejected, {tls_failure::bad_certificate},
                           "certificate verify failed");
        }
    });
}

TEST_F(fault_matrix, row_62_weak_keys)
{
    const refused_certificate rsa_1024{issue(good_spec(), lab_root(), rsa_key(1024))};
    const refused_certificate p_224{issue(good_spec(), lab_root(), ec_key("P-224"))};

    with_each_library([&](const tls_way& mode) {
        expect_refused(mode, rsa_1024, {tls_failure::weak_key}, "has a key of only 1024 bits");
        // The client offers no such curve, so that the server fails first.
        expect_refused(
            mode, p_224,
            {tls_failure::weak_key, tls_failure::no_common_cipher, tls_failure::protocol_version},
            "TLS handshake with");
    });
}

identity with_names(std::size_t count)
{
    std::vector<std::string> names{"DNS:localhost", "IP:127.0.0.1"};
    for (std::size_t i = 0; i < count; ++i) {
        names.push_back("DNS:host-" + std::to_string(i) + ".example.test");
    }
    return issue(server_spec(std::move(names)), lab_root());
}

server_behaviour with_intermediates(const tls_way& mode, int count)
{
    identity issuer = lab_root();
    std::vector<identity> chain;
    for (int i = 0; i < count; ++i) {
        issuer = issue(ca_spec("intermediate " + std::to_string(i)), issuer);
        chain.insert(chain.begin(), issuer);
    }
    return serving(mode, issue(good_spec(), issuer), std::move(chain));
}

constexpr std::string_view too_large = "larger than this TLS library takes";

// The rows arrive, or the error says that the certificates are too large; neither takes much
// memory.
void expect_delivered_or_too_much(const tls_way& mode, const server_behaviour& spec,
                                  std::string_view words)
{
    tls_scenario s(mode, spec);
    const outcome got = s.send(s.builder());
    expect_bounded(got);
    expect_in_time(got, 1000ms);
    if (!got.failure) {
        s.expect_delivered(got);
        return;
    }
    const error e = s.expect_failed(got, errc::tls_error, delivery::not_sent);
    EXPECT_FALSE(e.info().retryable);
    EXPECT_TRUE(says(e, words) || says(e, too_large)) << e.what(); // wolfSSL 5.9 counts the chain
    EXPECT_TRUE(says(e, "shorten it"));
    EXPECT_EQ(s.server.connections, 1U);
}

TEST_F(fault_matrix, row_70_large_certificates_and_long_chains)
{
    const identity kilobytes_27 = with_names(1170);
    const identity kilobytes_216 = with_names(9100);
    EXPECT_GE(kilobytes_27.der().size(), 27'000U);
    EXPECT_GE(kilobytes_216.der().size(), 216'000U);
    constexpr std::string_view too_long = "is signed by \"intermediate ";

    with_each_library([&](const tls_way& mode) {
        expect_delivered_or_too_much(mode, serving(mode, kilobytes_27), too_large);
        expect_delivered_or_too_much(mode, serving(mode, kilobytes_216), too_large);
        expect_delivered_or_too_much(mode, with_intermediates(mode, 12), too_long);
        tls_scenario eight(mode, with_intermediates(mode, 8));
        eight.expect_delivered(eight.send(eight.builder()));
    });
}

} // namespace
} // namespace coquest::test
