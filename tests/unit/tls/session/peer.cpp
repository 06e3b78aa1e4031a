// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a session reports about its peer.

#include "unit/tls/session/session_fixture.hpp"

#include <string>
#include <vector>

namespace coquest::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class tls_peer_test : public session_test {
protected:
    /// Does a handshake, and expects it to succeed or fail as @p success says.
    tls_peer peer_of(const server_behaviour& spec, const std::string& roots, bool success = true)
    {
        const temp_file file(roots);
        roots_path = file.path();
        tls_options options = trusting(file);
        options.keep_chain = true;
        tls_server server(spec);
        tls_pair pair(connect(options), server, whole);
        const auto failed = pair.handshake();
        EXPECT_EQ(!failed, success) << pair.diagnosis().text;
        return pair.client().peer();
    }
};
COQUEST_WITH_EACH_BACKEND(tls_peer_test);

TEST_P(tls_peer_test, version_and_suite_are_reported)
{
    server_behaviour spec = good_server();
    EXPECT_EQ(peer_of(spec, root().pem()).version, "TLS 1.3");

    spec.max = tls_version::tls1_2;
    spec.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384";
    const tls_peer older = peer_of(spec, root().pem());
    EXPECT_EQ(older.version, "TLS 1.2");
    EXPECT_EQ(older.suite, "ECDHE-ECDSA-AES256-GCM-SHA384");
}

TEST_P(tls_peer_test, chain_and_its_root_are_reported)
{
    const identity between = issue(ca_spec("between"), root());
    server_behaviour spec;
    spec.certificate = issue(server_spec(), between);
    spec.chain = {between};
    const identity other = self_signed(ca_spec("other"));

    const tls_peer peer = peer_of(spec, other.pem() + root().pem());

    EXPECT_THAT(peer.chain, ElementsAre(spec.certificate->der(), between.der()));
    EXPECT_EQ(peer.anchor, root().der());
    EXPECT_EQ(peer.anchor_source, "certificate 2 of 2 in " + roots_path);
}

TEST_P(tls_peer_test, trusted_leaf_is_its_own_anchor)
{
    server_behaviour spec;
    spec.certificate = guide_recipe();

    const tls_peer peer = peer_of(spec, spec.certificate->pem());

    EXPECT_EQ(peer.anchor, spec.certificate->der());
    EXPECT_EQ(peer.anchor_source, roots_path);
}

TEST_P(tls_peer_test, refused_chain_is_reported_without_an_anchor)
{
    cert_spec expired = server_spec();
    expired.from = std::chrono::hours(-48);
    expired.until = std::chrono::hours(-24);
    server_behaviour spec;
    spec.certificate = issue(expired, root());

    const tls_peer peer = peer_of(spec, root().pem(), false);

    EXPECT_THAT(peer.chain, ElementsAre(spec.certificate->der()));
    EXPECT_THAT(peer.anchor, IsEmpty());
    EXPECT_EQ(peer.version, "");
    EXPECT_EQ(peer.suite, "");
}

TEST_P(tls_peer_test, chain_is_not_kept_by_default)
{
    tls_server server(good_server());

    const tls_peer peer = established(server)->client().peer();

    EXPECT_THAT(peer.chain, IsEmpty());
    EXPECT_THAT(peer.anchor, IsEmpty());
    EXPECT_EQ(peer.version, "TLS 1.3");
}

} // namespace
} // namespace coquest::test
