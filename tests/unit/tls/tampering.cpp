// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Somebody in between who damages, drops, repeats, reorders or adds records, each one of a whole
// connection in turn: nothing but what was sent is ever taken for it, on either side.

#include "unit/tls/session_fixture.hpp"

#include <cstdlib>
#include <ostream>
#include <string>
#include <tuple>

namespace coquest::test {
namespace {

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
