// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 23, 34, 37 to 42 and 45 to 47 of docs/faults.md: well-formed answers that are no success.

#include "scenario.hpp"

#include "core/http/status.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

// A final failure: immediate, after one request, and the rows are kept.
error expect_refused(way mode, const reply& refusal, errc code, int status)
{
    scenario s(mode);
    s.server.scripts = {play({reads(), sends(refusal), closes()}), healthy()};
    s.recovery = [] {};
    const outcome got = s.send();
    const error e = s.expect_failed(got, code, detail::state_after(detail::rule_of(status)));
    EXPECT_EQ(e.info().http_status, status) << e.what();
    EXPECT_EQ(e.info().attempts, 1U);
    EXPECT_FALSE(e.info().retryable);
    expect_in_time(got, 1000ms);
    return e;
}

// No control character of one or two bytes, no reversal of the text's direction, no invalid UTF-8.
bool is_printable(std::string_view text)
{
    const auto has = [text](std::string_view part) { return text.find(part) != text.npos; };
    return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }) &&
           !has("\xc2\x9b") && !has("\xe2\x80\xae") && !has("\xff") && !has("\xc0");
}

TEST_F(fault_matrix, row_23_an_error_whose_text_is_cut)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const char* body : {"Content-Length: 100\r\n\r\n{\"mess",
                                 "Transfer-Encoding: chunked\r\n\r\n64\r\n{\"mess",
                                 "Transfer-Encoding: chunked\r\n\r\n6\r\n{\"mess\r\n"}) {
            SCOPED_TRACE(body);
            const reply refusal{"HTTP/1.1 400 Bad Request\r\n"s + body};
            const error e = expect_refused(mode, refusal, errc::server_flush_error, 400);
            EXPECT_EQ(e.info().server_message, "{\"mess");
        }
        scenario s(mode); // a status that is retried is retried without its text too
        s.server.scripts = {
            play({reads(), sends("HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nlat"), resets()}),
            healthy()};
        s.expect_delivered(s.send());
    }
}

TEST_F(fault_matrix, row_34_a_redirect_to_another_host)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const char* status_line : {"301 Moved Permanently", "302 Found", "303 See Other",
                                        "307 Temporary Redirect", "308 Permanent Redirect"}) {
            SCOPED_TRACE(status_line);
            scenario s(mode);
            const wire_server other(s.io, {});
            const std::string elsewhere = "127.0.0.1:" + std::to_string(other.port());
            s.server.scripts = {
                play({reads(),
                      sends(status(status_line, "Location: http://eve:pass-word@" + elsewhere +
                                                    "/write?token=top-secret\r\n")),
                      discards_all()})};
            const outcome got = s.send(s.builder().username("admin").password("quest-secret"));
            const error e = s.expect_failed(got, errc::server_flush_error, delivery::not_sent);
            EXPECT_EQ(e.info().http_status / 100, 3);
            EXPECT_EQ(e.info().attempts, 1U);
            EXPECT_TRUE(says(e, "a redirect to http://" + elsewhere));
            EXPECT_FALSE(says(e, "pass-word"));
            EXPECT_FALSE(says(e, "secret"));
            EXPECT_EQ(other.connections, 0U);
            EXPECT_EQ(s.server.connections, 1U);
        }
    }
}

TEST_F(fault_matrix, row_37_a_text_with_control_characters)
{
    const std::string text = "\x1b[31mred\x1b[0m\r\nInjected: yes\r\n\0 end\x7f \xff\xc0\x80 "
                             "\xe2\x80\xae\xc2\x9b"s;
    const std::string json =
        R"({"code":"\u001b[2J","message":"a\u0000b\r\nc\u001b[31m","line":1,"errorId":"\r\n"})";
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        const error in_text =
            expect_refused(mode, status("400 Bad Request", "Content-Type: text/plain\r\n", text),
                           errc::server_flush_error, 400);
        EXPECT_TRUE(says(in_text, "red"));
        EXPECT_TRUE(is_printable(in_text.what())) << in_text.what();
        EXPECT_TRUE(is_printable(in_text.info().server_message));

        const error in_json = expect_refused(
            mode, status("400 Bad Request", "Content-Type: application/json\r\n", json),
            errc::server_flush_error, 400);
        EXPECT_TRUE(is_printable(in_json.what())) << in_json.what();
        EXPECT_TRUE(is_printable(in_json.info().server_message + in_json.info().server_code +
                                 in_json.info().server_error_id));
    }
}

TEST_F(fault_matrix, row_38_a_compressed_text)
{
    const std::string zipped = "\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x04\0\x43\xbe\xb7\xe8\x01\0\0\0"s;
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        const error e =
            expect_refused(mode, status("400 Bad Request", "Content-Encoding: gzip\r\n", zipped),
                           errc::server_flush_error, 400);
        EXPECT_TRUE(e.info().server_message.empty()) << e.info().server_message;
        EXPECT_TRUE(says(e, "answered 400"));
    }
}

TEST_F(fault_matrix, row_39_a_refused_row)
{
    const reply refusal =
        status("400 Bad Request", "Content-Type: application/json; charset=utf-8\r\n", refused_row);
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        const error e = expect_refused(mode, refusal, errc::server_flush_error, 400);
        EXPECT_EQ(e.info().server_line, 2U);
        EXPECT_EQ(e.info().server_code, "invalid");
        EXPECT_EQ(e.info().server_message, "cast error");
        EXPECT_EQ(e.info().server_error_id, "e-1");
        EXPECT_TRUE(says(e, "cast error [line 2, code invalid, id e-1]"));
    }
    std::optional<std::size_t> row;
    scenario s;
    s.server.scripts = {play({reads(), sends(refusal), healthy()})};
    const rejection_handler note = [&row](rejected_batch& batch) {
        row = batch.row;
        return rejection::drop;
    };
    EXPECT_FALSE(s.send(s.builder().on_rejected(note)).failure);
    EXPECT_EQ(row, 1U);
}

TEST_F(fault_matrix, row_40_a_text_that_is_no_json)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const char* text : {"cannot parse line 1", R"({"message":"cast err)",
                                 R"({"message":})", R"([{"message":"x"}])", "\"x\"", "{}"}) {
            SCOPED_TRACE(text);
            const error e = expect_refused(
                mode, status("400 Bad Request", "Content-Type: application/json\r\n", text),
                errc::server_flush_error, 400);
            EXPECT_EQ(e.info().server_message, text);
            EXPECT_TRUE(says(e, text));
        }
    }
}

TEST_F(fault_matrix, row_41_credentials_refused)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const int code : {401, 403}) {
            scenario s(mode);
            const wire_server other(s.io, {});
            s.server.scripts = {
                play({reads(), sends(status(std::to_string(code) + " No")), healthy()})};
            sender_builder builder = s.builder().username("admin").password("quest-secret");
            builder.address("127.0.0.1", other.port());
            const outcome got = s.send(builder);
            const error e = s.expect_failed(got, errc::auth_error, delivery::not_sent);
            EXPECT_EQ(e.info().http_status, code);
            EXPECT_EQ(e.info().attempts, 1U);
            EXPECT_FALSE(says(e, "secret"));
            EXPECT_EQ(s.server.requests.size(), 1U);
            EXPECT_EQ(other.connections, 0U);
            expect_in_time(got, 1000ms);
        }
    }
}

TEST_F(fault_matrix, row_42_no_such_endpoint)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        const auto expect_hint = [mode](int code, errc code_of_error) {
            const reply refusal = status(std::to_string(code) + " No");
            EXPECT_TRUE(says(expect_refused(mode, refusal, code_of_error, code),
                             "is this QuestDB's HTTP port (9000), and is ILP over HTTP enabled "
                             "there?"));
        };
        expect_hint(404, errc::http_not_supported);
        expect_hint(405, errc::http_not_supported);
        expect_hint(411, errc::server_flush_error);
    }
}

TEST_F(fault_matrix, row_45_a_server_that_says_when_to_come_again)
{
    for (const char* line : {"429 Too Many Requests", "503 Service Unavailable"}) {
        SCOPED_TRACE(line);
        scenario s({protocol::http, owner::caller});
        s.server.scripts = {play({reads(), sends(status(line, "Retry-After: 1\r\n")), healthy()})};
        const outcome got = s.send();
        s.expect_delivered(got);
        EXPECT_GE(got.elapsed, 1000ms);
        EXPECT_EQ(s.server.requests.size(), 2U);
    }
}

TEST_F(fault_matrix, row_45_a_server_that_asks_for_more_time_than_there_is)
{
    const reply busy = status("429 Too Many Requests", "Retry-After: 30\r\n");
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario lasts(mode);
        lasts.server.scripts = {answers(busy)};
        const outcome got = lasts.send(lasts.builder().retry_timeout(300ms));
        const error e = lasts.expect_failed(got, errc::server_flush_error, delivery::not_sent);
        EXPECT_EQ(e.info().http_status, 429);
        EXPECT_EQ(e.info().retry_after, 30s);
        EXPECT_EQ(e.info().attempts, 2U) << "immediately, and when retry_timeout is over";
        EXPECT_TRUE(says(e, "the server asked for a pause of 30000 ms"));
        expect_in_time(got, 300ms);

        scenario passes(mode); // a pause of retry_timeout may be enough
        passes.server.scripts = {play({reads(), sends(busy), healthy()})};
        passes.expect_delivered(passes.send(passes.builder().retry_timeout(300ms)));
    }
}

TEST_F(fault_matrix, row_46_failures_that_pass)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const int code : {408, 421, 425, 429, 500, 502, 503, 504, 507, 509, 511,
                               520, 521, 522, 523, 524, 525, 526, 529, 530, 599}) {
            SCOPED_TRACE(code);
            const reply failure = status(std::to_string(code) + " Sorry", "", "try again");
            scenario s(mode);
            s.server.scripts = {play({reads(), sends(failure), healthy()}), healthy()};
            s.expect_delivered(s.send());
            EXPECT_EQ(s.server.requests.size(), 2U);
        }
        scenario lasting(mode);
        const wire_script fails = play({reads(), sends(status("500 Sorry"))});
        lasting.server.scripts = {fails, fails, fails, healthy()};
        lasting.expect_delivered(lasting.send());
    }
}

TEST_F(fault_matrix, row_46_failures_that_do_not_pass)
{
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        s.server.scripts = {answers(status("500 Sorry", "Connection: close\r\n", "disk full"))};
        s.recovery = [&] { s.server.scripts = {healthy()}; };
        const outcome got = s.send(s.builder().retry_timeout(200ms));
        const error e = s.expect_failed(got, errc::server_flush_error, delivery::unconfirmed);
        EXPECT_EQ(e.info().http_status, 500);
        EXPECT_TRUE(says(e, "answered 500"));
        expect_in_time(got, 200ms);
    }
}

TEST_F(fault_matrix, row_47_a_replica)
{
    const reply replica = status("421 Misdirected Request");
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        wire_server::options spec;
        spec.certificate = s.certificate();
        wire_server primary(s.io, spec);
        s.server.scripts = {play({reads(), sends(replica), discards_all()})};
        sender_builder both = s.builder();
        both.address("127.0.0.1", primary.port());
        const outcome got = s.send(both, {.flushes = 2});
        EXPECT_FALSE(got.failure) << got.failure->what();
        EXPECT_EQ(primary.stored.size(), 2U);
        EXPECT_EQ(s.server.requests.size(), 1U) << "the replica was asked again";

        scenario alone(mode);
        alone.server.scripts = {answers(replica)};
        const outcome refused = alone.send(alone.builder().retry_timeout(200ms));
        const error e = alone.expect_failed(refused, errc::server_flush_error, delivery::not_sent);
        EXPECT_EQ(e.info().http_status, 421);
        EXPECT_TRUE(says(e, "name the primary in addr"));
        expect_in_time(refused, 200ms);
    }
}

TEST_F(fault_matrix, row_47_a_replica_that_says_so_in_its_settings)
{
    const reply replica =
        settings(R"({"config":{"line.proto.support.versions":[1,2,3],"accepting.writes":[]}})");
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        wire_server primary(s.io, {});
        s.server.scripts = {play({reads(), sends(replica), discards_all()})};
        config options = s.builder().options();
        options.version.reset();
        sender_builder both(options);
        both.address("127.0.0.1", primary.port());
        const outcome got = s.send(both);
        EXPECT_FALSE(got.failure) << got.failure->what();
        EXPECT_EQ(primary.stored.size(), 1U);
        EXPECT_EQ(s.server.requests.size(), 1U);
    }
}

// These statuses say nothing about the rows: no handler is called, and no batch is split.
TEST_F(fault_matrix, row_42_a_refusal_that_blames_no_row)
{
    for (const int code :
         {300, 302, 304, 307, 402, 406, 407, 409, 410, 411, 412, 414, 415, 416, 417,
          418, 422, 423, 426, 428, 431, 444, 451, 494, 495, 497, 499, 501, 505}) {
        SCOPED_TRACE(code);
        bool asked = false;
        scenario s;
        s.server.scripts = {answers(status(std::to_string(code) + " No"))};
        sender_builder builder = s.builder().split_rejected(true);
        builder.on_rejected([&asked](rejected_batch&) {
            asked = true;
            return rejection::drop;
        });
        const outcome got = s.send(builder);
        const error e =
            s.expect_failed(got, code == 410 ? errc::http_not_supported : errc::server_flush_error);
        EXPECT_NE(e.info().state, delivery::rejected);
        EXPECT_EQ(s.server.requests.size(), 1U);
        EXPECT_FALSE(asked);
    }
}

TEST_F(fault_matrix, row_42_a_page_of_a_proxy_that_says_400)
{
    bool asked = false;
    scenario s;
    s.server.scripts = {
        answers(status("400 Bad Request", "Content-Type: text/html\r\n", "<h1>Bad Request</h1>"))};
    sender_builder builder = s.builder();
    builder.on_rejected([&asked](rejected_batch&) {
        asked = true;
        return rejection::drop;
    });
    s.expect_failed(s.send(builder), errc::server_flush_error, delivery::not_sent);
    EXPECT_FALSE(asked);
}

// If one of two servers fails, and not because of the rows, the other one gets them from then on.
TEST_F(fault_matrix, row_46_of_two_servers_one_is_sick)
{
    const std::vector<reply> failures = {status("500 Sorry"),
                                         status("502 Bad Gateway"),
                                         status("503 Busy", "Retry-After: 60\r\n"),
                                         status("404 Not Found"),
                                         status("302 Found", "Location: /login\r\n"),
                                         status("408 Request Timeout"),
                                         status("200 OK", "Content-Type: text/html\r\n", "<html>"),
                                         reply{"SSH-2.0-OpenSSH_9.2p1\r\n"}};
    for (const way mode : plain_and_tls) {
        SCOPED_TRACE(mode);
        for (const reply& failure : failures) {
            SCOPED_TRACE(failure.bytes);
            scenario s(mode);
            wire_server::options spec;
            spec.certificate = s.certificate();
            wire_server healthy_one(s.io, spec);
            healthy_one.scripts = {healthy()};
            s.server.scripts = {answers(failure)};
            sender_builder both = s.builder();
            both.address("127.0.0.1", healthy_one.port());
            const outcome got = s.send(both, {.flushes = 3});
            EXPECT_FALSE(got.failure) << got.failure->what();
            EXPECT_EQ(healthy_one.stored.size(), 3U);
            EXPECT_EQ(s.server.requests.size(), 1U) << "the failing server was asked again";
            expect_in_time(got, 500ms);
        }
    }
}

TEST_F(fault_matrix, row_46_all_servers_refuse_for_good)
{
    scenario s;
    wire_server other(s.io, {});
    other.scripts = {answers(status("404 Not Found"))};
    s.server.scripts = {answers(status("404 Not Found"))};
    sender_builder both = s.builder();
    both.address("127.0.0.1", other.port());
    const outcome got = s.send(both);
    s.expect_failed(got, errc::http_not_supported, delivery::not_sent);
    EXPECT_EQ(s.server.requests.size() + other.requests.size(), 2U) << "each was asked once";
    expect_in_time(got, 500ms);
}

// A row that QuestDB always answers with 500 (a DECIMAL without a column).
TEST_F(fault_matrix, row_46_a_row_that_always_gets_500)
{
    const reply refusal =
        status("500 Internal server error", "Content-Type: application/json; charset=utf-8\r\n",
               R"({"code":"internal error","message":"cannot be created","line":2,"errorId":"e"})");
    for (const way mode : plain) {
        SCOPED_TRACE(mode);
        scenario s(mode);
        s.server.scripts = {answers(refusal)};
        const outcome got = s.send(s.builder().retry_timeout(200ms));
        const error e = s.expect_failed(got, errc::server_flush_error, delivery::rejected);
        EXPECT_GT(e.info().attempts, 1U);
    }
    std::optional<std::size_t> row;
    scenario s;
    s.server.scripts = {answers(refusal)};
    const rejection_handler note = [&row](rejected_batch& batch) {
        row = batch.row;
        return rejection::drop;
    };
    EXPECT_FALSE(s.send(s.builder().retry_timeout(200ms).on_rejected(note)).failure);
    EXPECT_EQ(row, 1U);
}

} // namespace
} // namespace coquest::test
