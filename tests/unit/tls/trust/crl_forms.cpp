// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The forms of a revocation list (RFC 5280 5.1), and searches that end without a signature.

#include "tls/trust/certificate_path.hpp"
#include "tls/trust/clock.hpp"
#include "tls/trust/crl.hpp"

#include "support/cert_lab.hpp"
#include "support/der_builder.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace coquest::test {
namespace {

using namespace std::string_literals;

using ::testing::HasSubstr;
using ::testing::PrintToString;

const std::string algorithm =
    sequence(element(detail::tag_oid, "\x2a\x86\x48\xce\x3d\x04\x03\x02")); // ECDSA with SHA-256
const std::string issuer =
    sequence(set(sequence(element(detail::tag_oid, "\x55\x04\x03") + element(0x0c, "a CA"))));
const std::string first_day = element(detail::tag_utc_time, "260101000000Z");
const std::string last_day = element(detail::tag_generalized_time, "29991231235959Z");
const std::string version = element(detail::tag_integer, "\x01");
const std::string serial = element(detail::tag_integer, "\x05");
const std::string head = algorithm + issuer + first_day; // what every list has

std::string signed_list(const std::string& body, std::string_view signature = "\0sig"s)
{
    return sequence(sequence(body) + algorithm + element(detail::tag_bit_string, signature));
}

std::shared_ptr<detail::revocation_list> parse(const std::string& body)
{
    return detail::parse_crl(bytes(signed_list(body)));
}

std::string extension(const std::string& flag)
{
    return sequence(element(detail::tag_oid, "\x55\x1d\x14") + flag +
                    element(detail::tag_octet_string, "\x02\x01\x01"));
}

// The extensions of a list.
std::string extensions(const std::string& list)
{
    return element(detail::context_tag_0, sequence(list));
}

TEST(crl_forms, version_next_update_entries_and_extensions_are_optional)
{
    const auto shortest = parse(head);
    const auto full = parse(version + head + last_day +
                            sequence(sequence(serial + first_day) +
                                     sequence(serial + first_day + sequence(extension("")))) +
                            extensions(extension("")));

    ASSERT_TRUE(shortest && full);
    EXPECT_FALSE(shortest->next_update);
    EXPECT_TRUE(shortest->revoked.empty());
    EXPECT_FALSE(shortest->partial);
    EXPECT_TRUE(full->next_update);
    EXPECT_EQ(full->revoked.size(), 2U);
    EXPECT_FALSE(full->partial);
}

// An extension whose flag cannot be read may be critical.
TEST(crl_forms, list_is_partial_if_an_extension_of_it_or_of_an_entry_may_be_critical)
{
    const struct {
        std::string extension;
        bool partial;
    } cases[] = {
        {extension(element(detail::tag_boolean, "\xff")), true},
        {extension(element(detail::tag_boolean, "\x01")), true},
        {extension(element(detail::tag_boolean, "\0"s)), false},
        {extension(element(detail::tag_boolean, "")), true},
        {extension(element(detail::tag_boolean, "\0\0"s)), true},
        {sequence(element(detail::tag_oid, "\x55\x1d\x14") + "\x01\x02"), true},
        {extension("") + extension(element(detail::tag_boolean, "\xff")), true},
        {sequence(""), true},
        {set(""), true},
    };
    for (const auto& test : cases) {
        const auto of_list = parse(head + extensions(test.extension));
        const auto of_entry =
            parse(head + sequence(sequence(serial + first_day + sequence(test.extension))));
        ASSERT_TRUE(of_list && of_entry);
        EXPECT_EQ(of_list->partial, test.partial) << PrintToString(test.extension);
        EXPECT_EQ(of_entry->partial, test.partial) << PrintToString(test.extension);
    }
}

TEST(crl_forms, malformed_list_is_refused)
{
    const std::string bodies[] = {
        "",
        "\x02\x05\x01", // a version that is cut off
        issuer + first_day,
        algorithm + first_day,
        algorithm + issuer,
        sequence(element(detail::tag_oid, "\x2a")) + issuer + first_day, // another algorithm
        head + element(detail::tag_utc_time, "269901000000Z"),
        head + sequence(serial),              // an entry that is no sequence
        head + sequence(sequence(first_day)), // an entry without a serial
        head + sequence(sequence(serial)),    // an entry without a time
        head + sequence(sequence(serial + first_day + set(""))),
        head + sequence("") + "\x30\x05",
        head + "\xa0\x05\x30", // extensions that are cut off
        head + element(detail::context_tag_0, ""),
        head + extensions("") + serial, // more behind the extensions
    };
    for (const std::string& body : bodies) {
        EXPECT_FALSE(parse(body)) << PrintToString(body);
    }
    EXPECT_TRUE(detail::parse_crl(bytes(signed_list(head))));
    EXPECT_FALSE(detail::parse_crl(bytes(signed_list(head, ""))));
    EXPECT_FALSE(detail::parse_crl(bytes(signed_list(head) + '\0')));
}

// A path of a server's certificate and its CA, whose key signed a list.
class crl_of_a_known_key : public ::testing::Test {
protected:
    crl_of_a_known_key()
    {
        list->known_keys.emplace_back(bytes(key).begin(), bytes(key).end());
        roots.lists = {list};
        path[0].issuer = path[1].subject = bytes(issuer);
        path[1].key_info = bytes(key);
    }

    const std::string key = "a key";
    const std::shared_ptr<detail::revocation_list> list = parse(head);
    const std::chrono::sys_seconds now = detail::current_time();
    std::chrono::sys_seconds until = now + std::chrono::hours(1000);
    detail::trust roots;
    detail::certificate path[2];
};

TEST_F(crl_of_a_known_key, does_not_expire_without_next_update)
{
    EXPECT_FALSE(detail::check_revocation(path, roots, "h", now + std::chrono::years(900), until));
    EXPECT_EQ(until, now + std::chrono::hours(1000));
}

// Another certificate for the same key may allow it to sign lists.
TEST_F(crl_of_a_known_key, counts_only_if_the_ca_of_the_path_may_sign_lists)
{
    path[1].may_sign_crl = false;

    const auto diagnosis = detail::check_revocation(path, roots, "h", now, until);

    ASSERT_TRUE(diagnosis);
    EXPECT_EQ(diagnosis->kind, tls_failure::bad_crl);
}

TEST(crl_forms, list_without_next_update_is_loaded)
{
    const temp_file file(signed_list(head));
    tls_options options;
    options.crl = file.path();
    detail::trust roots;
    tls_diagnosis diagnosis;

    EXPECT_TRUE(detail::load_crls(options, detail::current_time(), roots, diagnosis));
    EXPECT_EQ(roots.lists.size(), 1U) << diagnosis.text;
}

TEST(crl_forms, file_that_cannot_be_read_is_reported)
{
    tls_options options;
    options.crl = "/nonexistent/lists.pem";
    detail::trust roots;
    tls_diagnosis diagnosis;

    EXPECT_FALSE(detail::load_crls(options, detail::current_time(), roots, diagnosis));
    EXPECT_EQ(diagnosis.kind, tls_failure::bad_crl);
    EXPECT_THAT(diagnosis.text, HasSubstr("cannot open /nonexistent/lists.pem"));
}

// ---------------------------------------------------------------- searches

std::size_t checks = 0;

const detail::crypto all_bad{nullptr,
                             [](const detail::signed_data&, detail::der_bytes) {
                                 ++checks;
                                 return detail::signature_check::bad;
                             },
                             nullptr};

class crl_search : public ::testing::Test {
protected:
    crl_search()
    {
        checks = 0;
        roots.lists_path = "lists";
        roots.lists = {detail::parse_crl(bytes(lists))};
    }

    std::optional<tls_diagnosis> check(const std::vector<detail::der_blob>& sent)
    {
        const std::vector<detail::der_bytes> views(sent.begin(), sent.end());
        auto until = detail::current_time();
        return detail::check_revocation_of_trusted_leaf(*detail::parse_certificate(leaf_der), views,
                                                        roots, "h", detail::current_time(), until);
    }

    const identity ca = self_signed(ca_spec("a CA"));
    const std::vector<std::byte> leaf_der = issue(server_spec(), ca).der();
    const std::string lists = issue_crl(ca, {}, false);
    detail::trust roots;
};

TEST_F(crl_search, number_of_signature_checks_for_the_issuer_is_bounded)
{
    roots.primitives = &all_bad;

    const auto diagnosis = check(std::vector<detail::der_blob>(100, ca.der()));

    ASSERT_TRUE(diagnosis);
    EXPECT_EQ(diagnosis->kind, tls_failure::bad_crl);
    EXPECT_EQ(checks, detail::max_signature_checks);
}

TEST_F(crl_search, only_readable_certificates_with_the_name_of_the_issuer_are_checked)
{
    roots.primitives = &all_bad;

    EXPECT_TRUE(
        check({leaf_der, detail::der_blob(3), self_signed(ca_spec("another")).der(), ca.der()}));
    EXPECT_EQ(checks, 1U);
}

TEST_F(crl_search, list_is_not_authentic_without_a_library_that_verifies_it)
{
    const auto diagnosis = check({ca.der()});

    ASSERT_TRUE(diagnosis);
    EXPECT_EQ(diagnosis->kind, tls_failure::bad_crl);
    EXPECT_THAT(diagnosis->text, HasSubstr("is not signed by the key that signed the certificate"));
    const std::vector<std::byte> ca_der = ca.der();
    const detail::certificate path[] = {*detail::parse_certificate(leaf_der),
                                        *detail::parse_certificate(ca_der)};
    auto until = detail::current_time();
    EXPECT_TRUE(detail::check_revocation(path, roots, "h", detail::current_time(), until));
}

} // namespace
} // namespace coquest::test
