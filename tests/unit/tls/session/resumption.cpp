// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A connection resumes a session that an earlier connection verified, and no other.

#include "tls/session/session_cache.hpp"
#include "tls/session/session_core.hpp"
#include "tls/trust/clock.hpp"
#include "tls/trust/crypto.hpp"
#include "unit/tls/session/session_fixture.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace coquest::test {
namespace {

using std::chrono::hours;

class resumption_test : public session_test {
protected:
    resumption_test()
    {
        options_.ca = tls_ca::pem_file;
        options_.roots_pem = root().pem();
        backend_ = make();
    }

    std::shared_ptr<const detail::any_tls_backend> make()
    {
        tls_diagnosis diagnosis;
        auto backend = GetParam().make(options_, diagnosis);
        EXPECT_TRUE(backend);
        return backend;
    }

    /// Connects, exchanges some bytes and ends. Returns whether the session was resumed.
    bool visit(tls_server& server, std::string_view host = "localhost", std::uint16_t port = 1,
               bool speaks = true)
    {
        tls_diagnosis diagnosis;
        tls_pair pair(backend_->make_session(host, port, diagnosis), server, whole);
        const auto failed = pair.handshake();
        EXPECT_FALSE(failed) << pair.diagnosis().text;
        if (failed) {
            return false;
        }
        server.feed({});
        std::string text;
        if (speaks) {
            server.send("hello");
            EXPECT_FALSE(pair.read(5, text));
            EXPECT_EQ(text, "hello");
        } else { // reads the tickets; there is no data
            EXPECT_TRUE(pair.read(1, text));
        }
        EXPECT_FALSE(pair.write("world"));
        EXPECT_EQ(server.received(), "world");
        return server.resumed();
    }

    server_behaviour only(tls_version version)
    {
        server_behaviour spec = good_server();
        spec.min = spec.max = version;
        return spec;
    }

    tls_options options_;
    std::shared_ptr<const detail::any_tls_backend> backend_;
};
COQUEST_WITH_EACH_BACKEND(resumption_test);

TEST_P(resumption_test, each_connection_resumes_the_one_before)
{
    for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
        for (const bool speaks : {true, false}) {
            backend_ = make();
            tls_server first(only(version));
            const auto second = first.again();
            const auto third = first.again();

            EXPECT_FALSE(visit(first, "localhost", 1, speaks));
            EXPECT_TRUE(visit(*second, "localhost", 1, speaks));
            EXPECT_TRUE(visit(*third, "localhost", 1, speaks));
        }
    }
}

TEST_P(resumption_test, sessions_of_another_server_or_other_options_are_not_resumed)
{
    for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
        backend_ = make();
        server_behaviour spec = only(version);
        spec.certificate = issue(server_spec({"DNS:localhost", "DNS:b.example"}), root());
        tls_server first(spec);
        EXPECT_FALSE(visit(first));

        EXPECT_FALSE(visit(*first.again(), "b.example"));
        EXPECT_FALSE(visit(*first.again(), "localhost", 2));
        const auto kept = backend_;
        backend_ = make();
        EXPECT_FALSE(visit(*first.again()));
        backend_ = kept;
        EXPECT_TRUE(visit(*first.again()))
            << "the server does not resume at all, so the test shows nothing";
    }
}

TEST_P(resumption_test, server_without_the_session_gets_a_full_handshake)
{
    for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
        backend_ = make();
        tls_server first(only(version));
        tls_server other(only(version)); // has other ticket keys
        EXPECT_FALSE(visit(first));

        EXPECT_FALSE(visit(other));
        EXPECT_TRUE(visit(*other.again()));
    }
}

TEST_P(resumption_test, server_without_the_session_is_verified)
{
    for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
        backend_ = make();
        tls_server first(only(version));
        EXPECT_FALSE(visit(first));
        server_behaviour bad = only(version);
        bad.certificate = self_signed(server_spec());
        tls_server impostor(bad);
        tls_diagnosis diagnosis;
        tls_pair pair(backend_->make_session("localhost", 1, diagnosis), impostor, whole);

        EXPECT_EQ(pair.handshake(), tls_failure::self_signed);
    }
}

TEST_P(resumption_test, tls_min_applies_to_resumed_sessions)
{
    options_.min = tls_min::v1_3;
    backend_ = make();
    tls_server first(good_server());

    EXPECT_FALSE(visit(first));
    EXPECT_TRUE(visit(*first.again()));
}

// ---------------------------------------------------------------- the cache

detail::saved_session saved(int number, hours good_for)
{
    const auto until = detail::current_time() + good_for;
    return {std::make_shared<int>(number), until, until};
}

int taken(detail::session_cache& cache, const std::string& server, hours later = {})
{
    const auto found = cache.take(server, detail::current_time() + later);
    return found ? *static_cast<const int*>(found->native.get()) : 0;
}

TEST(session_cache, returns_the_newest_session_and_each_once)
{
    detail::session_cache cache;
    cache.put("a", saved(1, hours(1)));
    cache.put("b", saved(2, hours(1)));
    cache.put("a", saved(3, hours(1)));

    EXPECT_EQ(taken(cache, "a"), 3);
    EXPECT_EQ(taken(cache, "a"), 1);
    EXPECT_EQ(taken(cache, "a"), 0);
    EXPECT_EQ(taken(cache, "b"), 2);
}

TEST(session_cache, drops_expired_sessions)
{
    detail::session_cache cache;
    cache.put("a", saved(1, hours(3)));
    cache.put("a", saved(2, hours(1)));

    EXPECT_EQ(taken(cache, "a", hours(2)), 1);
    EXPECT_EQ(taken(cache, "a"), 0);
}

TEST(session_cache, drops_the_sessions_of_one_server)
{
    detail::session_cache cache;
    cache.put("a", saved(1, hours(1)));
    cache.put("b", saved(2, hours(1)));
    cache.put("a", saved(3, hours(1)));

    cache.remove("a");

    EXPECT_EQ(taken(cache, "a"), 0);
    EXPECT_EQ(taken(cache, "b"), 2);
}

TEST(session_cache, is_bounded)
{
    detail::session_cache cache;
    for (int i = 1; i <= 100; ++i) {
        cache.put("a", saved(i, hours(1)));
    }

    int count = 0;
    while (taken(cache, "a") != 0) {
        ++count;
    }
    EXPECT_EQ(count, 64);
}

// ---------------------------------------------------------------- how long a verdict holds

TEST(session_core, verified_chain_is_good_until_its_first_certificate_expires)
{
    cert_spec short_ca = ca_spec("above");
    short_ca.until = hours(5);
    const identity above = issue(short_ca, root());
    const identity leaf = issue(server_spec(), above);
    const std::vector<std::byte> ders[] = {leaf.der(), above.der()};
    const std::vector<detail::der_bytes> chain(std::begin(ders), std::end(ders));
    const detail::crypto all_good{
        nullptr,
        [](const detail::signed_data&, detail::der_bytes) { return detail::signature_check::good; },
        nullptr};
    auto roots = std::make_shared<detail::trust>();
    roots->primitives = &all_good;
    roots->issuers.push_back({root().der(), {}});
    detail::peer_check check(*detail::host_name::parse("localhost"), roots);

    EXPECT_TRUE(check.judge(chain, {}, detail::current_time()));

    EXPECT_EQ(check.good_until(), detail::parse_certificate(ders[1])->not_after);
    EXPECT_EQ(check.leaf_until(), detail::parse_certificate(ders[0])->not_after);
}

} // namespace
} // namespace coquest::test
