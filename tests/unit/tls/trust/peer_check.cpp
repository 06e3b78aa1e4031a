// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/peer_check.hpp"
#include "tls/trust/clock.hpp"

#include "support/cert_lab.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace coquest::test {
namespace {

struct judged {
    bool accepted;
    tls_diagnosis diagnosis;
};

judged judge(const std::vector<std::vector<std::byte>>& chain, std::optional<tls_failure> verdict,
             const detail::trust& roots, std::chrono::hours later = {})
{
    detail::peer_check check(*detail::host_name::parse("localhost"),
                             std::make_shared<const detail::trust>(roots));
    const std::vector<detail::der_bytes> views(chain.begin(), chain.end());
    const bool accepted = check.judge(views, verdict, detail::current_time() + later);
    EXPECT_EQ(accepted, check.accepted());
    EXPECT_EQ(accepted, !check.failure());
    return {accepted, check.failure().value_or(tls_diagnosis{})};
}

TEST(peer_check, overrules_a_chain_failure_only_for_a_trusted_leaf)
{
    const identity leaf = self_signed(server_spec());
    detail::trust roots;
    roots.trusted_leaves = {leaf.der()};
    const detail::trust nothing;

    for (const tls_failure chain_failure :
         {tls_failure::unknown_issuer, tls_failure::self_signed, tls_failure::bad_signature}) {
        EXPECT_TRUE(judge({leaf.der()}, chain_failure, roots).accepted);
        EXPECT_FALSE(judge({leaf.der()}, chain_failure, nothing).accepted);
    }
    for (const tls_failure other : {tls_failure::expired, tls_failure::weak_key,
                                    tls_failure::revoked, tls_failure::bad_certificate}) {
        EXPECT_EQ(judge({leaf.der()}, other, roots).diagnosis.kind, other);
    }
}

TEST(peer_check, refusal_is_final)
{
    const identity leaf = self_signed(server_spec());
    auto roots = std::make_shared<detail::trust>();
    roots->trusted_leaves = {leaf.der()};
    const std::vector<std::byte> der = leaf.der();
    const std::array<detail::der_bytes, 1> chain{der};
    detail::peer_check check(*detail::host_name::parse("localhost"), roots);

    check.refuse(tls_failure::expired);

    EXPECT_FALSE(check.judge(chain, {}, detail::current_time()));
    EXPECT_FALSE(check.accepted());
    EXPECT_EQ(check.failure()->kind, tls_failure::expired);
}

TEST(peer_check, leaf_with_one_changed_byte_is_not_trusted)
{
    const identity leaf = self_signed(server_spec());
    detail::trust roots;
    roots.trusted_leaves = {leaf.der()};
    std::vector<std::byte> changed = leaf.der();
    changed.back() ^= std::byte{1};

    EXPECT_FALSE(judge({changed}, tls_failure::self_signed, roots).accepted);
}

TEST(peer_check, checks_dates_itself)
{
    const identity leaf = self_signed(server_spec());
    detail::trust roots;
    roots.trusted_leaves = {leaf.der()};

    EXPECT_EQ(judge({leaf.der()}, {}, roots, std::chrono::hours(24 * 31)).diagnosis.kind,
              tls_failure::expired);
    EXPECT_EQ(judge({leaf.der()}, {}, roots, std::chrono::hours(-48)).diagnosis.kind,
              tls_failure::not_yet_valid);
}

TEST(peer_check, refuses_data_that_is_not_a_certificate)
{
    const std::vector<std::byte> junk(100, std::byte{0x30});

    EXPECT_EQ(judge({junk}, {}, {}).diagnosis.kind, tls_failure::bad_certificate);
    EXPECT_EQ(judge({}, {}, {}).diagnosis.kind, tls_failure::bad_certificate);
}

} // namespace
} // namespace coquest::test
