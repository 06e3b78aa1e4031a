// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/certificate_path.hpp"
#include "tls/trust/clock.hpp"

#include "support/cert_lab.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace coquest::test {
namespace {

using detail::path_flaw;
using detail::signature_check;

std::size_t comparisons = 0;

// Libraries for which all signatures are bad, or all good.
const detail::crypto all_bad{nullptr,
                             [](const detail::signed_data&, detail::der_bytes) {
                                 ++comparisons;
                                 return signature_check::bad;
                             },
                             nullptr};
const detail::crypto all_good{nullptr,
                              [](const detail::signed_data&, detail::der_bytes) {
                                  ++comparisons;
                                  return signature_check::good;
                              },
                              nullptr};

class certificate_path : public ::testing::Test {
protected:
    certificate_path() { comparisons = 0; }

    detail::certificate_path find(const std::vector<identity>& sent,
                                  const std::vector<bool>& unreadable = {})
    {
        ders.clear();
        for (const identity& certificate : sent) {
            ders.push_back(certificate.der());
        }
        const std::vector<detail::der_bytes> views(ders.begin(), ders.end());
        return detail::find_path(views, unreadable, roots, detail::current_time());
    }

    void trust_in(const identity& certificate)
    {
        roots.issuers.push_back({certificate.der(), "the file"});
    }

    std::vector<std::vector<std::byte>> ders;
    detail::trust roots;
    const identity root = self_signed(ca_spec("root"));
    const identity ca = issue(ca_spec("CA"), root);
    const identity leaf = issue(server_spec(), ca);
};

TEST_F(certificate_path, leads_through_the_sent_certificates_to_a_root)
{
    roots.primitives = &all_good;
    trust_in(root);

    const auto path = find({leaf, root, ca});

    EXPECT_TRUE(path.good());
    EXPECT_EQ(path.sent, (std::vector<std::size_t>{0, 2}));
    EXPECT_EQ(path.root, roots.issuers.data());
    EXPECT_EQ(path.certificates.size(), 3U);
}

TEST_F(certificate_path, needs_a_root_and_signatures_that_are_verified)
{
    EXPECT_EQ(find({}).flaw, path_flaw::unreadable);
    EXPECT_FALSE(find({leaf, ca, root}).good());
    roots.primitives = &all_good;
    EXPECT_EQ(find({leaf, ca, root}).flaw, path_flaw::no_issuer);
    trust_in(root);
    EXPECT_EQ(find({leaf}).flaw, path_flaw::no_issuer);
    EXPECT_EQ(find({leaf, ca}, {false, true}).flaw, path_flaw::unreadable);
    roots.primitives = &all_bad;
    EXPECT_EQ(find({leaf, ca}).flaw, path_flaw::other_key);
    trust_in(ca);
    EXPECT_EQ(find({leaf, ca}).flaw, path_flaw::other_root_key);
    roots.primitives = nullptr;
    EXPECT_EQ(find({leaf, ca}).flaw, path_flaw::unsupported_signature);
}

TEST_F(certificate_path, number_of_signature_checks_is_bounded)
{
    roots.primitives = &all_bad;
    trust_in(root);
    std::vector<identity> sent{leaf};
    for (int i = 0; i < 100; ++i) {
        sent.push_back(self_signed(ca_spec("CA")));
    }

    const auto path = find(sent);

    EXPECT_EQ(path.flaw, path_flaw::too_many_checks);
    EXPECT_EQ(comparisons, detail::max_signature_checks);
}

// Each of these CAs may have issued every other one, so that there are too many paths to try.
TEST_F(certificate_path, search_among_many_cas_of_one_name_is_bounded)
{
    roots.primitives = &all_good;
    std::vector<identity> sent{leaf};
    const identity web = self_signed(ca_spec("CA"));
    for (int i = 0; i < 30; ++i) {
        sent.push_back(issue(ca_spec("CA"), web));
    }

    const auto path = find(sent);

    EXPECT_EQ(path.flaw, path_flaw::too_many_checks);
    EXPECT_LE(comparisons, detail::max_signature_checks);
}

} // namespace
} // namespace coquest::test
