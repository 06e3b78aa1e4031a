// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A port that speaks another protocol than the configuration says: HTTP instead of rows over TCP,
// rows over TCP instead of HTTP, and both with TLS on the wrong side.

#include "scenario.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <utility>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

const std::string bad_request = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
// The answer of haproxy and nginx to bytes that are no handshake.
const std::string alert("\x15\x03\x01\x00\x02\x02\x46", 7);

class wrong_port : public testing::TestWithParam<protocol> {
public: // for the coroutines
    [[nodiscard]] bool is_tls() const { return has_tls(GetParam()); }
    [[nodiscard]] error failure_of_build(const sender_builder& builder)
    {
        std::optional<error> thrown;
        run(fixture.io, [](sender_builder b, std::optional<error>& out) -> asio::awaitable<void> {
            try {
                const sender s = co_await b.build();
            } catch (const error& e) {
                out = e;
            }
        }(builder, thrown));
        if (!thrown) {
            ADD_FAILURE() << "build() succeeded";
            thrown.emplace(errc::invalid_api_call, "");
        }
        return *thrown;
    }

    scenario fixture{{GetParam(), owner::sender}};
};

class tcp_to_http : public wrong_port {};
class http_to_tcp : public wrong_port {};

INSTANTIATE_TEST_SUITE_P(fault_matrix, tcp_to_http, testing::Values(protocol::tcp, protocol::tcps),
                         [](const auto& test) { return std::string(to_string(test.param)); });
INSTANTIATE_TEST_SUITE_P(fault_matrix, http_to_tcp,
                         testing::Values(protocol::http, protocol::https),
                         [](const auto& test) { return std::string(to_string(test.param)); });

asio::awaitable<void> flush_rows(sender& s, int count)
{
    buffer rows = s.new_buffer();
    for (int i = 0; i < count; ++i) {
        rows.table("t").column_i64("n", i).at(timestamp_nanos(1));
    }
    co_await s.flush(rows);
}

TEST_P(tcp_to_http, a_server_that_closes_after_empty_lines_fails_build)
{
    fixture.server.scripts = {play({discards(1), closes()})}; // like QuestDB's HTTP port

    const error e = failure_of_build(fixture.builder());

    EXPECT_EQ(e.code(), errc::socket_error);
    EXPECT_EQ(e.info().state, delivery::not_sent);
    EXPECT_THAT(e.what(), AllOf(HasSubstr("closed the connection after empty lines, which "
                                          "QuestDB's TCP port ignores; is this an HTTP server"),
                                HasSubstr(is_tls() ? "then use https"
                                                   : "then use http; does it "
                                                     "speak TLS")));
    EXPECT_THAT(e.info().hint, HasSubstr("is this an HTTP server"));
}

TEST_P(tcp_to_http, a_server_that_resets_the_connection_fails_build_with_the_same_hint)
{
    fixture.server.scripts = {play({discards(1), resets()})};

    const error e = failure_of_build(fixture.builder());

    EXPECT_EQ(e.code(), errc::socket_error);
    EXPECT_THAT(e.what(), HasSubstr("is this an HTTP server, as on QuestDB's port 9000?"));
}

TEST_P(tcp_to_http, row04_row05_a_connection_that_ends_on_accept_fails_build_with_the_same_hint)
{
    for (const auto& end : {closes(), cuts(), resets()}) {
        fixture.server.scripts = {play({shakes_hands(), end})};

        EXPECT_THAT(failure_of_build(fixture.builder()).what(),
                    HasSubstr("is this an HTTP server"));
    }
}

TEST_P(tcp_to_http, a_server_that_answers_empty_lines_fails_build)
{
    fixture.server.scripts = {play({discards(1), sends(bad_request), holds()})};

    const error e = failure_of_build(fixture.builder());

    EXPECT_EQ(e.code(), errc::socket_error);
    EXPECT_THAT(e.what(), AllOf(HasSubstr("an HTTP server answers on this port (it said \"HTTP/1.1 "
                                          "400 Bad Request\"); use http"),
                                HasSubstr(is_tls() ? "use https" : "9009")));
}

TEST_P(tcp_to_http, build_continues_with_the_next_server)
{
    wire_server::options other;
    other.certificate = fixture.certificate();
    wire_server good(fixture.io, other);
    fixture.server.scripts = {play({discards(1), closes()})};
    good.scripts = {takes_all_lines()};

    run(fixture.io, [](sender_builder builder) -> asio::awaitable<void> {
        sender s = co_await builder.build();
        co_await flush_rows(s, 1);
        co_await s.close();
    }(fixture.builder().protocol_version(protocol_version::v1).address("127.0.0.1", good.port())));

    EXPECT_EQ(good.lines.at(0), "t n=0i 1\n");
}

TEST_P(tcp_to_http, an_answer_to_rows_is_thrown_by_the_next_await_and_the_rows_are_kept)
{
    // Like nginx and haproxy, which ignore empty lines before a request.
    fixture.server.scripts = {play({takes_lines(2), sends(bad_request), holds()})};
    run(fixture.io, [](wrong_port& t) -> asio::awaitable<void> {
        sender s = co_await t.fixture.builder().protocol_version(protocol_version::v1).build();
        co_await flush_rows(s, 2);
        asio::steady_timer pause(t.fixture.io);
        const auto last = std::chrono::steady_clock::now() + 15s;
        while (!s.must_close() && std::chrono::steady_clock::now() < last) {
            pause.expires_after(1ms);
            co_await pause.async_wait(asio::use_awaitable);
        }
        const error lost = co_await failure_of(s.flush());
        EXPECT_EQ(lost.code(), errc::socket_error);
        EXPECT_EQ(lost.info().unconfirmed_rows, 2U);
        EXPECT_FALSE(lost.info().retryable);
        EXPECT_THAT(lost.what(), HasSubstr("an HTTP server answers on this port"));
        EXPECT_EQ(s.take_unacknowledged().to_string(), "t n=0i 1\nt n=1i 1\n");
    }(*this));
}

TEST_P(tcp_to_http, an_answer_to_rows_while_close_waits_fails_close)
{
    fixture.server.scripts = {play({takes_lines(2), waits(50ms), sends(bad_request), holds()})};
    run(fixture.io, [](wrong_port& t) -> asio::awaitable<void> {
        sender s = co_await t.fixture.builder()
                       .protocol_version(protocol_version::v1)
                       .close_timeout(5s)
                       .build();
        co_await flush_rows(s, 2);
        const error lost = co_await failure_of(s.close());
        EXPECT_EQ(lost.info().unconfirmed_rows, 2U);
        EXPECT_THAT(lost.what(), HasSubstr("an HTTP server answers on this port"));
        EXPECT_EQ(s.take_unacknowledged().to_string(), "t n=0i 1\nt n=1i 1\n");
    }(*this));
}

TEST_P(http_to_tcp, a_server_that_closes_at_a_request_is_told_from_one_that_is_down)
{
    for (const auto& end : {closes(), cuts(), resets()}) {
        fixture.server.scripts = {play({discards(1), end})}; // like QuestDB's port for rows

        const outcome got = fixture.send(fixture.once());

        ASSERT_TRUE(got.failure);
        EXPECT_THAT(got.failure->what(),
                    HasSubstr(is_tls() ? "for rows over TCP, as QuestDB's 9009? then use tcps"
                                       : "does this port speak TLS? then use https; is it one for "
                                         "rows over TCP, as QuestDB's 9009? then use tcp"));
    }
}

TEST_P(http_to_tcp, a_server_that_does_not_answer_the_question_for_its_settings)
{
    fixture.server.scripts = {play({discards(1), holds()})};
    config options = fixture.once().options();
    options.version.reset();
    options.request_timeout = 100ms;

    const error e = failure_of_build(sender_builder(options));

    EXPECT_EQ(e.code(), errc::timed_out);
    EXPECT_THAT(e.what(), HasSubstr("for rows over TCP, as QuestDB's 9009?"));
}

TEST_F(fault_matrix, tcp_plain_rows_to_a_server_of_tls_fail_build)
{
    scenario fixture({protocol::tcp, owner::sender});
    fixture.server.scripts = {play({discards(1), sends(alert), cuts()})};

    std::optional<error> thrown;
    run(fixture.io, [](sender_builder b, std::optional<error>& out) -> asio::awaitable<void> {
        try {
            const sender s = co_await b.build();
        } catch (const error& e) {
            out = e;
        }
    }(fixture.builder(), thrown));

    ASSERT_TRUE(thrown);
    EXPECT_EQ(thrown->code(), errc::socket_error);
    EXPECT_THAT(thrown->what(), HasSubstr("the server speaks TLS on this port; use tcps"));
}

} // namespace
} // namespace coquest::test
