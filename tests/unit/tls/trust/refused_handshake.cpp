// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Servers with which no handshake may succeed. An OpenSSL server misbehaves as far as it can be
// configured to; scripted bytes stand for a server that chooses what was not offered.

#include "unit/tls/session/session_fixture.hpp"

#include <cstdint>

namespace coquest::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

std::string number(std::size_t value, int bytes)
{
    std::string text;
    for (int i = bytes - 1; i >= 0; --i) {
        text += static_cast<char>(value >> (8 * i) & 0xffU);
    }
    return text;
}

// A handshake message in a record of its own.
std::string message(unsigned type, const std::string& body, unsigned version)
{
    const std::string whole = number(type, 1) + number(body.size(), 3) + body;
    return number(22, 1) + number(version, 2) + number(whole.size(), 2) + whole;
}

// Returns a ServerHello with this suite and version, without a session and compression.
std::string hello(unsigned suite, unsigned version = 0x0303, const std::string& extensions = {})
{
    return message(2,
                   number(version, 2) + std::string(32, 'r') + number(0, 1) + number(suite, 2) +
                       number(0, 1) + extensions,
                   version);
}

// OpenSSL asks for this extension and stops without it. Older wolfSSL does not ask for it and stops
// if it is there.
const std::string renegotiation_info{"\x00\x05\xff\x01\x00\x01\x00", 7};
const std::string no_certificate = message(11, number(0, 3), 0x0303);
const std::string hello_done = message(14, "", 0x0303);

class refused_handshake : public session_test {
protected:
    /// Connects to a server that supports only @p ciphers, up to TLS 1.2.
    void expect_no_suite_in_common(const std::string& ciphers)
    {
        for (const bool certified : {true, false}) {
            server_behaviour spec;
            if (certified) {
                spec.certificate = issue(server_spec(), root(), rsa_key(2048));
            }
            spec.max = tls_version::tls1_2;
            spec.security_level = 0;
            spec.ciphers = ciphers + ":@SECLEVEL=0";
            expect_suite_refused(fail(spec));
        }
    }

    /// Connects to a server that chooses @p suite, whether it was offered or not.
    void expect_choice_refused(unsigned suite)
    {
        expect_suite_refused(answer(hello(suite), whole));
        expect_suite_refused(answer(hello(suite), 1));
        expect_suite_refused(answer(hello(suite) + hello_done, whole));
    }

    static void expect_suite_refused(const tls_diagnosis& diagnosis)
    {
        EXPECT_EQ(diagnosis.kind, tls_failure::no_common_cipher) << diagnosis.text;
        EXPECT_THAT(diagnosis.text, HasSubstr("no cipher suite in common"));
        EXPECT_THAT(diagnosis.hint, HasSubstr("ECDHE with AES-GCM or ChaCha20-Poly1305"));
    }

    /// Connects to a server that supports only @p only, and to one that answers with that version.
    void expect_version_refused(tls_version only, unsigned number)
    {
        server_behaviour spec = good_server();
        spec.min = tls_version::tls1_0;
        spec.max = only;
        spec.security_level = 0;
        spec.ciphers = "DEFAULT:@SECLEVEL=0";
        for (const tls_diagnosis& diagnosis : {fail(spec), answer(hello(0xc013, number), whole)}) {
            EXPECT_EQ(diagnosis.kind, tls_failure::protocol_version) << diagnosis.text;
            EXPECT_THAT(diagnosis.text, HasSubstr("neither TLS 1.2 nor TLS 1.3"));
            EXPECT_THAT(diagnosis.hint, HasSubstr("enable TLS 1.2 or 1.3"));
        }
    }
};
COQUEST_WITH_EACH_BACKEND(refused_handshake);

TEST_P(refused_handshake, server_without_certificate)
{
    expect_no_suite_in_common("aNULL");
    // A server that chooses an offered suite, and sends no certificate message or an empty one.
    const bool demands =
        std::string_view(GetParam().name) == "openssl" || is_newer_wolfssl(GetParam());
    const std::string first = hello(0xc02f, 0x0303, demands ? renegotiation_info : "");
    for (const std::string& remaining : {hello_done, no_certificate + hello_done}) {
        const tls_diagnosis diagnosis = answer(first + remaining, whole);
        EXPECT_THAT(diagnosis.text, AnyOf(HasSubstr("a TLS record was damaged or forged"),
                                          HasSubstr("certificate verify failed")));
        EXPECT_NE(diagnosis.native_code, 0);
    }
}

TEST_P(refused_handshake, anonymous_diffie_hellman)
{
    expect_no_suite_in_common("ADH");
    expect_choice_refused(0x0034); // ADH-AES128-SHA
    expect_choice_refused(0x00a6); // ADH-AES128-GCM-SHA256
}

TEST_P(refused_handshake, anonymous_elliptic_diffie_hellman)
{
    expect_no_suite_in_common("AECDH-AES128-SHA");
    expect_choice_refused(0xc018); // AECDH-AES128-SHA
}

// OpenSSL is built without RC4 and 3DES, so that only scripted bytes can choose them.
TEST_P(refused_handshake, rc4)
{
    expect_choice_refused(0x0005); // RC4-SHA
    expect_choice_refused(0xc011); // ECDHE-RSA-RC4-SHA
}

TEST_P(refused_handshake, triple_des)
{
    expect_choice_refused(0x000a); // DES-CBC3-SHA
    expect_choice_refused(0xc012); // ECDHE-RSA-DES-CBC3-SHA
}

TEST_P(refused_handshake, no_encryption)
{
    expect_no_suite_in_common("eNULL");
    expect_choice_refused(0x003b); // NULL-SHA256
    expect_choice_refused(0xc010); // ECDHE-RSA-NULL-SHA
}

TEST_P(refused_handshake, no_forward_secrecy)
{
    expect_no_suite_in_common("AES128-GCM-SHA256");
    expect_choice_refused(0x009c); // AES128-GCM-SHA256
}

TEST_P(refused_handshake, tls_1_0)
{
    expect_version_refused(tls_version::tls1_0, 0x0301);
}

TEST_P(refused_handshake, tls_1_1)
{
    expect_version_refused(tls_version::tls1_1, 0x0302);
}

} // namespace
} // namespace coquest::test
