// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Sessions after the handshake: messages other than data, errors, and the end.

#include "tls/session/session_core.hpp"
#include "tls/trust/clock.hpp"

#include "unit/tls/session/session_fixture.hpp"

#include <array>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include <malloc.h>

namespace coquest::test {
namespace {

using ::testing::HasSubstr;

class tls_session : public session_test {};
COQUEST_WITH_EACH_BACKEND(tls_session);

TEST_P(tls_session, flipped_bit_in_a_record_is_detected)
{
    for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
        server_behaviour spec = good_server();
        spec.min = spec.max = version;
        tls_server server(spec);
        const auto pair = established(server);
        std::string received;
        server.wire.clear(); // tickets
        server.send("a reply");
        server.wire[server.wire.size() / 2] ^= std::byte{1};

        const auto failed = pair->read(7, received);

        EXPECT_EQ(failed, tls_failure::bad_record);
        EXPECT_EQ(received, "");
        EXPECT_THAT(pair->diagnosis().text, HasSubstr("damaged or forged"));
        EXPECT_EQ(pair->read(7, received), tls_failure::bad_record); // the error stays
        EXPECT_EQ(pair->write("x"), tls_failure::bad_record);
    }
}

TEST_P(tls_session, a_truncated_record_waits_for_more)
{
    tls_server server(good_server());
    const auto pair = established(server);
    server.send("a reply");
    server.wire.pop_back();

    std::string received;
    const auto failed = pair->read(7, received);

    EXPECT_EQ(failed, tls_failure::timed_out);
    EXPECT_EQ(received, "");
}

TEST_P(tls_session, close_notify_ends_reading_in_order)
{
    for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
        server_behaviour spec = good_server();
        spec.min = spec.max = version;
        tls_server server(spec);
        const auto pair = established(server);
        server.send("last words");
        server.close();

        std::string received;
        const auto failed = pair->read(100, received);

        EXPECT_EQ(received, "last words");
        EXPECT_EQ(failed, tls_failure::closed);
        pair->shutdown();
        EXPECT_TRUE(server.saw_close_notify());
    }
}

TEST_P(tls_session, key_update_is_answered)
{
    server_behaviour spec = good_server();
    spec.min = tls_version::tls1_3;
    tls_server server(spec);
    const auto pair = established(server);
    server.update_keys();
    server.send(".");

    std::string received;
    ASSERT_FALSE(pair->read(1, received));
    ASSERT_FALSE(pair->write("with new keys"));

    EXPECT_EQ(received, ".");
    EXPECT_EQ(server.received(), "with new keys");
}

TEST_P(tls_session, renegotiation_is_refused)
{
    server_behaviour spec = good_server();
    spec.max = tls_version::tls1_2;
    tls_server server(spec);
    const auto pair = established(server);
    server.renegotiate();
    ASSERT_FALSE(server.wire.empty());
    pair->client().put_input(std::exchange(server.wire, {}));

    tls_diagnosis ignored;
    std::size_t n = 0;
    std::array<std::byte, 4> bytes{};
    const tls_step step = pair->client().read(bytes, n, ignored);

    EXPECT_EQ(step, tls_step::retry_after_input);
    const auto sent = pair->client().output(); // nothing, or the no_renegotiation warning
    EXPECT_TRUE(sent.empty() || sent.front() == std::byte{21});
    server.send("yes");
    std::string received;
    EXPECT_FALSE(pair->read(3, received));
    EXPECT_EQ(received, "yes");
}

TEST_P(tls_session, nothing_is_read_or_written_before_the_handshake)
{
    const auto session = connect(root().pem());
    tls_diagnosis diagnosis;
    std::size_t n = 1;
    std::array<std::byte, 4> bytes{};

    const tls_step step = session->write(bytes, n, diagnosis);

    EXPECT_EQ(step, tls_step::failed);
    EXPECT_EQ(diagnosis.kind, tls_failure::other);
    EXPECT_EQ(n, 0U);
    EXPECT_TRUE(session->output().empty());
}

TEST_P(tls_session, input_is_bounded)
{
    const auto session = connect(root().pem());
    const std::vector<std::byte> much(64 * 1024);

    EXPECT_LT(session->put_input(much), 32U * 1024);
    EXPECT_EQ(session->put_input(much), 0U);
}

TEST_P(tls_session, sessions_of_one_backend_run_in_several_threads)
{
    const identity above = issue(ca_spec("intermediate"), root());
    const temp_file file(root().pem());
    tls_diagnosis diagnosis;
    const auto backend = GetParam().make(trusting(file), diagnosis);
    ASSERT_TRUE(backend) << diagnosis.text;
    server_behaviour spec = good_server();
    spec.certificate = issue(server_spec(), above);
    spec.chain = {above};
    std::atomic<int> good = 0;
    std::vector<std::thread> threads;

    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 5; ++j) {
                tls_diagnosis ignored;
                tls_server server(spec);
                tls_pair pair(backend->make_session("localhost", ignored), server, whole);
                good += !pair.handshake() && !pair.write("row") && server.received() == "row";
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }

    EXPECT_EQ(good, 20);
}

// wolfSSL of Debian allocates tables of 1.7 MB per thread. Sanitizers have a heap of their own.
TEST_P(tls_session, a_thread_that_ends_leaves_no_memory_behind)
{
    const temp_file file(root().pem());
    tls_diagnosis diagnosis;
    const auto backend = GetParam().make(trusting(file), diagnosis);
    ASSERT_TRUE(backend) << diagnosis.text;
    const auto handshakes_in_threads = [&](int count) {
        for (int i = 0; i < count; ++i) {
            std::thread([&] {
                tls_diagnosis ignored;
                tls_server server(good_server());
                tls_pair pair(backend->make_session("localhost", ignored), server, whole);
                EXPECT_FALSE(pair.handshake());
            }).join();
        }
        return ::mallinfo2().uordblks;
    };

    const std::size_t before = handshakes_in_threads(2);
    const std::size_t after = handshakes_in_threads(4);

    EXPECT_LT(after, before + 1'000'000);
}

TEST_P(tls_session, invalid_host_names_are_refused)
{
    const temp_file file(root().pem());
    tls_diagnosis diagnosis;
    const auto backend = GetParam().make(trusting(file), diagnosis);

    for (const std::string host : {"", "a b",
                                   "b\xc3\xbc"
                                   "cher.example",
                                   "a..b"}) {
        EXPECT_FALSE(backend->make_session(host, diagnosis)) << host;
        EXPECT_EQ(diagnosis.kind, tls_failure::unsupported);
        EXPECT_THAT(diagnosis.hint, HasSubstr("xn--"));
    }
}

TEST_P(tls_session, ip_addresses_are_not_sent_as_server_name)
{
    server_behaviour spec;
    spec.certificate = issue(server_spec({"IP:127.0.0.1"}), root());
    tls_server server(spec);
    tls_pair pair(connect(root().pem(), "127.0.0.1"), server, whole);

    ASSERT_FALSE(pair.handshake());

    EXPECT_EQ(server.asked_name(), "");
}

// A library that reports a finished handshake without any check.
class lax_session final : public detail::session_core {
public:
    lax_session(session_facts reported, const identity* certificate)
        : session_core(*detail::host_name::parse("localhost"), trust_in(certificate),
                       detail::client_certificate::not_asked_for),
          reported_(reported), certificate_(certificate)
    {
    }
    using facts_type = session_facts;

    outcome do_handshake() override
    {
        if (certificate_ != nullptr) {
            const std::vector<std::byte> der = certificate_->der();
            const std::array<detail::der_bytes, 1> chain{der};
            check_.judge(chain, {}, detail::current_time());
        }
        return outcome::done;
    }
    outcome do_read(std::span<std::byte>, std::size_t&) override { return outcome::done; }
    outcome do_write(std::span<const std::byte>) override { return outcome::done; }
    void do_shutdown() override {}
    library_failure last_failure() override { return {}; }
    session_facts facts() override { return reported_; }

private:
    static std::shared_ptr<const detail::trust> trust_in(const identity* certificate)
    {
        auto roots = std::make_shared<detail::trust>();
        if (certificate != nullptr) {
            roots->trusted_leaves = {certificate->der()};
        }
        return roots;
    }

    session_facts reported_;
    const identity* certificate_;
};

tls_diagnosis after_handshake(lax_session::facts_type reported, const identity* certificate)
{
    lax_session session(reported, certificate);
    tls_diagnosis diagnosis;
    const tls_step step = session.handshake(diagnosis);
    diagnosis.kind = step == tls_step::failed ? diagnosis.kind : tls_failure{};
    return diagnosis;
}

TEST(session_core, finished_handshake_is_checked_again)
{
    constexpr std::uint32_t good_suite = 0x1301;
    constexpr std::uint32_t anonymous_suite = 0x0034;
    constexpr int tls13 = 0x0304;
    const identity good = self_signed(server_spec());
    const identity other_name = self_signed(server_spec({"DNS:other.example"}));

    EXPECT_EQ(after_handshake({good_suite, tls13}, &good).kind, tls_failure{});
    const tls_diagnosis suite = after_handshake({anonymous_suite, tls13}, &good);
    const tls_diagnosis version = after_handshake({good_suite, 0x0302}, &good);
    const tls_diagnosis unseen = after_handshake({good_suite, tls13}, nullptr);
    const tls_diagnosis refused = after_handshake({good_suite, tls13}, &other_name);

    for (const tls_diagnosis& diagnosis : {suite, version, unseen, refused}) {
        EXPECT_EQ(diagnosis.kind, tls_failure::weak_session);
    }
    EXPECT_THAT(suite.text, HasSubstr("cipher suite 52"));
    EXPECT_THAT(version.text, HasSubstr("older than TLS 1.2"));
    EXPECT_THAT(unseen.text, HasSubstr("no certificate was verified"));
    EXPECT_THAT(refused.text, HasSubstr("no certificate was verified"));
}

} // namespace
} // namespace coquest::test
