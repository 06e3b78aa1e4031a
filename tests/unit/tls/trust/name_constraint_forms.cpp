// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Name constraints of every kind, as RFC 5280 4.2.1.10 defines them.

#include "tls/trust/name_constraints.hpp"

#include "support/der_builder.hpp"

#include <gmock/gmock.h>

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::test {
namespace {

using namespace std::string_literals;

std::string mail(std::string_view text)
{
    return element(0x81, text);
}

std::string dns(std::string_view text)
{
    return element(0x82, text);
}

std::string directory(std::string_view name)
{
    return element(0xa4, name);
}

std::string uri(std::string_view text)
{
    return element(0x86, text);
}

std::string ip(std::string_view address)
{
    return element(0x87, address);
}

std::string registered_id(std::string_view oid)
{
    return element(0x88, oid);
}

constexpr unsigned utf8 = 0x0c;
constexpr unsigned printable = 0x13;
constexpr unsigned teletex = 0x14;
constexpr unsigned ia5 = 0x16;

const std::string common_name = element(detail::tag_oid, "\x55\x04\x03");
const std::string organization = element(detail::tag_oid, "\x55\x04\x0a");
const std::string mail_address = element(detail::tag_oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01");

std::string attribute(const std::string& oid, std::string_view value, unsigned kind = utf8)
{
    return sequence(oid + element(kind, value));
}

// A distinguished name of one attribute.
std::string name(const std::string& oid, std::string_view value, unsigned kind = utf8)
{
    return sequence(set(attribute(oid, value, kind)));
}

std::string permitted(const std::string& base)
{
    return element(0xa0, sequence(base));
}

std::string excluded(const std::string& base)
{
    return element(0xa1, sequence(base));
}

// Returns the violation of a server's certificate below a CA with `constraints`.
std::optional<detail::constraint_violation> violation(const std::string& constraints,
                                                      const std::optional<std::string>& san,
                                                      const std::string& subject = sequence(""))
{
    const std::string ca_name = name(common_name, "CA");
    detail::certificate path[2];
    path[0].issuer = path[1].issuer = path[1].subject = bytes(ca_name);
    path[0].subject = bytes(subject);
    if (san) {
        path[0].san = bytes(*san);
    }
    path[1].name_constraints = bytes(constraints);
    return detail::find_constraint_violation(path);
}

// Inside of the base, outside, or neither for certain: then it is neither permitted nor tolerated
// beside an excluded base.
enum class relation { inside, outside, uncertain, contradictory };

void PrintTo(relation value, std::ostream* out)
{
    constexpr std::string_view texts[] = {"inside", "outside", "uncertain", "contradictory"};
    *out << texts[static_cast<std::size_t>(value)];
}

relation relate(const std::string& san, const std::string& base)
{
    const bool is_permitted = !violation(permitted(base), san);
    const bool is_excluded = violation(excluded(base), san).has_value();
    return is_permitted ? (is_excluded ? relation::inside : relation::contradictory)
                        : (is_excluded ? relation::uncertain : relation::outside);
}

using enum relation;

struct text_case {
    std::string_view name;
    std::string_view base;
    relation expected;
};

TEST(name_constraint_forms, mail_base_is_a_mailbox_a_host_or_a_domain_with_a_dot)
{
    constexpr text_case cases[] = {
        {"ops@example.com", "ops@example.com", inside},
        {"ops@EXAMPLE.com", "ops@example.COM", inside},
        {"Ops@example.com", "ops@example.com", outside}, // the local part is case-sensitive
        {"dev@example.com", "ops@example.com", outside},
        {"ops@db.example.com", "ops@example.com", outside},
        {"ops@example.com", "Example.com", inside},
        {"ops@db.example.com", "example.com", outside},
        {"ops@db.example.com", ".example.com", inside},
        {"ops@example.com", ".example.com", outside},
        {"ops@badexample.com", ".example.com", outside},
        {"ops@example.com", "ops@", outside},
        {"\"a@example.com\"@example.net", "example.com", outside},
        {"\"a@example.com\"@example.net", "example.net", inside},
        {"ops", "example.com", uncertain}, // not a mailbox
        {"ops", "ops", uncertain},
    };
    for (const auto& [name, base, expected] : cases) {
        EXPECT_EQ(relate(mail(name), mail(base)), expected) << name << " in " << base;
    }
}

TEST(name_constraint_forms, uri_base_applies_to_the_host)
{
    constexpr text_case cases[] = {
        {"https://db.example.com", "db.example.com", inside},
        {"https://DB-1_a.example.com/q", "db-1_a.EXAMPLE.com", inside},
        {"https://db.example.com", "example.com", outside}, // without a dot: one host
        {"https://db.example.com", ".example.com", inside},
        {"https://example.com", ".example.com", outside},
        {"https://badexample.com", ".example.com", outside},
        {"wss://me:secret@db.example.com:9000/exec?q=1#top", "db.example.com", inside},
        {"https://db.example.com?next=@db.example.net", "db.example.com", inside},
        {"https://db.example.net#@db.example.com", "db.example.com", outside},
        {"https://db.example.com@db.example.net/", "db.example.com", outside},
    };
    for (const auto& [name, base, expected] : cases) {
        EXPECT_EQ(relate(uri(name), uri(base)), expected) << name << " in " << base;
    }
}

// RFC 5280 requires that such a certificate is rejected if its URIs are constrained at all.
TEST(name_constraint_forms, constrained_uri_needs_a_host_that_is_a_domain_name)
{
    constexpr std::string_view names[] = {
        "mailto:ops@db.example.com",
        "urn:db.example.com",
        "db.example.com",
        "https:///exec",
        "https://:9000/",
        "https://192.0.2.1/",
        "https://192.0.2.1:9000/",
        "https://[2001:db8::1]/",
        "https://d%62.example.com/",
        "https://db.example.com./",
        "mailto:ops@example.net?body=https://db.example.com",
    };
    constexpr std::string_view bases[] = {"db.example.com", ".example.com", "192.0.2.1", "["};
    for (const std::string_view name : names) {
        for (const std::string_view base : bases) {
            EXPECT_EQ(relate(uri(name), uri(base)), uncertain) << name << " in " << base;
        }
    }
}

TEST(name_constraint_forms, empty_base_covers_every_name_of_its_kind)
{
    EXPECT_EQ(relate(mail("ops@example.com"), mail("")), inside);
    EXPECT_EQ(relate(uri("https://db.example.com"), uri("")), inside);
    EXPECT_EQ(relate(dns("db.example.com"), dns("")), inside);
    EXPECT_EQ(relate(dns("*.example.com"), dns("")), inside);
    EXPECT_EQ(relate(directory(name(common_name, "db")), directory(sequence(""))), inside);
    EXPECT_EQ(relate(ip("\x0a\x01\x02\x03"), ip(std::string(8, '\0'))), inside);
}

TEST(name_constraint_forms, dns_base_covers_the_names_below_it)
{
    constexpr text_case cases[] = {
        {"example.com", "Example.COM", inside},
        {"a.db.example.com", "example.com", inside},
        {"badexample.com", "example.com", outside},
        {"com", "example.com", outside},
        {"db.example.com", ".example.com", inside},
        {"*.example.com", "example.com", inside},
        {"*.example.com", "db.example.com", uncertain}, // covers a name inside and others
        {"*.example.com", "a.db.example.com", outside}, // a wildcard is one label
        {"*.example.com", "db.example.net", outside},
        {"*.example.com", "longer.badexample.com", outside},
        {"db.example.com", "*.example.com", uncertain}, // a base has no wildcard
        {"", "example.com", uncertain},
        {".example.com", "example.com", uncertain},
    };
    for (const auto& [name, base, expected] : cases) {
        EXPECT_EQ(relate(dns(name), dns(base)), expected) << name << " in " << base;
    }
}

TEST(name_constraint_forms, address_base_is_an_address_and_a_mask_of_the_same_family)
{
    const std::string prefix_8 = "\x0a\0\0\0\xff\0\0\0"s;
    const std::string v6 = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + '\x01';
    const std::string v6_prefix_32 = "\x20\x01\x0d\xb8"s + std::string(12, '\0') +
                                     std::string(4, '\xff') + std::string(12, '\0');

    EXPECT_EQ(relate(ip("\x0a\x01\x02\x03"), ip(prefix_8)), inside);
    EXPECT_EQ(relate(ip("\x0b\x01\x02\x03"), ip(prefix_8)), outside);
    EXPECT_EQ(relate(ip(v6), ip(v6_prefix_32)), inside);
    EXPECT_EQ(relate(ip('\x21' + v6.substr(1)), ip(v6_prefix_32)), outside);
    EXPECT_EQ(relate(ip(v6), ip(prefix_8)), outside);
    EXPECT_EQ(relate(ip("\x0a\x01\x02"), ip(prefix_8)), uncertain);
    EXPECT_EQ(relate(ip("\x0a\x01\x02\x03"), ip("\x0a\x01\x02\x03")), uncertain); // no mask
    EXPECT_EQ(relate(ip("\x0a\x01\x02\x03"), ip(v6)), uncertain);
}

relation relate_values(std::string_view value, unsigned kind, std::string_view base_value,
                       unsigned base_kind)
{
    return relate(directory(name(common_name, value, kind)),
                  directory(name(common_name, base_value, base_kind)));
}

TEST(name_constraint_forms, directory_values_are_compared_without_case_spaces_and_kind_of_string)
{
    EXPECT_EQ(relate_values("Big Lab", utf8, "big lab", printable), inside);
    EXPECT_EQ(relate_values("Big Lab", ia5, "big lab", utf8), inside);
    EXPECT_EQ(relate_values("  big   lab  ", printable, "big lab", printable), inside);
    EXPECT_EQ(relate_values("big lab", printable, "  big   lab  ", ia5), inside);
    EXPECT_EQ(relate_values("big lab", utf8, "biglab", utf8), outside);
    EXPECT_EQ(relate_values("big", utf8, "big lab", utf8), outside);
    EXPECT_EQ(relate_values("big lab", utf8, "big", utf8), outside);
    EXPECT_EQ(relate_values("big\0"s, utf8, "big", utf8), outside);
    EXPECT_EQ(relate_values("big", utf8, "big\0"s, utf8), outside);
}

TEST(name_constraint_forms, directory_values_of_other_kinds_must_be_identical)
{
    EXPECT_EQ(relate_values("lab", teletex, "lab", teletex), inside);
    EXPECT_EQ(relate_values("lab", teletex, "Lab", teletex), uncertain);
    EXPECT_EQ(relate_values("lab", utf8, "lab", teletex), uncertain);
    EXPECT_EQ(relate_values("lab", teletex, "other", utf8), uncertain);
}

TEST(name_constraint_forms, directory_name_is_inside_if_it_begins_with_all_parts_of_the_base)
{
    const std::string lab = set(attribute(organization, "lab"));
    const std::string db = set(attribute(common_name, "db"));

    EXPECT_EQ(relate(directory(sequence(lab + db)), directory(sequence(lab))), inside);
    EXPECT_EQ(relate(directory(sequence(lab + db)), directory(sequence(lab + db))), inside);
    EXPECT_EQ(relate(directory(sequence(lab)), directory(sequence(lab + db))), outside);
    EXPECT_EQ(relate(directory(sequence(db + lab)), directory(sequence(lab))), outside);
    EXPECT_EQ(relate(directory(name(common_name, "lab")), directory(sequence(lab))), outside);
}

TEST(name_constraint_forms, directory_parts_of_several_attributes_must_be_identical)
{
    const std::string lab = attribute(organization, "lab");
    const std::string db = attribute(common_name, "db");
    const std::string both = sequence(set(lab + db));
    const std::string two_parts = sequence(set(lab + db) + set(db));

    EXPECT_EQ(relate(directory(both), directory(both)), inside);
    EXPECT_EQ(relate(directory(two_parts), directory(both)), inside);
    EXPECT_EQ(relate(directory(both), directory(two_parts)), outside);
    EXPECT_EQ(relate(directory(both), directory(sequence(set(db + lab)))), uncertain);
    EXPECT_EQ(relate(directory(both), directory(sequence(set(lab)))), uncertain);
    EXPECT_EQ(relate(directory(sequence(set(lab))), directory(both)), uncertain);
}

TEST(name_constraint_forms, malformed_directory_name_or_base_is_never_inside_or_outside)
{
    const std::string good = name(common_name, "db");
    const std::string malformed[] = {
        "",
        set(""),
        sequence(sequence("")),                     // a part that is no set
        sequence(set("")),                          // a part without an attribute
        sequence(set(set(""))),                     // an attribute that is no sequence
        sequence(set(sequence(""))),                // an attribute without a type
        sequence(set(sequence(common_name))),       // an attribute without a value
        sequence(set(sequence(element(utf8, "")))), // an attribute with a string as its type
    };
    for (const std::string& bad : malformed) {
        EXPECT_EQ(relate(directory(bad), directory(good)), uncertain)
            << ::testing::PrintToString(bad);
        EXPECT_EQ(relate(directory(good), directory(bad)), uncertain)
            << ::testing::PrintToString(bad);
    }
}

TEST(name_constraint_forms, name_of_an_unsupported_kind_is_refused_if_its_kind_is_constrained)
{
    const auto refused = violation(permitted(registered_id("\x2a")), registered_id("\x2a"));

    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->name, "of an unknown kind");
    EXPECT_TRUE(violation(excluded(registered_id("\x2a")), registered_id("\x2b")));
    EXPECT_FALSE(violation(permitted(dns("example.com")), registered_id("\x2a")));
    EXPECT_FALSE(violation(excluded(dns("example.com")), registered_id("\x2a")));
}

TEST(name_constraint_forms, violation_has_the_name_and_the_ca)
{
    const auto of_mail = violation(excluded(mail("example.com")), mail("ops@example.com"));
    const auto of_uri = violation(excluded(uri("example.com")), uri("https://example.com"));
    const auto of_address = violation(excluded(ip("?")), ip("\x0a\x01\x02\x03"));

    ASSERT_TRUE(of_mail && of_uri && of_address);
    EXPECT_EQ(of_mail->name, "ops@example.com");
    EXPECT_EQ(of_mail->ca, "CA");
    EXPECT_EQ(of_mail->subject, "");
    EXPECT_EQ(of_uri->name, "https://example.com");
    EXPECT_EQ(of_address->name, "10.1.2.3");
}

TEST(name_constraint_forms, several_bases_permit_a_name_in_one_of_them_unless_one_excludes_it)
{
    const std::string constraints =
        element(0xa0, sequence(dns("example.com")) + sequence(dns("example.net"))) +
        excluded(dns("secret.example.com"));

    EXPECT_FALSE(violation(constraints, dns("db.example.com") + dns("db.example.net")));
    EXPECT_FALSE(violation(constraints, mail("ops@example.org"))); // not constrained
    EXPECT_TRUE(violation(constraints, dns("db.example.com") + dns("db.example.org")));
    EXPECT_TRUE(violation(constraints, dns("db.secret.example.com")));
}

TEST(name_constraint_forms, malformed_constraints_permit_no_name)
{
    const std::string base = dns("example.com");
    const std::string malformed[] = {
        element(0xa0, base),                                   // no subtree
        element(0xa0, sequence("")),                           // an empty subtree
        element(0xa0, sequence(base + element(0x80, "\x01"))), // with a minimum
        element(0xa1, base),
        element(0xa2, sequence(base)),                  // an unknown field
        excluded(dns("example.net")) + permitted(base), // in the wrong order
        permitted(base).substr(0, 6),                   // cut off
        excluded(dns("example.net")).substr(0, 6),
        element(0xa0, sequence(base.substr(0, 4))), // a base that is cut off
    };
    for (const std::string& constraints : malformed) {
        const auto refused = violation(constraints, dns("db.example.com"));
        ASSERT_TRUE(refused) << ::testing::PrintToString(constraints);
        EXPECT_EQ(refused->name, "under constraints that are malformed");
    }
}

TEST(name_constraint_forms, malformed_names_are_refused)
{
    const auto refused =
        violation(permitted(dns("example.com")), dns("db.example.com") + dns("cut").substr(0, 4));

    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->name, "among malformed ones");
}

TEST(name_constraint_forms, malformed_subject_without_alternative_names_is_refused)
{
    const std::string malformed[] = {
        "",
        sequence(sequence("")),               // a part that is no set
        sequence(set(set(""))),               // an attribute that is no sequence
        sequence(set(sequence(""))),          // an attribute without a type
        sequence(set(sequence(common_name))), // an attribute without a value
    };
    for (const std::string& subject : malformed) {
        const auto refused = violation(permitted(mail("example.com")), std::nullopt, subject);
        ASSERT_TRUE(refused) << ::testing::PrintToString(subject);
        EXPECT_EQ(refused->name, "among malformed ones");
    }
}

// RFC 5280: constraints on mail apply to the subject of a certificate that has no subjectAltName.
TEST(name_constraint_forms, mail_address_in_the_subject_is_constrained_without_alternative_names)
{
    const std::string constraints = permitted(mail("example.com"));
    const std::string inside_name = name(mail_address, "ops@example.com", ia5);
    const std::string outside_name = sequence(
        set(attribute(common_name, "db")) +
        set(attribute(organization, "lab") + attribute(mail_address, "ops@example.net", ia5)));

    const auto refused = violation(constraints, std::nullopt, outside_name);

    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->name, "ops@example.net");
    EXPECT_FALSE(violation(constraints, std::nullopt, inside_name));
    EXPECT_TRUE(violation(excluded(mail("example.com")), std::nullopt, inside_name));
    EXPECT_FALSE(violation(constraints, std::nullopt, name(common_name, "ops@example.net")));
    EXPECT_FALSE(violation(constraints, dns("db.example.com"), outside_name));
    EXPECT_TRUE(violation(constraints, std::nullopt, name(mail_address, "ops", teletex)));
}

} // namespace
} // namespace coquest::test
