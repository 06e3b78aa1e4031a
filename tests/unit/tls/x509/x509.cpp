// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/x509/x509.hpp"
#include "tls/trust/clock.hpp"

#include "support/cert_lab.hpp"
#include "tls/trust/failure_text.hpp"
#include "tls/trust/roots.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::test {
namespace {

using detail::certificate;
using detail::key_kind;
using detail::parse_certificate;
using ::testing::HasSubstr;

std::vector<std::byte> bytes(std::string_view text)
{
    const auto raw = std::as_bytes(std::span(text));
    return {raw.begin(), raw.end()};
}

// Replaces the first `old_bytes` in a certificate by as many `new_bytes`.
std::vector<std::byte> patched(std::vector<std::byte> der, std::string_view old_bytes,
                               std::string_view new_bytes)
{
    const auto pattern = bytes(old_bytes);
    const auto at = std::ranges::search(der, pattern);
    EXPECT_FALSE(at.empty());
    std::ranges::copy(bytes(new_bytes), at.begin());
    return der;
}

TEST(x509, names_dates_and_flags_are_read)
{
    const identity root = self_signed(ca_spec("a root"));
    const std::vector<std::byte> der =
        issue(server_spec({"DNS:a.example", "IP:127.0.0.1", "email:x@y", "IP:::1"}), root).der();

    const auto facts = parse_certificate(der);

    ASSERT_TRUE(facts);
    EXPECT_EQ(detail::common_name(facts->subject), "a server");
    EXPECT_EQ(detail::name_text(facts->issuer), "a root");
    EXPECT_EQ(detail::san_text(*facts), "a.example, 127.0.0.1, ::1");
    EXPECT_FALSE(facts->self_issued());
    EXPECT_FALSE(facts->is_ca);
    EXPECT_TRUE(facts->may_serve_tls);
    EXPECT_TRUE(facts->may_sign_handshake);
    const auto day = std::chrono::hours(24);
    EXPECT_LE(facts->not_before, detail::current_time() - day);
    EXPECT_EQ(facts->not_after - facts->not_before, 31 * day);
}

TEST(x509, certificate_authority_is_recognised)
{
    const std::vector<std::byte> der = self_signed(ca_spec("a root")).der();

    const auto facts = parse_certificate(der);

    ASSERT_TRUE(facts);
    EXPECT_TRUE(facts->is_ca);
    EXPECT_TRUE(facts->self_issued());
    EXPECT_FALSE(facts->may_sign_handshake);
    EXPECT_FALSE(facts->san);
    EXPECT_EQ(detail::san_text(*facts), "none");
}

TEST(x509, key_kind_and_size_are_read_and_weak_keys_recognised)
{
    struct row {
        key_ptr key;
        key_kind kind;
        std::size_t bits;
        bool weak;
    };
    for (const row& expected : {row{rsa_key(1024), key_kind::rsa, 1024, true},
                                row{rsa_key(2048), key_kind::rsa, 2048, false},
                                row{ec_key("P-224"), key_kind::ec, 224, true},
                                row{ec_key("P-256"), key_kind::ec, 256, false},
                                row{ec_key("P-521"), key_kind::ec, 528, false},
                                row{ed25519_key(), key_kind::edwards, 256, false}}) {
        const std::vector<std::byte> der = self_signed(server_spec(), expected.key).der();
        const auto facts = parse_certificate(der);
        ASSERT_TRUE(facts);
        EXPECT_EQ(facts->key, expected.kind);
        EXPECT_EQ(facts->key_bits, expected.bits);
        EXPECT_EQ(facts->weak_key(), expected.weak) << expected.bits;
    }
}

TEST(x509, sha1_signature_is_weak)
{
    cert_spec spec = server_spec();
    for (const key_ptr& key : {rsa_key(2048), ec_key()}) {
        for (const char* digest : {"SHA1", "SHA256", "SHA384"}) {
            spec.digest = digest;
            const std::vector<std::byte> der = self_signed(spec, key).der();
            EXPECT_EQ(parse_certificate(der)->weak_signature, std::string_view(digest) == "SHA1")
                << digest;
        }
    }
}

TEST(x509, extended_key_usage_decides_whether_it_may_serve_tls)
{
    cert_spec spec = server_spec();
    const auto serves = [&spec](const char* usage) {
        spec.extended_key_usage = usage;
        const std::vector<std::byte> der = self_signed(spec).der();
        return parse_certificate(der)->may_serve_tls;
    };

    EXPECT_TRUE(serves(""));
    EXPECT_TRUE(serves("clientAuth,serverAuth"));
    EXPECT_TRUE(serves("anyExtendedKeyUsage"));
    EXPECT_FALSE(serves("clientAuth"));
}

TEST(x509, dates_after_2049_are_read)
{
    cert_spec spec = server_spec();
    spec.until = std::chrono::hours(24 * 366 * 50); // written as GeneralizedTime

    const std::vector<std::byte> der = self_signed(spec).der();

    ASSERT_TRUE(parse_certificate(der));
    EXPECT_GT(detail::date_text(parse_certificate(der)->not_after), "2060");
}

TEST(x509, impossible_dates_are_refused)
{
    const std::vector<std::byte> der = self_signed(server_spec()).der();
    const std::string year = detail::date_text(detail::current_time()).substr(2, 2);

    EXPECT_TRUE(parse_certificate(patched(der, "\x17\x0d" + year, "\x17\x0d" + year)));
    EXPECT_FALSE(parse_certificate(patched(der, "\x17\x0d" + year, "\x17\x0dxx")));
}

TEST(x509, names_are_bounded_and_printable)
{
    const std::vector<std::byte> der =
        self_signed(ca_spec(std::string("a\x1b[31m\nb") + std::string(50, 'x'))).der();

    const std::string name = detail::common_name(parse_certificate(der)->subject);

    EXPECT_EQ(name.find_first_of("\x1b\n"), std::string::npos);
    EXPECT_THAT(name, HasSubstr("xxxxx"));
    EXPECT_LE(name.size(), 80U);
}

TEST(x509, long_lists_of_names_are_cut)
{
    cert_spec spec = server_spec({});
    for (int i = 0; i < 100; ++i) {
        spec.san.push_back("DNS:host" + std::to_string(i) + ".example");
    }
    const std::vector<std::byte> der = self_signed(spec).der();

    EXPECT_THAT(detail::san_text(*parse_certificate(der)), HasSubstr("host7.example and 92 more"));
}

TEST(x509, missing_name_is_reported)
{
    cert_spec spec = server_spec();
    spec.common_name.clear();
    const std::vector<std::byte> der = self_signed(spec).der();

    EXPECT_EQ(detail::name_text(parse_certificate(der)->subject), "(no name)");
    EXPECT_EQ(detail::common_name(parse_certificate(der)->subject), "");
}

// An ambiguous certificate could mean one thing here and another in the TLS library.
TEST(x509, two_subject_alt_names_are_refused)
{
    cert_spec spec = server_spec();
    spec.key_usage = "digitalSignature";
    const std::vector<std::byte> der = self_signed(spec).der();

    // Turns subjectKeyIdentifier (2.5.29.14) into a second subjectAltName (2.5.29.17).
    const auto twice = patched(patched(der, "\x55\x1d\x0e", "\x55\x1d\x11"), "\x04\x16\x04\x14",
                               "\x04\x16\x30\x14");

    EXPECT_FALSE(parse_certificate(twice));
}

TEST(x509, trailing_bytes_are_refused)
{
    std::vector<std::byte> der = self_signed(server_spec()).der();
    der.push_back(std::byte{0});

    EXPECT_FALSE(parse_certificate(der));
}

TEST(x509, every_truncation_is_refused)
{
    const std::vector<std::byte> der = self_signed(server_spec()).der();

    for (std::size_t n = 0; n < der.size(); ++n) {
        const std::vector<std::byte> part(der.begin(),
                                          der.begin() + static_cast<std::ptrdiff_t>(n));
        EXPECT_FALSE(parse_certificate(part)) << n;
    }
}

TEST(x509, no_change_of_a_byte_reads_out_of_bounds)
{
    const std::vector<std::byte> good = self_signed(server_spec({"DNS:a", "IP:::1"})).der();
    std::size_t parsed = 0;

    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const unsigned change : {0x01U, 0x80U, 0xffU}) {
            std::vector<std::byte> der = good; // exactly as large as needed, for ASan
            der[i] ^= std::byte(change);
            if (const auto facts = parse_certificate(der)) {
                ++parsed;
                const std::string text = detail::name_text(facts->subject) +
                                         detail::name_text(facts->issuer) +
                                         detail::san_text(*facts);
                EXPECT_LT(text.size(), 1000U);
            }
        }
    }
    EXPECT_GT(parsed, 100U); // many bytes belong to the key or the signature
}

TEST(x509, first_element_stays_inside)
{
    const auto size = [](std::string_view text) {
        return detail::first_element(bytes(text)).size();
    };

    EXPECT_EQ(size(""), 0U);
    EXPECT_EQ(size("\x30"), 0U);
    EXPECT_EQ(size({"\x30\x00", 2}), 2U);
    EXPECT_EQ(size("\x30\x01"), 0U);
    EXPECT_EQ(size({"\x30\x80\x00\x00", 4}), 0U); // indefinite length is not DER
    EXPECT_EQ(size({"\x30\x84\xff\xff\xff\xff\x00", 7}), 0U);
    EXPECT_EQ(size({"\x30\x85\x00\x00\x00\x00\x01\x00", 8}), 0U);
    EXPECT_EQ(size({"\x1f\x01\x00", 3}), 0U); // a long tag
    EXPECT_EQ(size({"\x04\x01x rest", 8}), 3U);
}

} // namespace
} // namespace coquest::test
