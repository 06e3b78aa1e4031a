// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Checks of servers that misbehave. tests/integration/check.cpp checks real servers.

#include "tools/check.hpp"

#include "support/cert_lab.hpp"
#include "support/run.hpp"
#include "support/scripted_server.hpp"
#include "support/wire_script.hpp"
#include "support/wire_server.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coquest::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tools::outcome;
using tools::report;

constexpr std::string_view good_settings =
    R"({"config":{"release.type":"OSS","release.version":"9.3.4",
        "line.proto.support.versions":[1,2],"cairo.max.file.name.length":127,
        "accepting.writes":["http"]}})";

reply answer(const request& request_to_answer, std::string_view settings,
             const reply& answer_to_rows = ok())
{
    return request_to_answer.begins("GET /settings")
               ? status("200 OK", "Content-Type: application/json\r\n", settings)
               : answer_to_rows;
}

class tool_check : public ::testing::Test {
protected:
    report check(const std::string& conf, const std::string& table = "")
    {
        report result;
        run(io, tools::check(parse_config(conf), {table, silence}, result));
        return result;
    }
    /// Long, so that a slow server is seen to close the connection. A silent one takes all of it.
    std::chrono::seconds silence{60};

    static std::string conf(const scripted_server& source)
    {
        return "http::addr=127.0.0.1:" + std::to_string(source.port()) + ";";
    }
    static std::vector<std::string> steps(const report& source)
    {
        std::vector<std::string> names;
        for (const tools::step& each : source.servers.at(0).steps) {
            names.push_back(each.name + (!each.failure.ok() ? " failed" : ""));
        }
        return names;
    }

    asio::io_context io;
};

TEST_F(tool_check, every_step_and_no_rows)
{
    scripted_server server(io, [](const request& r) { return answer(r, good_settings); });

    const report got = check(conf(server) + "username=joe;password=s3cret;");

    EXPECT_EQ(got.result, outcome::ok);
    EXPECT_THAT(steps(got), ElementsAre("resolve", "connect", "settings", "auth"));
    EXPECT_THAT(to_text(got), AllOf(HasSubstr("QuestDB OSS 9.3.4"), HasSubstr("\"joe\" may write"),
                                    HasSubstr("protocol versions 1, 2, names up to 127 bytes"),
                                    HasSubstr("sent in clear text")));
    EXPECT_THAT(to_text(got) + to_json(got), ::testing::Not(HasSubstr("s3cret")));
    ASSERT_EQ(server.requests.size(), 2);
    EXPECT_TRUE(server.requests[1].begins("POST /write"));
    EXPECT_TRUE(server.requests[1].has("Content-Length: 0"));
}

TEST_F(tool_check, a_port_that_speaks_another_protocol)
{
    wire_server closing(io, {});
    closing.scripts = {play({discards(1), closes()})};
    wire_server answering(io, {});
    answering.scripts = {play({discards(1), sends("HTTP/1.1 400 Bad Request\r\n\r\n"), holds()})};
    const auto address = [](const wire_server& server) {
        return "::addr=127.0.0.1:" + std::to_string(server.port()) + ";";
    };

    const report silent = check("tcp" + address(closing));
    const report spoken = check("tcp" + address(answering));
    const report rows = check("http" + address(closing));

    for (const report* failed : {&silent, &spoken, &rows}) {
        EXPECT_EQ(failed->result, outcome::server);
    }
    EXPECT_THAT(steps(silent), ElementsAre("resolve", "connect", "server failed"));
    EXPECT_THAT(to_text(silent), HasSubstr("hint: is this an HTTP server"));
    EXPECT_THAT(to_text(spoken), AllOf(HasSubstr("an HTTP server answers on this port"),
                                       HasSubstr("hint: use http")));
    EXPECT_THAT(to_text(rows), HasSubstr("as QuestDB's 9009? then use tcp"));
}

TEST_F(tool_check, a_row_where_it_is_asked_for)
{
    scripted_server server(io, [](const request& r) { return answer(r, good_settings); });

    const report got = check(conf(server), "probe");

    EXPECT_EQ(got.result, outcome::ok);
    EXPECT_THAT(to_text(got), HasSubstr("one row, source=coquest-check, to probe: acknowledged"));
    EXPECT_THAT(server.requests.back().body, ::testing::StartsWith("probe,source=coquest-check"));
}

TEST_F(tool_check, a_row_that_the_server_refuses)
{
    scripted_server server(io, [](const request& r) {
        return answer(r, good_settings, r.body.empty() ? ok() : status("400 Bad"));
    });

    const report got = check(conf(server) + "retry_timeout=0;", "probe");

    EXPECT_EQ(got.result, outcome::server);
    EXPECT_THAT(to_text(got), HasSubstr("400"));
}

TEST_F(tool_check, a_page_in_place_of_an_answer_acknowledges_nothing)
{
    const reply page = status("200 OK", "Content-Type: text/html\r\n", "<html>log in</html>");
    scripted_server maintenance(io,
                                [&](const request& r) { return answer(r, good_settings, page); });
    std::size_t rows = 0; // the empty batch of the check is acknowledged
    scripted_server portal(io, [&](const request& r) {
        rows += r.body.empty() ? 0 : 1;
        return answer(r, good_settings, r.body.empty() ? ok() : page);
    });
    const std::string short_wait = "retry_timeout=50;";

    const report empty_batch = check(conf(maintenance) + short_wait);
    const report one_row = check(conf(portal) + short_wait, "probe");

    EXPECT_GT(rows, 0U);
    for (const report* got : {&empty_batch, &one_row}) {
        EXPECT_EQ(got->result, outcome::server);
        EXPECT_THAT(to_text(*got), HasSubstr("answered 200 with 19 bytes of text/html: is this "
                                             "QuestDB?"));
        EXPECT_THAT(to_text(*got), ::testing::Not(HasSubstr("acknowledged")));
    }
}

TEST_F(tool_check, a_table_whose_name_is_none)
{
    scripted_server server(io, [](const request& r) { return answer(r, good_settings); });

    EXPECT_EQ(check(conf(server), "pro?be").result, outcome::config);
}

TEST_F(tool_check, wrong_password)
{
    scripted_server server(io, [](const request& r) {
        return answer(r, good_settings, status("401 Unauthorized", "", "Unauthorized"));
    });

    const report got = check(conf(server) + "username=joe;password=s3cret;", "probe");

    EXPECT_EQ(got.result, outcome::auth);
    EXPECT_THAT(steps(got), ElementsAre("resolve", "connect", "settings", "auth failed"));
    EXPECT_THAT(to_text(got), HasSubstr("hint: check username and password, or token"));
    EXPECT_FALSE(got.write) << "a row was sent though authentication failed";
}

TEST_F(tool_check, what_is_no_questdb)
{
    scripted_server server(io, [](const request& r) { return answer(r, "<html>"); });

    const report got = check(conf(server));

    EXPECT_EQ(got.result, outcome::server);
    EXPECT_THAT(to_text(got), HasSubstr("is this QuestDB?"));
}

TEST_F(tool_check, a_replica_alone_and_one_beside_a_primary)
{
    static constexpr std::string_view replica = R"({"config":{"accepting.writes":["pgwire"]}})";
    scripted_server second(io, [](const request& r) { return answer(r, replica); });
    scripted_server primary(io, [](const request& r) { return answer(r, good_settings); });

    EXPECT_EQ(check(conf(second)).result, outcome::server);

    const report both = check(conf(second) + "addr=127.0.0.1:" + std::to_string(primary.port()));
    EXPECT_EQ(both.result, outcome::ok);
    EXPECT_THAT(both.servers.at(0).warnings, ElementsAre(HasSubstr("replica")));
    EXPECT_THAT(both.servers.at(1).warnings, IsEmpty());
}

TEST_F(tool_check, a_version_that_the_server_lacks)
{
    scripted_server server(io, [](const request& r) { return answer(r, good_settings); });

    EXPECT_THAT(to_text(check(conf(server) + "protocol_version=3;")),
                HasSubstr("protocol_version=3 is not supported by this server"));
}

TEST_F(tool_check, one_server_of_two_is_down)
{
    asio::ip::tcp::socket reserved(io, {asio::ip::address_v4::loopback(), 0});
    const std::string down = "127.0.0.1:" + std::to_string(reserved.local_endpoint().port());
    scripted_server server(io, [](const request& r) { return answer(r, good_settings); });

    const report got = check(conf(server) + "addr=" + down + ";");

    EXPECT_EQ(got.result, outcome::connect);
    EXPECT_FALSE(got.servers.at(0).failed());
    EXPECT_TRUE(got.servers.at(1).failed());
    EXPECT_THAT(got.failure.info().message,
                AllOf(HasSubstr("connection refused"), HasSubstr(down)));
}

TEST_F(tool_check, tcp_without_a_key)
{
    scripted_server server(io, [](const request&) { return ok(); });
    silence = std::chrono::seconds(1);

    const report got = check("tcp::addr=127.0.0.1:" + std::to_string(server.port()) + ";");

    EXPECT_EQ(got.result, outcome::ok);
    EXPECT_THAT(steps(got), ElementsAre("resolve", "connect", "server"));
    EXPECT_THAT(to_text(got), HasSubstr("has kept the connection open for 1 s"));
    EXPECT_EQ(server.raw, std::string(16, '\n'));
}

#if defined(COQUEST_HAS_WOLFSSL) || defined(COQUEST_HAS_OPENSSL)

TEST_F(tool_check, a_certificate_that_expires_soon)
{
    cert_spec soon = ca_spec("soon over");
    soon.until = std::chrono::hours(24 * 29 + 1);
    const identity root = self_signed(soon);
    soon = server_spec({"IP:127.0.0.1"});
    soon.until = std::chrono::hours(24 * 9 + 1);
    const identity leaf = issue(soon, root);
    wire_server::options options;
    options.certificate = &leaf;
    wire_server server(io, options);
    server.scripts = {healthy()};
    const temp_file roots(root.pem());

    const report got = check("https::addr=127.0.0.1:" + std::to_string(server.port()) +
                             ";tls_roots=" + roots.path() + ";");

    EXPECT_EQ(got.result, outcome::ok) << to_text(got);
    EXPECT_THAT(steps(got), ElementsAre("resolve", "connect", "tls", "settings", "auth"));
    EXPECT_THAT(
        got.servers.at(0).warnings,
        ElementsAre(AllOf(HasSubstr("\"a server\" expires in 9 days"), HasSubstr("renew it")),
                    HasSubstr("\"soon over\" expires in 29 days")));
    ASSERT_TRUE(got.servers.at(0).anchor);
    EXPECT_EQ(got.servers.at(0).anchor->subject, "soon over");
}

TEST_F(tool_check, plain_http_where_tls_is_expected)
{
    wire_server server(io, {});
    server.scripts = {play({sends("HTTP/1.1 400 Bad Request\r\n\r\n"), holds()})};

    const report got =
        check("https::addr=127.0.0.1:" + std::to_string(server.port()) + ";tls_ca=webpki_roots;");

    EXPECT_EQ(got.result, outcome::tls);
    EXPECT_THAT(steps(got), ElementsAre("resolve", "connect", "tls failed"));
    EXPECT_THAT(to_text(got), AllOf(HasSubstr("plain HTTP server"), HasSubstr("hint: use http")));
}

TEST_F(tool_check, roots_that_are_not_there)
{
    const report got = check("https::addr=localhost;tls_roots=/nowhere/ca.pem;");

    EXPECT_EQ(got.result, outcome::tls);
    EXPECT_THAT(got.servers, IsEmpty());
    EXPECT_THAT(to_text(got), HasSubstr("/nowhere/ca.pem"));
}

#endif

} // namespace
} // namespace coquest::test
