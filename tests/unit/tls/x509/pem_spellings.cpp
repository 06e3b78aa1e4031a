// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// PEM as editors, shells, orchestrators and mail programs change it. A file is loaded as a whole,
// or refused with the line that cannot be read, but never loaded in part.

#include "tls/x509/pem.hpp"
#include "tls/x509/pem_blocks.hpp"

#include "support/cert_lab.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace coquest::test {
namespace {

using detail::der_blob;
using detail::pem_file;
using ::testing::HasSubstr;

std::string replace_all(std::string text, const std::string& old_text, const std::string& new_text)
{
    for (std::size_t at = text.find(old_text); at != std::string::npos;
         at = text.find(old_text, at + new_text.size())) {
        text.replace(at, old_text.size(), new_text);
    }
    return text;
}

const std::vector<identity>& authorities()
{
    static const std::vector<identity> result = [] {
        std::vector<identity> identities;
        for (const char* name : {"one", "two", "three", "four"}) {
            identities.push_back(self_signed(ca_spec(name)));
        }
        return identities;
    }();
    return result;
}

std::string each_line(const std::string& pem, const std::string& before, const std::string& behind)
{
    std::string out;
    for (std::size_t at = 0; at < pem.size();) {
        const std::size_t end = std::min(pem.find('\n', at), pem.size());
        out += before + pem.substr(at, end - at) + behind;
        at = end + 1;
    }
    return out;
}

std::string utf16(const std::string& text)
{
    std::string wide("\xff\xfe");
    for (const char c : text) {
        wide += {c, '\0'};
    }
    return wide;
}

struct spelling {
    const char* name;
    bool loads;
    const char* cause; // a part of the text or the hint, if it is refused
    std::string (*write)(const std::string& pem);
};

using text = const std::string&;

// The ways to write one certificate of a file.
const std::vector<spelling> spellings{
    {"plain", true, "", [](text pem) { return pem; }},
    {"byte order mark", true, "", [](text pem) { return "\xef\xbb\xbf" + pem; }},
    {"CRLF", true, "", [](text pem) { return replace_all(pem, "\n", "\r\n"); }},
    {"CR", true, "", [](text pem) { return replace_all(pem, "\n", "\r"); }},
    {"one line", true, "", [](text pem) { return replace_all(pem, "\n", ""); }},
    {"one line with blanks", true, "", [](text pem) { return replace_all(pem, "\n", " "); }},
    {"indented", true, "", [](text pem) { return each_line(pem, "    ", "\n"); }},
    {"tabs", true, "", [](text pem) { return each_line(pem, "\t", "\t\r\n"); }},
    {"empty lines", true, "", [](text pem) { return replace_all(pem, "\n", "\n\n"); }},
    {"lower case", true, "",
     [](text pem) {
         return replace_all(replace_all(pem, "BEGIN CERTIFICATE", "begin certificate"),
                            "END CERTIFICATE", "end certificate");
     }},
    {"X509", true, "",
     [](text pem) { return replace_all(pem, "CERTIFICATE", "X509 CERTIFICATE"); }},
    {"X509 at the end", true, "",
     [](text pem) { return replace_all(pem, "END CERTIFICATE", "END X509 CERTIFICATE"); }},
    {"more dashes", true, "", [](text pem) { return replace_all(pem, "-----", "-------"); }},
    {"fewer dashes", true, "", [](text pem) { return replace_all(pem, "-----", "---"); }},
    {"blanks within the dashes", true, "",
     [](text pem) {
         return replace_all(pem, "-----BEGIN CERTIFICATE-", "----- BEGIN CERTIFICATE -");
     }},
    {"words before", true, "", [](text pem) { return "ca.crt: " + pem; }},
    {"quotes around it", true, "", [](text pem) { return "\"" + pem + "\"\n"; }},
    {"a comment before", true, "",
     [](text pem) { return "# -----BEGIN CERTIFICATE----- comes next\n" + pem; }},
    {"words about it", true, "",
     [](text pem) { return "see -----BEGIN CERTIFICATE----- below\n" + pem; }},

    {"trusted", false, "TRUSTED",
     [](text pem) { return replace_all(pem, "CERTIFICATE", "TRUSTED CERTIFICATE"); }},
    {"another label", false, "SITE CERTIFICATE",
     [](text pem) { return replace_all(pem, "CERTIFICATE", "SITE CERTIFICATE"); }},
    {"literal line ends", false, "the two characters \\n",
     [](text pem) { return replace_all(pem, "\n", "\\n"); }},
    {"literal CRLF", false, "the two characters \\n",
     [](text pem) { return replace_all(pem, "\n", "\\r\\n"); }},
    {"strings of a program", false, "quotes",
     [](text pem) { return each_line(pem, "\"", "\",\n"); }},
    {"single quotes", false, "quotes", [](text pem) { return each_line(pem, "'", "'\n"); }},
    {"backslashes", false, "backslashes", [](text pem) { return each_line(pem, "", "\\\n"); }},
    {"commas", false, "commas", [](text pem) { return each_line(pem, "", ",\n"); }},
    {"a mail", false, "> ", [](text pem) { return each_line(pem, "> ", "\n"); }},
    {"headers", false, "header",
     [](text pem) { return replace_all(pem, "-\nM", "-\nProc-Type: 4\n\nM"); }},
    {"a damaged digit", false, "bad base64",
     [](text pem) { return replace_all(pem, "-\nM", "-\n*"); }},
    {"no END", false, "END CERTIFICATE line is missing",
     [](text pem) { return pem.substr(0, pem.find("-----END")); }},
    {"no BEGIN", false, "END", [](text pem) { return pem.substr(pem.find('\n') + 1); }},
    {"half a BEGIN", false, "dashes",
     [](text pem) { return replace_all(pem, "CERTIFICATE-----\nM", "CERTIFICATE\nM"); }},
    {"one dash", false, "dashes",
     [](text pem) {
         return replace_all(pem, "-----BEGIN CERTIFICATE-----", "-BEGIN CERTIFICATE-");
     }},
    {"long dashes", false, "dashes",
     [](text pem) { return replace_all(pem, "-----", "\xe2\x80\x94\xe2\x80\x94"); }},
    {"no markers", false, "outside of BEGIN",
     [](text pem) {
         return replace_all(replace_all(pem, "-----BEGIN CERTIFICATE-----", ""),
                            "-----END CERTIFICATE-----", "");
     }},
    {"another END", false, "END CERTIFICATE line is missing",
     [](text pem) { return replace_all(pem, "END CERTIFICATE", "END PKCS7"); }},
    {"UTF-16", false, "UTF-16", [](text pem) { return utf16(pem); }},
    {"no certificate", false, "not an X.509",
     [](text) -> std::string {
         return "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
     }},
};

struct loaded {
    bool good = false;
    std::vector<der_blob> certificates;
    tls_diagnosis diagnosis;

    [[nodiscard]] bool names(const std::string& part) const
    {
        return (diagnosis.text + "; " + diagnosis.hint).find(part) != std::string::npos;
    }
};

loaded load(const std::string& content)
{
    const pem_file memory{"tls_roots_pem", tls_failure::bad_roots, {}, content};
    loaded result;
    result.good = detail::read_certificates(memory, content, result.certificates, result.diagnosis);
    return result;
}

TEST(pem_spelling, of_the_second_of_three_is_loaded_or_refused_with_its_line_and_cause)
{
    for (const spelling& style : spellings) {
        SCOPED_TRACE(style.name);
        const std::string first = authorities()[0].pem();
        const loaded result =
            load(first + style.write(authorities()[1].pem()) + "\n" + authorities()[2].pem());
        ASSERT_EQ(result.good, style.loads) << result.diagnosis.text;
        if (result.good) {
            ASSERT_EQ(result.certificates.size(), 3U);
            EXPECT_EQ(result.certificates[1], authorities()[1].der());
        } else {
            EXPECT_TRUE(result.names(style.cause))
                << result.diagnosis.text << "; " << result.diagnosis.hint;
            EXPECT_THAT(result.diagnosis.text, HasSubstr("line "));
            const auto lines = std::ranges::count(first, '\n');
            const auto named =
                std::stol(result.diagnosis.text.substr(result.diagnosis.text.find("line ") + 5));
            EXPECT_GT(named, lines) << result.diagnosis.text;
        }
    }
}

TEST(pem_spelling, of_the_only_one_is_loaded_or_refused_with_its_cause)
{
    for (const spelling& style : spellings) {
        SCOPED_TRACE(style.name);
        const loaded result = load(style.write(authorities()[0].pem()));
        ASSERT_EQ(result.good, style.loads) << result.diagnosis.text;
        EXPECT_TRUE(result.good || result.names(style.cause))
            << result.diagnosis.text << "; " << result.diagnosis.hint;
    }
}

// A certificate with unreadable markers is never skipped silently, in any mix.
TEST(pem_spelling, in_any_mix_loads_all_or_nothing)
{
    std::mt19937 random(20261130); // NOLINT(cert-msc51-cpp): repeatable
    const auto pick = [&](std::size_t below) { return random() % below; };
    std::size_t whole = 0;
    for (int round = 0; round != 3000; ++round) {
        const std::size_t count = 1 + pick(6);
        std::string content;
        std::string names;
        bool all_load = true;
        std::vector<der_blob> expected;
        for (std::size_t i = 0; i != count; ++i) {
            const bool rare = pick(8) == 0;
            const spelling& style = spellings[pick(rare ? spellings.size() : 19)];
            const identity& authority = authorities()[pick(authorities().size())];
            content += style.write(authority.pem());
            content += pick(4) == 0 ? "" : pick(2) == 0 ? "\n" : "subject=CN = x\n";
            names += std::string(style.name) + ", ";
            all_load = all_load && style.loads;
            expected.push_back(authority.der());
        }
        const loaded result = load(content);
        if (result.good) {
            ++whole;
            ASSERT_EQ(result.certificates.size(), expected.size()) << names;
            ASSERT_TRUE(result.certificates == expected) << names;
        } else {
            ASSERT_TRUE(result.names("line ") || result.names("is UTF-16"))
                << names << result.diagnosis.text;
        }
        ASSERT_TRUE(result.good || !all_load || names.find("words") != std::string::npos ||
                    names.find("comment") != std::string::npos)
            << names << result.diagnosis.text;
    }
    EXPECT_GT(whole, 500U);
}

TEST(pem_spelling, of_a_certificate_in_a_comment_does_not_count)
{
    const std::string pem = authorities()[0].pem();
    const loaded result = load(pem + each_line(authorities()[1].pem(), "# ", "\n"));
    ASSERT_TRUE(result.good) << result.diagnosis.text;
    EXPECT_EQ(result.certificates.size(), 1U);
    EXPECT_FALSE(load(each_line(pem, "#", "\n")).good);
}

TEST(pem_spelling, of_other_blocks_beside_certificates_does_not_matter)
{
    const identity& authority = authorities()[0];
    const std::string request = replace_all(authority.pem(), "CERTIFICATE", "CERTIFICATE REQUEST");
    const loaded result =
        load(authority.key_pem() + authority.pem() + request + issue_crl(authority, {}));
    ASSERT_TRUE(result.good) << result.diagnosis.text;
    EXPECT_EQ(result.certificates.size(), 1U);

    const loaded container =
        load(authority.pem() + replace_all(authority.pem(), "CERTIFICATE", "PKCS7"));
    EXPECT_FALSE(container.good);
    EXPECT_THAT(container.diagnosis.text,
                HasSubstr("certificate 2 of 2 in tls_roots_pem, at line "));
    EXPECT_THAT(container.diagnosis.hint, HasSubstr("openssl pkcs7 -print_certs -in FILE"));
}

// ---------------------------------------------------------------- lists and keys

TEST(pem_spelling, of_revocation_lists_is_read_or_refused_as_well)
{
    const std::string list = issue_crl(authorities()[0], {});
    for (const spelling& style : spellings) {
        if (std::string(style.name) == "trusted" || std::string(style.name) == "another label" ||
            std::string(style.name).find("X509") == 0 ||
            std::string(style.name) == "no certificate") {
            continue; // only for certificates
        }
        SCOPED_TRACE(style.name);
        std::string as_certificate = replace_all(list, "X509 CRL", "CERTIFICATE");
        const std::string content =
            list + replace_all(style.write(as_certificate), "CERTIFICATE", "X509 CRL");
        const pem_file file{"tls_crl", tls_failure::bad_crl, "FILE"};
        std::vector<der_blob> lists;
        tls_diagnosis diagnosis;
        const bool good = detail::read_crls(file, replace_all(content, "certificate", "x509 crl"),
                                            lists, diagnosis);
        EXPECT_EQ(good, style.loads) << diagnosis.text;
        EXPECT_TRUE(!good || lists.size() == 2U) << lists.size();
        EXPECT_TRUE(good || diagnosis.text.find("line ") != std::string::npos) << diagnosis.text;
    }
}

TEST(pem_spelling, of_a_private_key_is_normalised_or_refused)
{
    const std::string key = authorities()[0].key_pem();
    const pem_file file{"tls_client_key", tls_failure::bad_client_certificate, "FILE"};
    for (const spelling& style : spellings) {
        if (std::string(style.name) == "trusted" || std::string(style.name) == "another label" ||
            std::string(style.name).find("X509") == 0 ||
            std::string(style.name) == "no certificate") {
            continue; // only for certificates
        }
        SCOPED_TRACE(style.name);
        std::string content = style.write(replace_all(key, "PRIVATE KEY", "CERTIFICATE"));
        content = replace_all(replace_all(content, "CERTIFICATE", "PRIVATE KEY"), "certificate",
                              "private key");
        secret pem;
        tls_diagnosis diagnosis;
        const bool good = detail::read_private_key(file, content, pem, diagnosis);
        EXPECT_EQ(good, style.loads) << diagnosis.text;
        EXPECT_TRUE(!good || pem.reveal() == key);
    }
    secret pem;
    tls_diagnosis diagnosis;
    EXPECT_FALSE(detail::read_private_key(file, key + key, pem, diagnosis));
    EXPECT_EQ(diagnosis.text, "tls_client_key: FILE holds 2 private keys");
}

TEST(pem_spelling, lines_may_end_with_LF_CRLF_or_CR)
{
    EXPECT_EQ(detail::line_of("a\nb\nc", 4), 3U);
    EXPECT_EQ(detail::line_of("a\r\nb\r\nc", 6), 3U);
    EXPECT_EQ(detail::line_of("a\rb\rc", 4), 3U);
    EXPECT_EQ(detail::line_of("abc", 0), 1U);
}

} // namespace
} // namespace coquest::test
