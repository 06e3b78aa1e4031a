// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The network delivers bytes in pieces of any size, and an attacker damages, drops, repeats,
// reorders or adds each record of a connection in turn. Neither side ever accepts data that was not
// sent.

#include "unit/tls/session/session_fixture.hpp"

#include <numeric>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

namespace coquest::test {
namespace {

// ---------------------------------------------------------------- pieces

using transfer_parameters = std::tuple<backend_case, std::size_t, tls_version>;

class tls_transfer : public ::testing::TestWithParam<transfer_parameters> {};

TEST_P(tls_transfer, handshake_then_a_megabyte_both_ways_then_shutdown)
{
    const auto& [backend, fragment, version] = GetParam();
    const std::string text = some_text(1024 * 1024);
    server_behaviour spec = good_server();
    spec.min = spec.max = version;
    tls_server server(spec);
    const temp_file file(root().pem());
    tls_diagnosis diagnosis;
    const auto tls = backend.make(trusting(file), diagnosis);
    ASSERT_TRUE(tls) << diagnosis.text;
    tls_pair pair(tls->make_session("localhost", diagnosis), server, fragment);

    ASSERT_FALSE(pair.handshake()) << pair.diagnosis().text;
    ASSERT_FALSE(pair.write(text));
    server.send(text);
    std::string received;
    const auto failed = pair.read(text.size(), received);
    EXPECT_FALSE(failed) << pair.diagnosis().text;
    pair.shutdown();

    EXPECT_TRUE(received == text);
    EXPECT_TRUE(server.received() == text);
    EXPECT_TRUE(server.saw_close_notify());
    EXPECT_LT(pair.most_output(), 320U * 1024 + 17 * 1024);
    EXPECT_EQ(server.asked_name(), "localhost");
}

std::string transfer_name(const ::testing::TestParamInfo<transfer_parameters>& info)
{
    const auto& [backend, fragment, version] = info.param;
    return std::string(backend.name) + (version == tls_version::tls1_2 ? "_tls12_" : "_tls13_") +
           std::to_string(fragment);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(tls_transfer);
INSTANTIATE_TEST_SUITE_P(backend, tls_transfer,
                         ::testing::Combine(::testing::ValuesIn(all_backends()),
                                            ::testing::Values<std::size_t>(1, 5, 64, 16384),
                                            ::testing::Values(tls_version::tls1_2,
                                                              tls_version::tls1_3)),
                         transfer_name);

// A short conversation with every message besides data: tickets, a key update, close_notify.
void talk_in_pieces(const detail::any_tls_backend& backend, tls_version version,
                    std::size_t fragment)
{
    const std::string text = some_text(20'000); // two records
    server_behaviour spec = good_server();
    spec.min = spec.max = version;
    tls_server server(spec);
    tls_diagnosis ignored;
    tls_pair pair(backend.make_session("localhost", ignored), server, fragment);

    ASSERT_FALSE(pair.handshake());
    ASSERT_FALSE(pair.write("a row"));
    if (version == tls_version::tls1_3) {
        server.update_keys();
    }
    server.send(text);
    std::string received;
    ASSERT_FALSE(pair.read(text.size(), received));
    EXPECT_TRUE(received == text);
    ASSERT_FALSE(pair.write(", another"));
    EXPECT_EQ(server.received(), "a row, another");
    server.close();
    EXPECT_EQ(pair.read(1, received), tls_failure::closed);
    pair.shutdown();
    EXPECT_TRUE(server.saw_close_notify());
}

class tls_fragments : public with_backend {};
COQUEST_WITH_EACH_BACKEND(tls_fragments);

TEST_P(tls_fragments, of_each_size_carry_a_whole_connection)
{
    const temp_file file(root().pem());
    std::vector<std::size_t> sizes(64);
    std::iota(sizes.begin(), sizes.end(), 1); // split every header, alert and ticket
    sizes.insert(sizes.end(),
                 {127,  128,  129,  255,   256,   257,   511,   512,   513,    1023,  1024,
                  1025, 1400, 4096, 16383, 16384, 16385, 16401, 16406, 17'000, 70'000});
    for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
        tls_diagnosis diagnosis;
        const auto backend = GetParam().make(trusting(file), diagnosis);
        ASSERT_TRUE(backend) << diagnosis.text;
        for (const std::size_t size : sizes) {
            SCOPED_TRACE(std::to_string(size) + " bytes at a time");
            talk_in_pieces(*backend, version, size);
        }
    }
}

// ---------------------------------------------------------------- tampering

enum class direction { to_server, to_client };

/// One change to one record.
struct attack {
    tls_version version;
    direction way;
    tampering kind;
    std::size_t record;

    friend std::ostream& operator<<(std::ostream& out, const attack& attempt)
    {
        return out << (attempt.version == tls_version::tls1_2 ? "TLS 1.2, " : "TLS 1.3, ")
                   << attempt.kind << " record " << attempt.record
                   << (attempt.way == direction::to_server ? " to the server" : " to the client");
    }
};

constexpr std::size_t request_size = 40'000; // three records
constexpr std::size_t answer_size = 20'000;  // two
constexpr std::byte change_cipher_spec{20};
constexpr std::byte handshake_message{22};

using tampering_parameters = std::tuple<backend_case, tampering_name>;

class tls_tampering : public ::testing::TestWithParam<tampering_parameters> {
protected:
    void SetUp() override
    {
        const temp_file file(root().pem());
        tls_diagnosis diagnosis;
        backend_ = std::get<backend_case>(GetParam()).make(trusting(file), diagnosis);
        ASSERT_TRUE(backend_) << diagnosis.text;
    }

    /// Runs a whole connection. Returns false if the record to change was never sent.
    bool survive(const attack& attempt);

private:
    void expect_clean(const attack& attempt, std::optional<tls_failure> failed, tls_pair& pair,
                      const record_proxy& proxy);

    std::shared_ptr<const detail::any_tls_backend> backend_;
    const std::string request_ = some_text(request_size);
    const std::string answer_ = some_text(answer_size);
};

bool begins(const std::string& text, const std::string& part)
{
    return text.compare(0, part.size(), part) == 0;
}

// Returns whether the change concerns bytes that are not authenticated and have no effect.
bool is_harmless(const attack& attempt, const record_proxy& proxy)
{
    const bool in_clear = proxy.type() == handshake_message ||
                          proxy.type() == change_cipher_spec; // but Finished of TLS 1.2
    switch (attempt.kind) {
    case tampering::drop:
    case tampering::swap: // RFC 8446 D.4
        return attempt.version == tls_version::tls1_3 && proxy.type() == change_cipher_spec;
    case tampering::duplicate:
        return (attempt.version == tls_version::tls1_3 && proxy.type() == change_cipher_spec) ||
               proxy.was_last(); // close_notify
    case tampering::flip_version: return in_clear;
    case tampering::inject_hello: // RFC 5246 7.4.1.1: ignored during a handshake
        return in_clear && attempt.way == direction::to_client;
    default: return false;
    }
}

// If a length is wrong or bytes are missing, the client waits for more until its deadline.
bool may_wait(const attack& attempt, std::byte type)
{
    switch (attempt.kind) {
    case tampering::flip_version:
    case tampering::flip_length:
    case tampering::truncate:
    case tampering::shorten:
    case tampering::drop:
    case tampering::swap:
    case tampering::stall: return true;
    case tampering::inject_close: // the server ends silently
    case tampering::inject_alert:
        return attempt.way == direction::to_server || type == handshake_message;
    default: return type == handshake_message; // a handshake message has a length of its own
    }
}

void tls_tampering::expect_clean(const attack& attempt, std::optional<tls_failure> failed,
                                 tls_pair& pair, const record_proxy& proxy)
{
    if (failed == tls_failure::closed) { // success
        EXPECT_TRUE(is_harmless(attempt, proxy));
        return;
    }
    if (failed == tls_failure::timed_out) {
        EXPECT_TRUE(may_wait(attempt, proxy.type()));
        return;
    }
    const tls_diagnosis diagnosis = pair.diagnosis();
    EXPECT_EQ(failed, diagnosis.kind);
    EXPECT_NE(diagnosis.kind, tls_failure::other) << diagnosis.text;
    EXPECT_NE(diagnosis.text, "");
    EXPECT_NE(diagnosis.hint, "");
    std::string more;
    EXPECT_EQ(pair.read(1, more), failed); // the error stays
    EXPECT_EQ(pair.write("x"), failed);
    EXPECT_EQ(more, "");
}

bool tls_tampering::survive(const attack& attempt)
{
    server_behaviour spec = good_server();
    spec.min = spec.max = attempt.version;
    tls_server server(spec);
    tls_diagnosis ignored;
    tls_pair pair(backend_->make_session("localhost", ignored), server, whole);
    record_proxy& proxy = attempt.way == direction::to_server ? pair.to_server : pair.to_client;
    proxy = record_proxy(attempt.kind, attempt.record);
    std::string received;

    auto failed = pair.handshake();
    failed = failed ? failed : pair.write(request_);
    if (!failed && server.received() == request_ && !server.is_broken()) {
        server.send(answer_);
        server.close();
    }
    failed = failed ? failed : pair.read(answer_.size() + 1, received);

    EXPECT_TRUE(begins(request_, server.received()));
    EXPECT_TRUE(begins(answer_, received));
    EXPECT_TRUE(failed);
    EXPECT_TRUE(failed != tls_failure::closed || received == answer_);
    if (!proxy.has_tampered()) {
        EXPECT_EQ(failed, tls_failure::closed);
        return false;
    }
    expect_clean(attempt, failed, pair, proxy);
    return true;
}

TEST_P(tls_tampering, with_any_record_ends_in_a_clean_error)
{
    const tampering kind = std::get<tampering_name>(GetParam()).kind;
    for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
        for (const direction way : {direction::to_server, direction::to_client}) {
            attack attempt{version, way, kind, 0};
            bool more = true;
            while (more) {
                SCOPED_TRACE(::testing::PrintToString(attempt));
                more = survive(attempt);
                ++attempt.record;
            }
            EXPECT_GE(attempt.record, way == direction::to_server ? 5U : 9U);
        }
    }
}

std::string tampering_case(const ::testing::TestParamInfo<tampering_parameters>& info)
{
    return std::string(std::get<backend_case>(info.param).name) + "_" +
           std::get<tampering_name>(info.param).name;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(tls_tampering);
INSTANTIATE_TEST_SUITE_P(backend, tls_tampering,
                         ::testing::Combine(::testing::ValuesIn(all_backends()),
                                            ::testing::ValuesIn(all_tampering)),
                         tampering_case);

} // namespace
} // namespace coquest::test
