// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/peer_check.hpp"

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
    tls_diagnosis why;
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

TEST(peer_check, overrules_a_chain_failure_of_a_pinned_certificate_only)
{
    const identity leaf = self_signed(server_spec());
    detail::trust pinning;
    pinning.pins = {leaf.der()};
    const detail::trust nothing;

    for (const tls_failure chain_failure :
         {tls_failure::unknown_issuer, tls_failure::self_signed, tls_failure::bad_signature}) {
        EXPECT_TRUE(judge({leaf.der()}, chain_failure, pinning).accepted);
        EXPECT_FALSE(judge({leaf.der()}, chain_failure, nothing).accepted);
    }
    for (const tls_failure other : {tls_failure::expired, tls_failure::weak_key,
                                    tls_failure::revoked, tls_failure::bad_certificate}) {
        EXPECT_EQ(judge({leaf.der()}, other, pinning).why.kind, other);
    }
}

TEST(peer_check, what_was_refused_stays_refused)
{
    const identity leaf = self_signed(server_spec());
    auto pinning = std::make_shared<detail::trust>();
    pinning->pins = {leaf.der()};
    const std::vector<std::byte> der = leaf.der();
    const std::array<detail::der_bytes, 1> chain{der};
    detail::peer_check check(*detail::host_name::parse("localhost"), pinning);

    check.refuse(tls_failure::expired, chain, detail::current_time());

    EXPECT_FALSE(check.judge(chain, {}, detail::current_time()));
    EXPECT_FALSE(check.accepted());
    EXPECT_EQ(check.failure()->kind, tls_failure::expired);
}

TEST(peer_check, one_changed_byte_unpins)
{
    const identity leaf = self_signed(server_spec());
    detail::trust pinning;
    pinning.pins = {leaf.der()};
    std::vector<std::byte> changed = leaf.der();
    changed.back() ^= std::byte{1};

    EXPECT_FALSE(judge({changed}, tls_failure::self_signed, pinning).accepted);
}

TEST(peer_check, looks_at_dates_itself)
{
    const identity leaf = self_signed(server_spec());
    detail::trust pinning;
    pinning.pins = {leaf.der()};

    EXPECT_EQ(judge({leaf.der()}, {}, pinning, std::chrono::hours(24 * 31)).why.kind,
              tls_failure::expired);
    EXPECT_EQ(judge({leaf.der()}, {}, pinning, std::chrono::hours(-48)).why.kind,
              tls_failure::not_yet_valid);
}

TEST(peer_check, refuses_what_is_no_certificate)
{
    const std::vector<std::byte> junk(100, std::byte{0x30});

    EXPECT_EQ(judge({junk}, {}, {}).why.kind, tls_failure::bad_certificate);
    EXPECT_EQ(judge({}, {}, {}).why.kind, tls_failure::bad_certificate);
}

} // namespace
} // namespace coquest::test
