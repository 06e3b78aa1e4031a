// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Certificates of X.509 version 1, which have no CA:TRUE. In the user's file they are trust
// anchors: a name and a key (RFC 5280 6.1). Sent by a server they prove nothing.

#include "unit/tls/trust/certificate_fixture.hpp"

#include <string>

namespace coquest::test {
namespace {

cert_spec version_1(const char* name)
{
    cert_spec spec = ca_spec(name);
    spec.version_1 = true;
    return spec;
}

// Issues a certificate without key identifiers, which version 1 does not have.
identity issue_below(cert_spec spec, const identity& old)
{
    spec.key_ids = false;
    return issue(spec, old);
}

class old_anchor : public certificate_test {};
COQUEST_WITH_EACH_BACKEND(old_anchor);

TEST_P(old_anchor, of_version_1_is_trusted_for_what_it_signed)
{
    for (const key_ptr& key : {rsa_key(2048), ec_key()}) {
        const identity old = self_signed(version_1("an old root"), key);
        const identity between = issue_below(ca_spec("between"), old);
        EXPECT_ACCEPTED(connect_to(issue_below(server_spec(), old), {}, old.pem()));
        EXPECT_ACCEPTED(connect_to(issue_below(server_spec(), old), {old}, root.pem() + old.pem()));
        EXPECT_ACCEPTED(connect_to(issue_below(server_spec(), between), {between}, old.pem()));
        EXPECT_ACCEPTED(connect_to(issue_below(server_spec(), between), {between, old}, old.pem()));
    }
}

TEST_P(old_anchor, of_version_1_is_not_trusted_for_what_another_key_signed)
{
    const identity old = self_signed(version_1("an old root"));
    const identity namesake = self_signed(version_1("an old root"));
    EXPECT_NE(connect_to(issue_below(server_spec(), namesake), {}, old.pem()).kind, none);
    EXPECT_NE(connect_to(issue_below(server_spec(), namesake), {namesake}, old.pem()).kind, none);
    EXPECT_NE(connect_to(issue(server_spec(), root), {}, old.pem()).kind, none);
}

TEST_P(old_anchor, from_the_server_is_not_trusted)
{
    const identity old = issue(version_1("an old intermediate"), root);
    EXPECT_NE(connect_to(issue_below(server_spec(), old), {old}, root.pem()).kind, none);
    const identity own = self_signed(version_1("an old root"));
    EXPECT_NE(connect_to(issue_below(server_spec(), own), {own}, root.pem()).kind, none);
}

} // namespace
} // namespace coquest::test
