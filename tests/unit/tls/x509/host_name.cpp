// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/x509/host_name.hpp"

#include "core/text/ascii.hpp"
#include "support/cert_lab.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::test {
namespace {

using detail::host_name;

bool matches(const char* host, const char* pattern)
{
    return host_name::parse(host)->matches(std::string_view(pattern));
}

bool certificate_matches(const char* host, const std::vector<std::string>& san)
{
    const std::vector<std::byte> der = self_signed(server_spec(san)).der();
    return host_name::parse(host)->matches(*detail::parse_certificate(der));
}

TEST(host_name, is_read_without_regard_to_case_and_a_trailing_dot)
{
    EXPECT_EQ(host_name::parse("LocalHost")->dns(), "localhost");
    EXPECT_EQ(host_name::parse("db.Example.")->dns(), "db.example");
    EXPECT_EQ(host_name::parse("my_db-1")->text(), "my_db-1");
    EXPECT_EQ(host_name::parse("xn--bcher-kva.example")->dns(), "xn--bcher-kva.example");
}

TEST(host_name, addresses_have_one_text)
{
    EXPECT_EQ(host_name::parse("127.0.0.1")->text(), "127.0.0.1");
    EXPECT_EQ(host_name::parse("0:0:0:0:0:0:0:1")->text(), "::1");
    EXPECT_EQ(host_name::parse("FE80::1%eth0")->text(), "fe80::1");
    EXPECT_TRUE(host_name::parse("::1")->is_ip());
    EXPECT_EQ(host_name::parse("::1")->dns(), "");
    EXPECT_FALSE(host_name::parse("localhost")->is_ip());
}

TEST(host_name, invalid_names_are_refused)
{
    for (const std::string& text :
         {std::string(), std::string("."), std::string("a..b"), std::string(".a"),
          std::string("a b"), std::string("a/b"), std::string("*.example"), std::string("[::1]"),
          std::string("b\xc3\xbc"), std::string("localhost:9000"), std::string(64, 'a'),
          std::string("127.0.0.1\0.evil", 15), std::string("a\0", 2), std::string("::1::")}) {
        EXPECT_FALSE(host_name::parse(text)) << text;
    }
    std::string longest;
    for (int i = 0; i < 127; ++i) {
        longest += "a.";
    }
    EXPECT_TRUE(host_name::parse(longest.substr(0, 253)));
    EXPECT_FALSE(host_name::parse(longest.substr(0, 253) + ".a"));
}

TEST(host_name, matches_a_plain_name)
{
    EXPECT_TRUE(matches("localhost", "localhost"));
    EXPECT_TRUE(matches("localhost", "LOCALHOST"));
    EXPECT_TRUE(matches("DB.example.", "db.EXAMPLE"));
    EXPECT_FALSE(matches("localhost", "localhost.example"));
    EXPECT_FALSE(matches("localhost.example", "localhost"));
    EXPECT_FALSE(matches("db.example", ""));
}

TEST(host_name, wildcard_is_a_whole_leftmost_label_for_one_label)
{
    EXPECT_TRUE(matches("a.example.test", "*.example.test"));
    EXPECT_TRUE(matches("xn--a.example.test", "*.EXAMPLE.test"));
    EXPECT_FALSE(matches("a.b.example.test", "*.example.test"));
    EXPECT_FALSE(matches("example.test", "*.example.test"));
    EXPECT_FALSE(matches("ab.example.test", "a*.example.test"));
    EXPECT_FALSE(matches("ab.example.test", "*b.example.test"));
    EXPECT_FALSE(matches("a.example.test", "**.example.test"));
    EXPECT_FALSE(matches("a.b.example.test", "*.*.example.test"));
    EXPECT_FALSE(matches("a.b.example.test", "a.*.example.test"));
    EXPECT_FALSE(matches("xn--a.example.test", "xn--*.example.test"));
}

TEST(host_name, wildcard_needs_two_labels_after_it)
{
    EXPECT_FALSE(matches("localhost", "*"));
    EXPECT_FALSE(matches("example.test", "*.test"));
    EXPECT_FALSE(matches("example.test", "*."));
    EXPECT_FALSE(matches("example.test", "*.test."));
    EXPECT_FALSE(matches("localhost", "*.localhost"));
}

TEST(host_name, any_of_the_names_counts)
{
    EXPECT_TRUE(certificate_matches("b.example", {"DNS:a.example", "IP:::1", "DNS:b.example"}));
    EXPECT_FALSE(certificate_matches("c.example", {"DNS:a.example", "DNS:b.example"}));
    EXPECT_FALSE(certificate_matches("a.example", {"email:a.example", "URI:a.example"}));
    EXPECT_FALSE(certificate_matches("a.example", {}));
}

TEST(host_name, addresses_compare_with_addresses_only)
{
    EXPECT_TRUE(certificate_matches("127.0.0.1", {"DNS:localhost", "IP:127.0.0.1"}));
    EXPECT_TRUE(certificate_matches("0::1", {"IP:::1"}));
    EXPECT_FALSE(certificate_matches("127.0.0.1", {"DNS:127.0.0.1"}));
    EXPECT_FALSE(certificate_matches("127.0.0.1", {"DNS:*.0.0.1"}));
    EXPECT_FALSE(certificate_matches("127.0.0.1", {"IP:::ffff:127.0.0.1"}));
    EXPECT_FALSE(certificate_matches("::1", {"IP:127.0.0.1"}));
}

// Compares with the rules of RFC 9525, written label by label, for names that are nearly alike.
TEST(host_name, any_pattern_agrees_with_the_rules)
{
    const auto labels = [](std::string_view text) {
        std::vector<std::string> result(1);
        for (const char c : text) {
            if (c == '.') {
                result.emplace_back();
            } else {
                result.back() += detail::to_lower(c);
            }
        }
        return result;
    };
    const auto by_the_rules = [&](std::string_view host, std::string_view pattern) {
        std::vector<std::string> name_labels = labels(host);
        std::vector<std::string> pattern_labels = labels(pattern);
        if (pattern_labels[0] == "*") {
            pattern_labels[0] = name_labels[0];
            return pattern_labels.size() > 2 && pattern_labels == name_labels;
        }
        return pattern_labels == name_labels;
    };
    std::mt19937 random(9525);
    const auto some_name = [&](std::vector<const char*> pieces) {
        std::string text;
        for (std::size_t count = 1 + random() % 4; count != 0; --count) {
            text += text.empty() ? "" : ".";
            text += pieces[random() % pieces.size()];
        }
        return text;
    };
    std::size_t matched = 0;

    for (int i = 0; i < 200000; ++i) {
        const std::string host = some_name({"a", "b", "A", "xn--a"});
        const std::string pattern = some_name({"a", "b", "B", "*", "a*", "*a", "xn--a", "xn--*"});
        const bool match = host_name::parse(host)->matches(std::string_view(pattern));
        ASSERT_EQ(match, by_the_rules(host, pattern)) << host << " and " << pattern;
        matched += match ? 1U : 0U;
    }
    EXPECT_GT(matched, 1000U);
}

} // namespace
} // namespace coquest::test
