// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/x509/pem.hpp"

#include "support/cert_lab.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

namespace coquest::test {
namespace {

using detail::der_blob;
using detail::pem_file;
using ::testing::HasSubstr;
using ::testing::Not;

const identity& server_certificate()
{
    static const identity result = self_signed(server_spec());
    return result;
}

struct loaded {
    bool good = false;
    std::vector<der_blob> certificates;
    tls_diagnosis diagnosis;
};

loaded load_path(const std::string& path)
{
    const pem_file file{"tls_roots", tls_failure::bad_roots, path};
    loaded result;
    std::string text;
    result.good = detail::read_file(file, text, result.diagnosis) &&
                  detail::read_certificates(file, text, result.certificates, result.diagnosis);
    return result;
}

// Loads a file with this content. In the result, "FILE" stands for its path.
loaded load(const std::string& content)
{
    const temp_file file(content);
    loaded result = load_path(file.path());
    for (std::string* text :
         {&result.diagnosis.text, &result.diagnosis.hint, &result.diagnosis.path}) {
        for (std::size_t at = text->find(file.path()); at != std::string::npos;
             at = text->find(file.path())) {
            text->replace(at, file.path().size(), "FILE");
        }
    }
    return result;
}

void expect_loaded(const std::string& content)
{
    const loaded result = load(content);
    ASSERT_TRUE(result.good) << result.diagnosis.text;
    ASSERT_EQ(result.certificates.size(), 1U);
    EXPECT_EQ(result.certificates[0], server_certificate().der());
}

void expect_refused(const std::string& content, const std::string& text, const char* hint)
{
    const loaded result = load(content);
    EXPECT_FALSE(result.good);
    EXPECT_EQ(result.diagnosis.kind, tls_failure::bad_roots);
    EXPECT_EQ(result.diagnosis.path, "FILE");
    EXPECT_EQ(result.diagnosis.text, "tls_roots: " + text);
    EXPECT_THAT(result.diagnosis.hint, HasSubstr(hint));
}

std::string replace_all(std::string text, const std::string& old_text, const std::string& new_text)
{
    for (std::size_t at = text.find(old_text); at != std::string::npos;
         at = text.find(old_text, at + new_text.size())) {
        text.replace(at, old_text.size(), new_text);
    }
    return text;
}

std::string as_text(const std::vector<std::byte>& bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(pem, one_certificate_is_read)
{
    expect_loaded(server_certificate().pem());
}

TEST(pem, additions_of_editors_and_tools_are_ignored)
{
    const std::string pem = server_certificate().pem();

    expect_loaded(replace_all(pem, "\n", "\r\n"));
    expect_loaded("\xef\xbb\xbf" + pem);
    expect_loaded("# our server\nBag Attributes: <none>\nsubject=CN = x\n" + pem +
                  "\ntrailing words");
    expect_loaded(pem.substr(0, pem.size() - 1)); // without the last line end
    expect_loaded(replace_all(pem, "\n", "  \n"));
    expect_loaded("see -----BEGIN CERTIFICATE----- below\n" + pem);
    expect_loaded(server_certificate().key_pem() + pem);
    expect_loaded(pem + server_certificate().key_pem());
}

TEST(pem, several_certificates_are_read_in_order)
{
    const identity other = self_signed(ca_spec("other"));

    const loaded result = load(other.pem() + server_certificate().pem() + other.pem());

    ASSERT_TRUE(result.good);
    ASSERT_EQ(result.certificates.size(), 3U);
    EXPECT_EQ(result.certificates[0], other.der());
    EXPECT_EQ(result.certificates[1], server_certificate().der());
}

TEST(pem, one_bad_certificate_among_good_ones_is_named)
{
    const std::string pem = server_certificate().pem();
    const std::string cut = pem.substr(0, pem.size() - 40);

    const auto lines = static_cast<std::size_t>(std::ranges::count(pem, '\n'));
    const std::string third = std::to_string(2 * lines + 2);

    expect_refused(pem + pem + replace_all(pem, "MII", "M*I") + pem + pem,
                   "certificate 3 of 5 in FILE, at line " + third + ", has bad base64",
                   "copy that certificate again");
    expect_refused(pem + cut,
                   "certificate 2 of 2 in FILE, at line " + std::to_string(lines + 1) +
                       ", is cut off: its END CERTIFICATE line is missing",
                   "copy that certificate again");
    expect_refused(cut + "\n" + pem,
                   "certificate 1 of 2 in FILE, at line 1, is cut off: its END CERTIFICATE line is "
                   "missing",
                   "copy that certificate again");
    expect_refused("-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n",
                   "certificate 1 of 1 in FILE, at line 1, is not an X.509 certificate",
                   "or remove it");
}

TEST(pem, missing_file_is_reported)
{
    const loaded result = load_path("/nowhere/questdb.crt");

    EXPECT_FALSE(result.good);
    EXPECT_EQ(result.diagnosis.text,
              "tls_roots: cannot open /nowhere/questdb.crt: No such file or directory");
    EXPECT_THAT(result.diagnosis.hint, HasSubstr("check the path"));
    EXPECT_EQ(result.diagnosis.path, "/nowhere/questdb.crt");
}

TEST(pem, unreadable_file_is_reported)
{
    const temp_file file(server_certificate().pem());
    ASSERT_EQ(::chmod(file.path().c_str(), 0), 0);
    const uid_t user = ::geteuid();
    if (user == 0) { // root may read every file, so switch to another user
        ASSERT_EQ(::seteuid(65534), 0);
    }

    const loaded result = load_path(file.path());
    ASSERT_EQ(::seteuid(user), 0);

    EXPECT_FALSE(result.good);
    EXPECT_THAT(result.diagnosis.text,
                HasSubstr("cannot open " + file.path() + ": Permission denied"));
    EXPECT_THAT(result.diagnosis.hint, HasSubstr("let the user of this process read it"));
}

TEST(pem, read_error_is_reported)
{
    const loaded result = load_path("/proc/self/mem"); // nothing is mapped at its beginning

    EXPECT_FALSE(result.good);
    EXPECT_THAT(result.diagnosis.text, HasSubstr("cannot read /proc/self/mem"));
}

TEST(pem, directory_is_refused)
{
    const loaded result = load_path("/");

    EXPECT_FALSE(result.good);
    EXPECT_EQ(result.diagnosis.text, "tls_roots: / is a directory");
    EXPECT_THAT(result.diagnosis.hint, HasSubstr("name one PEM file"));
}

TEST(pem, empty_file_is_refused)
{
    expect_refused("", "FILE is empty", "PEM form");
    expect_refused(" \r\n\n", "FILE is empty", "PEM form");
}

TEST(pem, der_file_is_refused_with_the_conversion)
{
    expect_refused(as_text(server_certificate().der()),
                   "FILE is a certificate in DER form, not PEM",
                   "convert it: openssl x509 -inform der -in FILE -out FILE.pem");
}

TEST(pem, other_der_files_are_recognised)
{
    expect_refused(std::string("\x30\x03\x02\x01\x05", 5),
                   "FILE holds DER data that is no certificate, perhaps a key",
                   "BEGIN CERTIFICATE");
    expect_refused(std::string("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 13),
                   "FILE is PKCS#7 in DER form, not PEM", "openssl pkcs7 -inform der -print_certs");
    expect_refused(std::string("\x30\x05\x02\x01\x03\x30\x00", 7),
                   "FILE looks like PKCS#12, not PEM", "openssl pkcs12 -nokeys");
}

TEST(pem, key_without_certificate_is_refused)
{
    expect_refused(server_certificate().key_pem(), "FILE holds a private key but no certificate",
                   "name the certificate's file");
}

TEST(pem, other_pem_blocks_are_recognised)
{
    const std::string pem = server_certificate().pem();

    expect_refused(replace_all(pem, "CERTIFICATE", "PKCS7"), "FILE holds PKCS#7, not certificates",
                   "openssl pkcs7 -print_certs -in FILE");
    expect_refused(replace_all(pem, "CERTIFICATE", "TRUSTED CERTIFICATE"),
                   "certificate 1 of 1 in FILE, at line 1, is in OpenSSL's TRUSTED form",
                   "openssl x509 -in FILE");
    expect_refused(replace_all(pem, "CERTIFICATE", "CERTIFICATE REQUEST"),
                   "FILE holds a certificate request, not a certificate", "BEGIN CERTIFICATE");
    expect_refused(replace_all(pem, "CERTIFICATE", "X509 CRL"),
                   "FILE is PEM but holds no certificate", "BEGIN CERTIFICATE");
}

TEST(pem, java_key_store_is_recognised)
{
    expect_refused(std::string("\xfe\xed\xfe\xed\x00\x00", 6), "FILE is a Java key store, not PEM",
                   "keytool -exportcert -rfc -keystore FILE");
}

TEST(pem, utf16_file_is_refused)
{
    expect_refused(std::string("\xff\xfe-\0-\0", 6), "FILE is UTF-16 text", "UTF-8");
    std::string wide;
    for (const char c : server_certificate().pem()) {
        wide += {c, '\0'};
    }
    expect_refused(wide, "FILE is UTF-16 text", "UTF-8"); // without a byte order mark
}

TEST(pem, content_of_a_wrong_file_stays_out_of_the_message)
{
    const loaded result = load("token=hunter2\n");

    EXPECT_EQ(result.diagnosis.text,
              "tls_roots: FILE holds no certificate: it is neither PEM nor DER");
    EXPECT_THAT(result.diagnosis.hint, Not(HasSubstr("hunter2")));
}

TEST(pem, huge_file_is_not_read_whole)
{
    const temp_file file("");
    std::filesystem::resize_file(file.path(), std::uintmax_t{1} << 33U);

    const loaded result = load_path(file.path());

    EXPECT_FALSE(result.good);
    EXPECT_THAT(result.diagnosis.text, HasSubstr("larger than 16 MiB"));
}

// Shells pass a pipe for <(command), which has no size.
TEST(pem, pipe_is_read)
{
    const temp_file name("");
    const std::string path = name.path() + ".pipe";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    constexpr std::size_t count = 200; // more than fits into a pipe
    std::thread writer([&path] {
        std::ofstream out(path, std::ios::binary);
        for (std::size_t i = 0; i < count; ++i) {
            out << server_certificate().pem();
        }
    });

    const loaded result = load_path(path);
    writer.join();
    ::unlink(path.c_str());

    EXPECT_TRUE(result.good) << result.diagnosis.text;
    EXPECT_EQ(result.certificates.size(), count);
}

TEST(pem, bundles_may_hold_bad_certificates)
{
    const std::string pem = server_certificate().pem();
    std::vector<der_blob> found;

    detail::collect_certificates(
        pem + replace_all(pem, "MII", "M*I") + pem.substr(0, 200) + "\n" + pem, found);

    EXPECT_EQ(found.size(), 2U);
}

} // namespace
} // namespace coquest::test
