// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What becomes of each status, and of each kind of error body (contract §6.2, §6.3).

#include "core/server_error.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace coquest::detail {
namespace {

/// Returns the fault for a response of @p status with these headers and body.
fault fault_of(int status, std::string_view headers = "", std::string_view body = "")
{
    const std::string text =
        "HTTP/1.1 " + std::to_string(status) + " X\r\n" + std::string(headers) +
        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
    http_response_parser parser;
    std::size_t taken = 0;
    EXPECT_EQ(parser.feed(std::as_bytes(std::span(text)), taken),
              http_response_parser::step::complete);
    return server_fault(parser, "db:9000");
}

constexpr std::string_view json = "Content-Type: application/json; charset=utf-8\r\n";

TEST(server_error, body_of_the_server_fills_the_diagnostics)
{
    const fault failure = fault_of(
        400, json,
        R"({"code":"invalid","message":"failed to parse line protocol:errors encountered on )"
        R"(line(s):\nerror in line 3: table: t, column: c; cast error","line":3,)"
        R"("errorId":"44597acef0cc-173"})");

    EXPECT_EQ(failure.code, errc::server_flush_error);
    EXPECT_EQ(failure.info.message,
              "could not flush: db:9000 answered 400: failed to parse line protocol:errors "
              "encountered on line(s): error in line 3: table: t, column: c; cast error "
              "[line 3, code invalid, id 44597acef0cc-173]");
    EXPECT_EQ(failure.info.host, "db:9000");
    EXPECT_EQ(failure.info.http_status, 400);
    EXPECT_EQ(failure.info.server_code, "invalid");
    EXPECT_EQ(failure.info.server_message.substr(0, 30), "failed to parse line protocol:");
    EXPECT_EQ(failure.info.server_line, 3U);
    EXPECT_EQ(failure.info.server_error_id, "44597acef0cc-173");
    EXPECT_EQ(failure.info.state, delivery::rejected);
    EXPECT_FALSE(failure.info.retryable);
}

TEST(server_error, content_type_decides_with_or_without_parameters)
{
    constexpr std::string_view body = R"({"message":"m"})";
    for (const std::string_view type : {"application/json", "Application/JSON",
                                        "application/json; charset=utf-8", "application/json ;x"}) {
        EXPECT_EQ(
            fault_of(400, "Content-Type: " + std::string(type) + "\r\n", body).info.server_message,
            "m")
            << type;
    }
    for (const std::string_view type : {"text/plain", "application/jsonx", "text/json"}) {
        EXPECT_EQ(
            fault_of(400, "Content-Type: " + std::string(type) + "\r\n", body).info.server_message,
            body)
            << type;
    }
    EXPECT_EQ(fault_of(400, "", body).info.server_message, body);
}

TEST(server_error, incomplete_or_broken_json_keeps_the_text)
{
    for (const std::string_view body :
         {R"({"message":)", R"({"code":"c"})", R"({"message":5})", R"(["message"])", "plain"}) {
        EXPECT_EQ(fault_of(400, json, body).info.server_message, body);
    }
    EXPECT_EQ(fault_of(400, json, "").info.message, "could not flush: db:9000 answered 400");
    EXPECT_EQ(fault_of(400, json, R"({"message":"m","line":-1})").info.server_line, 0U);
    EXPECT_EQ(fault_of(400, json, R"({"message":"m","line":"1"})").info.server_line, 0U);
}

TEST(server_error, text_of_the_server_is_harmless_and_bounded)
{
    const fault escape = fault_of(400, "", "a\x1b[31m\r\nInjected: yes\x7f");
    const fault json_escape = fault_of(400, json, R"({"message":"a\u001b[31m\u0000\nb"})");
    const fault large = fault_of(400, "", std::string(60'000, 'x'));

    EXPECT_EQ(escape.info.message, "could not flush: db:9000 answered 400: a[31m Injected: yes");
    EXPECT_EQ(json_escape.info.server_message, "a[31m b");
    EXPECT_EQ(large.info.server_message.size(), 60'000U);
    EXPECT_LT(large.info.message.size(), 1200U);
    EXPECT_TRUE(large.info.message.ends_with("xxx..."));
}

TEST(server_error, compressed_body_is_left_out)
{
    EXPECT_EQ(fault_of(503, "Content-Encoding: gzip\r\n", "\x1f\x8b\x08zzz").info.message,
              "could not flush: db:9000 answered 503");
}

TEST(server_error, status_decides_the_code)
{
    for (int status = 300; status < 600; ++status) {
        const errc expected = status == 401 || status == 403   ? errc::auth_error
                              : status == 404 || status == 405 ? errc::http_not_supported
                                                               : errc::server_flush_error;
        if (status != 304) { // without a body by definition
            EXPECT_EQ(fault_of(status).code, expected) << status;
        }
    }
    EXPECT_EQ(fault_of(207).code, errc::server_flush_error);
}

TEST(server_error, status_decides_what_became_of_the_rows)
{
    for (const int status : {302, 400, 401, 404, 413, 421, 429, 499}) {
        EXPECT_EQ(fault_of(status).info.state, delivery::rejected) << status;
    }
    for (const int status : {207, 500, 502, 503, 504, 599}) {
        EXPECT_EQ(fault_of(status).info.state, delivery::maybe_applied) << status;
    }
}

TEST(server_error, only_listed_statuses_are_retryable)
{
    const std::set<int> expected{421, 429, 500, 502, 503, 504, 507, 509, 523, 524, 529, 599};
    for (int status = 200; status < 600; ++status) {
        EXPECT_EQ(is_retryable_status(status), expected.contains(status)) << status;
    }
    EXPECT_TRUE(fault_of(503).info.retryable);
    EXPECT_FALSE(fault_of(501).info.retryable);
}

TEST(server_error, success_is_200_to_206)
{
    for (int status = 100; status < 600; ++status) {
        EXPECT_EQ(is_success(status), status >= 200 && status <= 206) << status;
    }
}

TEST(server_error, hints_say_what_to_do)
{
    const struct {
        int status;
        std::string_view message;
    } cases[] = {
        {401, "could not flush: db:9000 answered 401: No; check username and password, or token"},
        {403, "could not flush: db:9000 answered 403: No; the user may not write: check its "
              "permissions"},
        {404, "could not flush: db:9000 answered 404: No; is this QuestDB's HTTP port (9000), and "
              "is ILP over HTTP enabled there?"},
        {405, "could not flush: db:9000 answered 405: No; is this QuestDB's HTTP port (9000), and "
              "is ILP over HTTP enabled there?"},
        {413, "could not flush: db:9000 answered 413: No; send smaller batches: lower "
              "auto_flush_rows or auto_flush_bytes"},
        {421, "could not flush: db:9000 answered 421: No; the server accepts no writes: name the "
              "primary in addr"},
        {429, "could not flush: db:9000 answered 429: No; the server asks for fewer requests"},
        {500, "could not flush: db:9000 answered 500: No"},
    };
    for (const auto& [status, message] : cases) {
        EXPECT_EQ(fault_of(status, "", "No").info.message, message);
    }
}

TEST(server_error, redirect_names_the_host_and_nothing_secret)
{
    const struct {
        std::string_view location;
        std::string_view target;
    } cases[] = {
        {"https://login.example:8443/a?token=hunter2", "https://login.example:8443"},
        {"http://user:hunter2@evil.example/", "http://evil.example"},
        {"http://a@b@evil.example#hunter2", "http://evil.example"},
        {"/login?hunter2", "another path"},
        {"", "another path"},
        {"http://e\x1b[31mvil\xff/", "http://e[31mvil\xef\xbf\xbd"},
    };
    for (const auto& [location, target] : cases) {
        const fault failure = fault_of(302, "Location: " + std::string(location) + "\r\n", "body");

        EXPECT_EQ(failure.info.message, "could not flush: db:9000 answered 302, a redirect to " +
                                            std::string(target) +
                                            "; redirects are not followed, name the final server "
                                            "in the configuration");
        EXPECT_EQ(failure.info.state, delivery::rejected);
        EXPECT_FALSE(failure.info.retryable);
    }
}

TEST(server_error, truncated_error_body_keeps_status_and_text)
{
    constexpr std::string_view text = "HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\n"
                                      "Content-Length: 100\r\n\r\n{\"message\":\"m\"";
    http_response_parser parser;
    std::size_t taken = 0;
    EXPECT_EQ(parser.feed(std::as_bytes(std::span(text)), taken),
              http_response_parser::step::need_input);
    EXPECT_EQ(parser.end_of_input(), http_response_parser::step::failed);

    const fault failure = server_fault(parser, "db:9000");

    EXPECT_EQ(failure.info.http_status, 400);
    EXPECT_EQ(failure.info.message, "could not flush: db:9000 answered 400: {\"message\":\"m\"");
}

} // namespace
} // namespace coquest::detail
