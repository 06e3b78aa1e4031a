// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What the wire does to a connection: it brings the bytes in pieces of any size, and somebody in
// between damages, drops, repeats, reorders or adds records, each one of a whole connection in
// turn. Nothing but what was sent is ever taken for it, on either side.

#include "unit/tls/session_fixture.hpp"

#include <numeric>
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
    tls_diagnosis why;
    const auto made = backend.make(trusting(file), why);
    ASSERT_TRUE(made) << why.text;
    tls_pair pair(made->make_session("localhost", why), server, fragment);

    ASSERT_FALSE(pair.handshake()) << pair.client().diagnosis({}).text;
    ASSERT_FALSE(pair.write(text));
    server.send(text);
    std::string got;
    const std::error_code failed = pair.read(text.size(), got);
    const std::error_code end = pair.shutdown();

    EXPECT_FALSE(failed) << pair.client().diagnosis(failed).text;
    EXPECT_TRUE(got == text);
    EXPECT_TRUE(server.received() == text);
    EXPECT_FALSE(end);
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

// A short talk with all that TLS has beside data: tickets, new keys, and the end.
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
    std::string got;
    ASSERT_FALSE(pair.read(text.size(), got));
    EXPECT_TRUE(got == text);
    ASSERT_FALSE(pair.write(", another"));
    EXPECT_EQ(server.received(), "a row, another");
    server.close();
    EXPECT_EQ(pair.read(1, got), tls_failure::closed);
    EXPECT_FALSE(pair.shutdown());
    EXPECT_TRUE(server.saw_close_notify());
}

class tls_fragments : public with_backend {};
COQUEST_WITH_EACH_BACKEND(tls_fragments);

TEST_P(tls_fragments, of_each_size_carry_a_whole_connection)
{
    const temp_file file(root().pem());
    std::vector<std::size_t> sizes(64);
    std::iota(sizes.begin(), sizes.end(), 1); // through each header, alert and ticket
    sizes.insert(sizes.end(),
                 {127,  128,  129,  255,   256,   257,   511,   512,   513,    1023,  1024,
                  1025, 1400, 4096, 16383, 16384, 16385, 16401, 16406, 17'000, 70'000});
    for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
        tls_diagnosis why;
        const auto backend = GetParam().make(trusting(file), why);
        ASSERT_TRUE(backend) << why.text;
        for (const std::size_t size : sizes) {
            SCOPED_TRACE(std::to_string(size) + " bytes at a time");
            talk_in_pieces(*backend, version, size);
        }
    }
}

// ---------------------------------------------------------------- somebody in between

enum class direction { to_server, to_client };

/// One attempt.
struct attack {
    tls_version version;
    direction way;
    tampering what;
    std::size_t record;

    friend std::ostream& operator<<(std::ostream& out, const attack& one)
    {
        return out << (one.version == tls_version::tls1_2 ? "TLS 1.2, " : "TLS 1.3, ") << one.what
                   << " record " << one.record
                   << (one.way == direction::to_server ? " to the server" : " to the client");
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
        tls_diagnosis why;
        backend_ = std::get<backend_case>(GetParam()).make(trusting(file), why);
        ASSERT_TRUE(backend_) << why.text;
    }

    /// A whole connection; false where the record to tamper with never came.
    bool survive(const attack& one);

private:
    void expect_clean(const attack& one, std::error_code failed, tls_pair& pair,
                      const record_proxy& proxy);

    std::shared_ptr<const detail::any_tls_backend> backend_;
    const std::string request_ = some_text(request_size);
    const std::string answer_ = some_text(answer_size);
};

bool begins(const std::string& text, const std::string& part)
{
    return text.compare(0, part.size(), part) == 0;
}

// What nothing authenticates, and changes nothing.
bool is_harmless(const attack& one, const record_proxy& proxy)
{
    const bool in_clear =
        proxy.type() == handshake_message || proxy.type() == change_cipher_spec; // but for one
    switch (one.what) {
    case tampering::drop:
    case tampering::swap: // RFC 8446 D.4
        return one.version == tls_version::tls1_3 && proxy.type() == change_cipher_spec;
    case tampering::duplicate:
        return (one.version == tls_version::tls1_3 && proxy.type() == change_cipher_spec) ||
               proxy.was_last(); // of close_notify
    case tampering::flip_version: return in_clear;
    case tampering::inject_hello: // RFC 5246 7.4.1.1: ignored within a handshake
        return in_clear && one.way == direction::to_client;
    default: return false;
    }
}

// Where a length lies, or bytes are missing, the rest never comes: the deadline ends that.
bool may_wait(const attack& one, std::byte type)
{
    switch (one.what) {
    case tampering::flip_version:
    case tampering::flip_length:
    case tampering::truncate:
    case tampering::shorten:
    case tampering::drop:
    case tampering::swap:
    case tampering::stall: return true;
    case tampering::inject_close: // the server goes, and says nothing
    case tampering::inject_alert:
        return one.way == direction::to_server || type == handshake_message;
    default: return type == handshake_message; // has a length of its own
    }
}

void tls_tampering::expect_clean(const attack& one, std::error_code failed, tls_pair& pair,
                                 const record_proxy& proxy)
{
    if (failed == tls_failure::closed) { // all went well
        EXPECT_TRUE(is_harmless(one, proxy));
        return;
    }
    if (failed == std::errc::operation_would_block) {
        EXPECT_TRUE(may_wait(one, proxy.type()));
        return;
    }
    const tls_diagnosis why = pair.client().diagnosis(failed);
    EXPECT_EQ(failed, make_error_code(why.kind));
    EXPECT_NE(why.kind, tls_failure::other) << why.text;
    EXPECT_NE(why.text, "");
    EXPECT_NE(why.hint, "");
    std::string more;
    EXPECT_EQ(pair.read(1, more), failed); // and stays so
    EXPECT_EQ(pair.write("x"), failed);
    EXPECT_EQ(more, "");
}

bool tls_tampering::survive(const attack& one)
{
    server_behaviour spec = good_server();
    spec.min = spec.max = one.version;
    tls_server server(spec);
    tls_diagnosis ignored;
    tls_pair pair(backend_->make_session("localhost", ignored), server, whole);
    record_proxy& proxy = one.way == direction::to_server ? pair.to_server : pair.to_client;
    proxy = record_proxy(one.what, one.record);
    std::string got;

    std::error_code failed = pair.handshake();
    failed = failed ? failed : pair.write(request_);
    if (!failed && server.received() == request_ && !server.is_broken()) {
        server.send(answer_);
        server.close();
    }
    failed = failed ? failed : pair.read(answer_.size() + 1, got);

    EXPECT_TRUE(begins(request_, server.received()));
    EXPECT_TRUE(begins(answer_, got));
    EXPECT_TRUE(failed);
    EXPECT_TRUE(failed != tls_failure::closed || got == answer_);
    if (!proxy.has_tampered()) {
        EXPECT_EQ(failed, tls_failure::closed);
        return false;
    }
    expect_clean(one, failed, pair, proxy);
    return true;
}

TEST_P(tls_tampering, of_each_record_ends_in_a_clean_error)
{
    const tampering what = std::get<tampering_name>(GetParam()).kind;
    for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
        for (const direction way : {direction::to_server, direction::to_client}) {
            attack one{version, way, what, 0};
            bool more = true;
            while (more) {
                SCOPED_TRACE(::testing::PrintToString(one));
                more = survive(one);
                ++one.record;
            }
            EXPECT_GE(one.record, way == direction::to_server ? 5U : 9U);
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
