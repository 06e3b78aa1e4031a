// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/pem.hpp"

#include "support/cert_lab.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

namespace coquest::test {
namespace {

using detail::der_certificate;
using detail::pem_file;
using ::testing::HasSubstr;
using ::testing::Not;

const identity& one()
{
    static const identity made = self_signed(server_spec());
    return made;
}

struct loaded {
    bool good = false;
    std::vector<der_certificate> certificates;
    tls_diagnosis why;
};

loaded load_path(const std::string& path)
{
    const pem_file file{"tls_roots", tls_failure::bad_roots, path};
    loaded result;
    std::string text;
    result.good = detail::read_file(file, text, result.why) &&
                  detail::read_certificates(file, text, result.certificates, result.why);
    return result;
}

// Loads a file with that content; "FILE" stands for its path in what comes back.
loaded load(const std::string& content)
{
    const temp_file file(content);
    loaded result = load_path(file.path());
    for (std::string* text : {&result.why.text, &result.why.hint, &result.why.path}) {
        for (std::size_t at = text->find(file.path()); at != std::string::npos;
             at = text->find(file.path())) {
            text->replace(at, file.path().size(), "FILE");
        }
    }
    return result;
}

void expect_one(const std::string& content)
{
    const loaded result = load(content);
    ASSERT_TRUE(result.good) << result.why.text;
    ASSERT_EQ(result.certificates.size(), 1U);
    EXPECT_EQ(result.certificates[0], one().der());
}

void expect_fault(const std::string& content, const char* text, const char* hint)
{
    const loaded result = load(content);
    EXPECT_FALSE(result.good);
    EXPECT_EQ(result.why.kind, tls_failure::bad_roots);
    EXPECT_EQ(result.why.path, "FILE");
    EXPECT_EQ(result.why.text, std::string("tls_roots: ") + text);
    EXPECT_THAT(result.why.hint, HasSubstr(hint));
}

std::string replace_all(std::string text, const std::string& what, const std::string& with)
{
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
    return text;
}

std::string as_text(const std::vector<std::byte>& bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(pem, one_certificate)
{
    expect_one(one().pem());
}

TEST(pem, whatever_editors_and_tools_add)
{
    const std::string pem = one().pem();

    expect_one(replace_all(pem, "\n", "\r\n"));
    expect_one("\xef\xbb\xbf" + pem);
    expect_one("# our server\nBag Attributes: <none>\nsubject=CN = x\n" + pem + "\ntrailing words");
    expect_one(pem.substr(0, pem.size() - 1)); // no last line end
    expect_one(replace_all(pem, "\n", "  \n"));
    expect_one("see -----BEGIN CERTIFICATE----- below\n" + pem);
    expect_one(one().key_pem() + pem);
    expect_one(pem + one().key_pem());
}

TEST(pem, several_certificates_in_order)
{
    const identity other = self_signed(ca_spec("other"));

    const loaded result = load(other.pem() + one().pem() + other.pem());

    ASSERT_TRUE(result.good);
    ASSERT_EQ(result.certificates.size(), 3U);
    EXPECT_EQ(result.certificates[0], other.der());
    EXPECT_EQ(result.certificates[1], one().der());
}

TEST(pem, one_bad_certificate_among_good_ones_is_named)
{
    const std::string pem = one().pem();
    const std::string cut = pem.substr(0, pem.size() - 40);

    expect_fault(pem + pem + replace_all(pem, "MII", "M*I") + pem + pem,
                 "certificate 3 of 5 in FILE has bad base64", "copy that certificate again");
    expect_fault(pem + cut,
                 "certificate 2 of 2 in FILE is cut off: its END CERTIFICATE line is missing",
                 "copy that certificate again");
    expect_fault(cut + "\n" + pem,
                 "certificate 1 of 2 in FILE is cut off: its END CERTIFICATE line is missing",
                 "copy that certificate again");
    expect_fault("-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n",
                 "certificate 1 of 1 in FILE is not an X.509 certificate", "or remove it");
}

TEST(pem, missing_file)
{
    const loaded result = load_path("/nowhere/questdb.crt");

    EXPECT_FALSE(result.good);
    EXPECT_EQ(result.why.text,
              "tls_roots: cannot open /nowhere/questdb.crt: No such file or directory");
    EXPECT_THAT(result.why.hint, HasSubstr("check the path"));
    EXPECT_EQ(result.why.path, "/nowhere/questdb.crt");
}

TEST(pem, unreadable_file)
{
    const temp_file file(one().pem());
    ASSERT_EQ(::chmod(file.path().c_str(), 0), 0);
    const uid_t user = ::geteuid();
    if (user == 0) { // reads everything, so be somebody else meanwhile
        ASSERT_EQ(::seteuid(65534), 0);
    }

    const loaded result = load_path(file.path());
    ASSERT_EQ(::seteuid(user), 0);

    EXPECT_FALSE(result.good);
    EXPECT_THAT(result.why.text, HasSubstr("cannot open " + file.path() + ": Permission denied"));
    EXPECT_THAT(result.why.hint, HasSubstr("let the user of this process read it"));
}

TEST(pem, file_that_fails_to_read)
{
    const loaded result = load_path("/proc/self/mem"); // nothing is mapped at its beginning

    EXPECT_FALSE(result.good);
    EXPECT_THAT(result.why.text, HasSubstr("cannot read /proc/self/mem"));
}

TEST(pem, directory)
{
    const loaded result = load_path("/");

    EXPECT_FALSE(result.good);
    EXPECT_EQ(result.why.text, "tls_roots: / is a directory");
    EXPECT_THAT(result.why.hint, HasSubstr("name one PEM file"));
}

TEST(pem, empty_file)
{
    expect_fault("", "FILE is empty", "PEM form");
    expect_fault(" \r\n\n", "FILE is empty", "PEM form");
}

TEST(pem, der_file)
{
    expect_fault(as_text(one().der()), "FILE is a certificate in DER form, not PEM",
                 "convert it: openssl x509 -inform der -in FILE -out FILE.pem");
}

TEST(pem, der_of_something_else)
{
    expect_fault(std::string("\x30\x03\x02\x01\x05", 5),
                 "FILE holds DER data that is no certificate, perhaps a key", "BEGIN CERTIFICATE");
    expect_fault(std::string("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 13),
                 "FILE is PKCS#7 in DER form, not PEM", "openssl pkcs7 -inform der -print_certs");
    expect_fault(std::string("\x30\x05\x02\x01\x03\x30\x00", 7), "FILE looks like PKCS#12, not PEM",
                 "openssl pkcs12 -nokeys");
}

TEST(pem, key_only)
{
    expect_fault(one().key_pem(), "FILE holds a private key but no certificate",
                 "name the certificate's file");
}

TEST(pem, other_kinds_of_pem)
{
    const std::string pem = one().pem();

    expect_fault(replace_all(pem, "CERTIFICATE", "PKCS7"), "FILE holds PKCS#7, not certificates",
                 "openssl pkcs7 -print_certs -in FILE");
    expect_fault(replace_all(pem, "CERTIFICATE", "TRUSTED CERTIFICATE"),
                 "FILE holds a certificate in OpenSSL's TRUSTED form", "openssl x509 -in FILE");
    expect_fault(replace_all(pem, "CERTIFICATE", "CERTIFICATE REQUEST"),
                 "FILE holds a certificate request, not a certificate", "BEGIN CERTIFICATE");
    expect_fault(replace_all(pem, "CERTIFICATE", "X509 CRL"),
                 "FILE is PEM but holds no certificate", "BEGIN CERTIFICATE");
}

TEST(pem, java_key_store)
{
    expect_fault(std::string("\xfe\xed\xfe\xed\x00\x00", 6), "FILE is a Java key store, not PEM",
                 "keytool -exportcert -rfc -keystore FILE");
}

TEST(pem, utf16_file)
{
    expect_fault(std::string("\xff\xfe-\0-\0", 6), "FILE is UTF-16 text", "UTF-8");
}

TEST(pem, content_of_a_wrong_file_stays_out_of_the_message)
{
    const loaded result = load("token=hunter2\n");

    EXPECT_EQ(result.why.text, "tls_roots: FILE holds no certificate: it is neither PEM nor DER");
    EXPECT_THAT(result.why.hint, Not(HasSubstr("hunter2")));
}

TEST(pem, huge_file_is_not_read_whole)
{
    const temp_file file("");
    std::filesystem::resize_file(file.path(), std::uintmax_t{1} << 33U);

    const loaded result = load_path(file.path());

    EXPECT_FALSE(result.good);
    EXPECT_THAT(result.why.text, HasSubstr("larger than 16 MiB"));
}

// Shells hand out pipes for <(command): they have no size.
TEST(pem, pipe)
{
    const temp_file name("");
    const std::string path = name.path() + ".pipe";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    constexpr std::size_t count = 200; // more than a pipe holds at once
    std::thread writer([&path] {
        std::ofstream out(path, std::ios::binary);
        for (std::size_t i = 0; i < count; ++i) {
            out << one().pem();
        }
    });

    const loaded result = load_path(path);
    writer.join();
    ::unlink(path.c_str());

    EXPECT_TRUE(result.good) << result.why.text;
    EXPECT_EQ(result.certificates.size(), count);
}

TEST(pem, bundles_may_hold_bad_certificates)
{
    const std::string pem = one().pem();
    std::vector<der_certificate> found;

    detail::collect_certificates(
        pem + replace_all(pem, "MII", "M*I") + pem.substr(0, 200) + "\n" + pem, found);

    EXPECT_EQ(found.size(), 2U);
}

} // namespace
} // namespace coquest::test
