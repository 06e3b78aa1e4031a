// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tools/report.hpp"

#include <coquest/version.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>

namespace coquest::test {
namespace {

using namespace std::chrono;
using detail::status;
using tools::certificate_report;
using tools::outcome;
using tools::report;
using tools::server_report;
using tools::step;

step passed(std::string name, double time, std::string found)
{
    step result;
    result.name = std::move(name);
    result.time = duration<double, std::milli>(time);
    result.found = std::move(found);
    return result;
}

step failed(std::string name, errc code, std::string message, std::string hint)
{
    step result;
    result.name = std::move(name);
    result.failure = status(code, message + (hint.empty() ? "" : "; " + hint));
    result.failure.amend().hint = std::move(hint);
    return result;
}

report one_server()
{
    report result;
    result.transport = protocol::https;
    result.tls_library = "toyTLS 1";
    server_report& server = result.servers.emplace_back();
    server.address = {"db.example", 9000};
    server.steps = {passed("resolve", 1.5, "::1, 127.0.0.1"), passed("connect", 0.25, "127.0.0.1"),
                    passed("tls", 12, "TLS 1.3, TLS_AES_128_GCM_SHA256")};
    server.ips = {failed("connect", errc::socket_error, "no route", ""),
                  passed("connect", 0.25, "127.0.0.1")};
    server.peer.version = "TLS 1.3";
    server.peer.suite = "TLS_AES_128_GCM_SHA256";
    server.peer.anchor_source = "certificate 1 of 1 in ca.pem";
    certificate_report certificate;
    certificate.subject = "a \"quoted\" one";
    certificate.issuer = "root";
    certificate.names = {"db.example"};
    certificate.key = "RSA 2048";
    certificate.not_before = sys_days(2026y / 1 / 1);
    certificate.not_after = sys_days(2026y / 12 / 31);
    certificate.days_left = 35;
    server.chain = {certificate};
    certificate.subject = "root";
    certificate.days_left = -1;
    server.anchor = certificate;
    server.settings.emplace().release = "OSS 9.3.4";
    server.warnings = {"it is old"};
    return result;
}

TEST(tool_report, text_of_a_success)
{
    EXPECT_EQ(to_text(one_server()),
              "coquest " COQUEST_VERSION " with toyTLS 1\n"
              "\n"
              "https::db.example:9000\n"
              "  resolve   ok         1.50 ms  ::1, 127.0.0.1\n"
              "  connect   failed     0.00 ms  no route\n"
              "  connect   ok         0.25 ms  127.0.0.1\n"
              "  tls       ok        12.00 ms  TLS 1.3, TLS_AES_128_GCM_SHA256\n"
              "            \"a \"quoted\" one\", for db.example, RSA 2048, issued by \"root\"\n"
              "              valid from 2026-01-01 00:00:00 UTC to 2026-12-31 00:00:00 UTC, "
              "35 days left\n"
              "            trusted by \"root\" (certificate 1 of 1 in ca.pem)\n"
              "              valid from 2026-01-01 00:00:00 UTC to 2026-12-31 00:00:00 UTC, over\n"
              "  warning   it is old\n"
              "\n"
              "ok\n");
}

TEST(tool_report, text_of_a_failure)
{
    report tested;
    tested.transport = protocol::http;
    server_report& server = tested.servers.emplace_back();
    server.address = {"::1", 9000};
    server.steps = {failed("resolve", errc::could_not_resolve_addr, "no such host", "ask another")};
    tested.failed(server.steps[0].failure, outcome::resolve);

    EXPECT_EQ(to_text(tested), "coquest " COQUEST_VERSION "\n"
                               "\n"
                               "http::[::1]:9000\n"
                               "  resolve   failed     0.00 ms  no such host\n"
                               "            hint: ask another\n"
                               "\n"
                               "failed: resolve (exit code 3)\n");
}

TEST(tool_report, text_of_a_failure_before_the_first_step)
{
    report tested;
    tested.failed(status(errc::config_error, "nonsense"), outcome::config);

    EXPECT_EQ(to_text(tested), "coquest " COQUEST_VERSION "\n"
                               "\n"
                               "failed: config (exit code 2)\n"
                               "            nonsense\n");
}

TEST(tool_report, many_names_are_counted)
{
    report tested = one_server();
    tested.servers[0].chain[0].names.assign(11, "x");

    EXPECT_THAT(to_text(tested),
                ::testing::HasSubstr("for x, x, x, x, x, x, x, x and 3 more, RSA"));
}

TEST(tool_report, json)
{
    report tested = one_server();
    tested.write = failed("write", errc::auth_error, "a\tb\\", "c");
    tested.write->failure.amend().http_status = 401;
    tested.failed(tested.write->failure, outcome::server);

    const auto json = nlohmann::json::parse(to_json(tested));

    EXPECT_EQ(json["ok"], false);
    EXPECT_EQ(json["exit_code"], 6); // by the error code
    EXPECT_EQ(json["failed"], "auth");
    EXPECT_EQ(json["failure"]["reason"], "a\tb\\");
    EXPECT_EQ(json["failure"]["hint"], "c");
    EXPECT_EQ(json["failure"]["http_status"], 401);
    EXPECT_EQ(json["write"]["ok"], false);
    EXPECT_EQ(json["protocol"], "https");
    const auto& server = json["servers"].at(0);
    EXPECT_EQ(server["address"], "db.example:9000");
    EXPECT_EQ(server["steps"].at(0)["step"], "resolve");
    EXPECT_EQ(server["steps"].at(0)["ms"], 1.5);
    EXPECT_EQ(server["ips"].at(0)["ok"], false);
    EXPECT_EQ(server["tls"]["chain"].at(0)["subject"], "a \"quoted\" one");
    EXPECT_EQ(server["tls"]["chain"].at(0)["not_after"], "2026-12-31 00:00:00 UTC");
    EXPECT_EQ(server["tls"]["anchor"]["source"], "certificate 1 of 1 in ca.pem");
    EXPECT_EQ(server["settings"]["release"], "OSS 9.3.4");
    EXPECT_EQ(server["settings"]["protocol_versions"].dump(), "[1]");
    EXPECT_EQ(server["warnings"].dump(), R"(["it is old"])");
}

TEST(tool_report, the_first_failure_decides_and_its_code_knows_best)
{
    const auto result = [](errc code, outcome step_outcome) {
        report tested;
        tested.failed(status(), outcome::server);
        tested.failed(status(code, "first"), step_outcome);
        tested.failed(status(errc::auth_error, "second"), outcome::auth);
        EXPECT_EQ(tested.failure.info().message, "first");
        return tested.result;
    };

    EXPECT_EQ(result(errc::socket_error, outcome::connect), outcome::connect);
    EXPECT_EQ(result(errc::socket_error, outcome::server), outcome::server);
    EXPECT_EQ(result(errc::could_not_resolve_addr, outcome::server), outcome::resolve);
    EXPECT_EQ(result(errc::tls_error, outcome::server), outcome::tls);
    EXPECT_EQ(result(errc::invalid_name, outcome::server), outcome::config);
}

} // namespace
} // namespace coquest::test
