// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Options that demand more of a server than a good certificate (a version, a key), and roots from
// memory.

#include "core/config/key_pin.hpp"
#include "tls/x509/x509.hpp"
#include "unit/tls/session/session_fixture.hpp"

#include <string>
#include <vector>

#include <openssl/evp.h>

namespace coquest::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// Computes the pin independently of the backends: with OpenSSL, from the key information.
std::string pin_of(const identity& certificate)
{
    const std::vector<std::byte> der = certificate.der();
    const auto facts = detail::parse_certificate(der);
    detail::key_hash hash{};
    EXPECT_EQ(EVP_Digest(facts->key_info.data(), facts->key_info.size(),
                         reinterpret_cast<unsigned char*>(hash.data()), nullptr, EVP_sha256(),
                         nullptr),
              1);
    return detail::pin_text(hash);
}

class tls_demands : public session_test {
protected:
    tls_demands() { options_.ca = tls_ca::pem_file; }

    /// Does a handshake with a server of @p spec. The kind is 0 after a success.
    tls_diagnosis meet(const server_behaviour& spec)
    {
        tls_server server(spec);
        tls_pair pair(connect(options_), server, whole);
        const auto failed = pair.handshake();
        EXPECT_FALSE(failed && server.is_established());
        alert_ = server.alert();
        tls_diagnosis diagnosis = pair.diagnosis();
        diagnosis.kind = failed ? diagnosis.kind : tls_failure{};
        return diagnosis;
    }

    tls_options options_;
    int alert_ = -1; // that the server of the last meet() received
};
COQUEST_WITH_EACH_BACKEND(tls_demands);

TEST_P(tls_demands, tls_min_1_3_refuses_a_server_of_1_2)
{
    options_.roots_pem = root().pem();
    server_behaviour old = good_server();
    old.max = tls_version::tls1_2;
    EXPECT_EQ(meet(old).kind, tls_failure{});

    options_.min = tls_min::v1_3;
    const tls_diagnosis diagnosis = meet(old);

    EXPECT_EQ(diagnosis.kind, tls_failure::protocol_version);
    EXPECT_THAT(diagnosis.text, HasSubstr("does not speak TLS 1.3, which tls_min=1.3 demands"));
    EXPECT_THAT(diagnosis.hint, HasSubstr("tls_min=1.2"));
    EXPECT_EQ(meet(good_server()).kind, tls_failure{});
}

TEST_P(tls_demands, tls_min_1_3_offers_nothing_older)
{
    options_.roots_pem = root().pem();
    options_.min = tls_min::v1_3;
    tls_server server(good_server());
    tls_pair pair(connect(options_), server, whole);

    EXPECT_FALSE(pair.handshake());

    for (const unsigned suite : server.offered_suites()) {
        EXPECT_TRUE(suite >> 8U == 0x13 || suite == 0x00ff) << std::hex << suite;
    }
}

TEST_P(tls_demands, key_must_be_among_the_pins)
{
    options_.roots_pem = root().pem();
    for (const key_ptr& key : {rsa_key(2048), ec_key()}) {
        server_behaviour spec;
        spec.certificate = issue(server_spec(), root(), key);
        const std::string found = pin_of(*spec.certificate);
        const std::string other = pin_of(root());

        options_.pins = {found};
        EXPECT_EQ(meet(spec).kind, tls_failure{});
        options_.pins = {other, found.substr(7)};
        EXPECT_EQ(meet(spec).kind, tls_failure{});
        options_.pins = {other};
        const tls_diagnosis single = meet(spec);
        EXPECT_GT(alert_, 0);
        options_.pins = {other, other};
        const tls_diagnosis several = meet(spec);

        EXPECT_EQ(single.kind, tls_failure::pin_mismatch);
        EXPECT_EQ(single.text, "certificate verify failed: the key of localhost is " + found +
                                   ", which is not that of tls_pin");
        EXPECT_THAT(single.hint, AllOf(HasSubstr("set tls_pin=" + found), HasSubstr("intercepts")));
        EXPECT_THAT(several.text, HasSubstr("not among the 2 of tls_pin"));
    }
}

TEST_P(tls_demands, pin_does_not_replace_the_other_checks)
{
    options_.roots_pem = root().pem();
    server_behaviour spec;
    spec.certificate = issue(server_spec({"DNS:elsewhere.example"}), root());
    options_.pins = {pin_of(*spec.certificate)};
    EXPECT_EQ(meet(spec).kind, tls_failure::name_mismatch);

    spec.certificate = self_signed(server_spec());
    options_.pins = {pin_of(*spec.certificate)};
    EXPECT_EQ(meet(spec).kind, tls_failure::self_signed);
}

TEST_P(tls_demands, malformed_pin_fails_early)
{
    options_.roots_pem = root().pem();
    options_.pins = {"sha256/AAAA"};

    const tls_diagnosis diagnosis = refusal(options_);

    EXPECT_EQ(diagnosis.kind, tls_failure::unsupported);
    EXPECT_THAT(diagnosis.text, HasSubstr("tls_pin: a pin is sha256/"));
}

TEST_P(tls_demands, roots_may_come_from_memory)
{
    options_.roots_pem = self_signed(ca_spec("another root")).pem();
    const tls_diagnosis unknown = meet(good_server());
    options_.roots_pem = "nothing";
    const tls_diagnosis junk = refusal(options_);
    options_.roots_pem = root().pem();

    EXPECT_EQ(meet(good_server()).kind, tls_failure{});
    EXPECT_EQ(unknown.kind, tls_failure::unknown_issuer);
    EXPECT_THAT(unknown.text, HasSubstr("not the trusted one of tls_roots_pem"));
    EXPECT_THAT(unknown.hint, HasSubstr("to tls_roots_pem"));
    EXPECT_EQ(junk.kind, tls_failure::bad_roots);
    EXPECT_EQ(junk.text, "tls_roots_pem holds no certificate: it is neither PEM nor DER");
    EXPECT_EQ(junk.path, "");
}

} // namespace
} // namespace coquest::test
