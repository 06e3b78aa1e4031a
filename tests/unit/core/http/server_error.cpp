// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The error for each status and each error body (docs/protocol.md, Server errors).

#include "core/http/server_error.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace coquest::inline v0::detail {
namespace {

/// Returns the failure for a response of @p http_status with @p headers and @p body.
status result_of(int http_status, std::string_view headers = "", std::string_view body = "")
{
    const std::string text =
        "HTTP/1.1 " + std::to_string(http_status) + " X\r\n" + std::string(headers) +
        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
    http_response_parser parser;
    std::size_t taken = 0;
    EXPECT_EQ(parser.feed(std::as_bytes(std::span(text)), taken),
              http_response_parser::step::complete);
    return server_error(parser, "db:9000");
}

constexpr std::string_view json = "Content-Type: application/json; charset=utf-8\r\n";

TEST(server_error, body_of_the_server_fills_the_diagnostics)
{
    const status result = result_of(
        400, json,
        R"({"code":"invalid","message":"failed to parse line protocol:errors encountered on )"
        R"(line(s):\nerror in line 3: table: t, column: c; cast error","line":3,)"
        R"("errorId":"44597acef0cc-173"})");

    EXPECT_EQ(result.code(), errc::server_flush_error);
    EXPECT_EQ(result.info().message,
              "could not flush: db:9000 answered 400: failed to parse line protocol:errors "
              "encountered on line(s): error in line 3: table: t, column: c; cast error "
              "[line 3, code invalid, id 44597acef0cc-173]");
    EXPECT_EQ(result.info().host, "db:9000");
    EXPECT_EQ(result.info().http_status, 400);
    EXPECT_EQ(result.info().server_code, "invalid");
    EXPECT_EQ(result.info().server_message.substr(0, 30), "failed to parse line protocol:");
    EXPECT_EQ(result.info().server_line, 3U);
    EXPECT_EQ(result.info().server_error_id, "44597acef0cc-173");
    EXPECT_EQ(result.info().state, delivery::rejected);
    EXPECT_FALSE(result.info().retryable);
}

TEST(server_error, content_type_decides_with_or_without_parameters)
{
    constexpr std::string_view body = R"({"message":"m"})";
    for (const std::string_view type : {"application/json", "Application/JSON",
                                        "application/json; charset=utf-8", "application/json ;x"}) {
        EXPECT_EQ(result_of(400, "Content-Type: " + std::string(type) + "\r\n", body)
                      .info()
                      .server_message,
                  "m")
            << type;
    }
    for (const std::string_view type : {"text/plain", "application/jsonx", "text/json"}) {
        EXPECT_EQ(result_of(400, "Content-Type: " + std::string(type) + "\r\n", body)
                      .info()
                      .server_message,
                  body)
            << type;
    }
    EXPECT_EQ(result_of(400, "", body).info().server_message, body);
}

TEST(server_error, incomplete_or_broken_json_keeps_the_text)
{
    for (const std::string_view body :
         {R"({"message":)", R"({"code":"c"})", R"({"message":5})", R"(["message"])", "plain"}) {
        EXPECT_EQ(result_of(400, json, body).info().server_message, body);
    }
    EXPECT_EQ(result_of(400, json, "").info().message, "could not flush: db:9000 answered 400");
    EXPECT_EQ(result_of(400, json, R"({"message":"m","line":-1})").info().server_line, 0U);
    EXPECT_EQ(result_of(400, json, R"({"message":"m","line":"1"})").info().server_line, 0U);
}

TEST(server_error, text_of_the_server_is_harmless_and_bounded)
{
    const status escape = result_of(400, "", "a\x1b[31m\r\nInjected: yes\x7f");
    const status json_escape = result_of(400, json, R"({"message":"a\u001b[31m\u0000\nb"})");
    const status large = result_of(400, "", std::string(60'000, 'x'));

    EXPECT_EQ(escape.info().message, "could not flush: db:9000 answered 400: a[31m Injected: yes");
    EXPECT_EQ(json_escape.info().server_message, "a[31m b");
    EXPECT_EQ(large.info().server_message.size(), 60'000U);
    EXPECT_LT(large.info().message.size(), 1200U);
    EXPECT_TRUE(large.info().message.ends_with("xxx..."));
}

TEST(server_error, compressed_body_is_left_out)
{
    EXPECT_EQ(result_of(503, "Content-Encoding: gzip\r\n", "\x1f\x8b\x08zzz").info().message,
              "could not flush: db:9000 answered 503");
}

/// Parses a response that is complete, or that ends with its connection.
http_response_parser response_of(const std::string& text)
{
    http_response_parser parser;
    std::size_t taken = 0;
    if (parser.feed(std::as_bytes(std::span(text)), taken) ==
        http_response_parser::step::need_input) {
        EXPECT_EQ(parser.end_of_input(), http_response_parser::step::complete);
    }
    return parser;
}

TEST(server_error, status_decides_the_code)
{
    for (int status = 300; status < 600; ++status) {
        const errc expected = status == 401 || status == 403 ? errc::auth_error
                              : status == 404 || status == 405 || status == 410
                                  ? errc::http_not_supported
                                  : errc::server_flush_error;
        if (status != 304) { // never has a body
            EXPECT_EQ(result_of(status).code(), expected) << status;
            EXPECT_EQ(result_of(status).info().retryable,
                      rule_of(status).meaning == status_meaning::transient)
                << status;
            EXPECT_EQ(result_of(status).info().state, state_after(rule_of(status))) << status;
        }
    }
}

TEST(server_error, only_an_answer_without_content_acknowledges)
{
    for (const char* text :
         {"HTTP/1.1 204 OK\r\n\r\n", "HTTP/1.0 204 No Content\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
        EXPECT_TRUE(acknowledges(response_of(text))) << text;
    }
    for (const char* text :
         {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
          "HTTP/1.1 200 OK\r\n\r\n", // the end of the connection does not prove that the body is
                                     // complete
          "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>", "HTTP/1.1 304 Same\r\n\r\n",
          "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"}) {
        EXPECT_FALSE(acknowledges(response_of(text))) << text;
    }
}

TEST(server_error, success_with_content_is_transient_and_names_the_server)
{
    const status page = result_of(
        200, "Content-Type: text/html; charset=utf-8\r\nServer: nginx\r\n", std::string(512, 'x'));

    EXPECT_EQ(page.code(), errc::server_flush_error);
    EXPECT_EQ(
        page.info().message,
        "could not flush: db:9000 answered 200 with 512 bytes of text/html (server nginx): is "
        "this QuestDB? it acknowledges rows with status 204 and no content; a login or "
        "maintenance page does not");
    EXPECT_TRUE(page.info().retryable);
    EXPECT_EQ(page.info().state, delivery::unconfirmed);
    EXPECT_TRUE(
        result_of(207, "", "x")
            .info()
            .message.starts_with(
                "could not flush: db:9000 answered 207 with 1 bytes of content: is this QuestDB?"));
    EXPECT_TRUE(result_of(200, "", std::string(70'000, 'x'))
                    .info()
                    .message.starts_with("could not flush: db:9000 answered 200 with more than "
                                         "65536 bytes of content"));
}

TEST(server_error, html_page_with_400_does_not_reject_the_rows)
{
    const status page = result_of(400, "Content-Type: text/html\r\n", "<html>Bad Request</html>");

    EXPECT_EQ(page.info().state, delivery::not_sent);
    EXPECT_FALSE(page.info().retryable);
    EXPECT_TRUE(blames_server(page.info()));
    EXPECT_FALSE(blames_server(result_of(400, "Content-Type: text/plain\r\n", "no").info()));
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
        {407, "could not flush: db:9000 answered 407: No; coquest has no credentials for proxies: "
              "reach QuestDB without the proxy"},
        {413, "could not flush: db:9000 answered 413: No; the row alone is too large: raise the "
              "limit, client_max_body_size in nginx"},
        {421, "could not flush: db:9000 answered 421: No; the server accepts no writes: name the "
              "primary in addr"},
        {429, "could not flush: db:9000 answered 429: No; the server asks for fewer requests"},
        {500, "could not flush: db:9000 answered 500: No"},
    };
    for (const auto& [status, message] : cases) {
        EXPECT_EQ(result_of(status, "", "No").info().message, message);
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
        const status result = result_of(302, "Location: " + std::string(location) + "\r\n", "body");

        EXPECT_EQ(result.info().message, "could not flush: db:9000 answered 302, a redirect to " +
                                             std::string(target) +
                                             "; redirects are not followed, name the final server "
                                             "in the configuration");
        EXPECT_EQ(result.info().state, delivery::not_sent);
        EXPECT_FALSE(result.info().retryable);
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

    const status result = server_error(parser, "db:9000");

    EXPECT_EQ(result.info().http_status, 400);
    EXPECT_EQ(result.info().message, "could not flush: db:9000 answered 400: {\"message\":\"m\"");
}

} // namespace
} // namespace coquest::inline v0::detail
