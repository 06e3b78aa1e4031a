// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// `coquest check` against the real servers, run as a user runs it.

#include "fixture.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include <sys/wait.h>

namespace coquest::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view key = "5UjEMuA0Pj5pjK8a-fa24dyIf-Es5mYny3oE_Wmus48";

struct result {
    int code = -1;
    std::string text; // including its standard error
};

class tool : public real_server {
protected:
    static result run_tool(const std::string& words, const std::string& environment = "")
    {
        result output;
        const std::string command = environment + " '" COQUEST_TOOL "' " + words + " 2>&1";
        FILE* const pipe = popen(command.c_str(), "r");
        if (pipe == nullptr) {
            ADD_FAILURE() << command;
            return output;
        }
        std::array<char, 4096> block{};
        for (std::size_t n = 1; n != 0;) {
            n = std::fread(block.data(), 1, block.size(), pipe);
            output.text.append(block.data(), n);
        }
        const int status = pclose(pipe);
        output.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        EXPECT_THAT(output.text, Not(AnyOf(HasSubstr("quest-secret"), HasSubstr(key))));
        return output;
    }
    [[nodiscard]] std::string conf(std::string_view protocol, const std::string& port,
                                   std::string_view more = "") const
    {
        return std::string(protocol) + "::addr=localhost:" + std::to_string(servers.port(port)) +
               ";" + std::string(more);
    }
    [[nodiscard]] std::string https(const std::string& port) const
    {
        return conf("https", port, "username=admin;password=quest;tls_roots=") +
               servers.cert("root.crt") + ";";
    }
    static std::string quoted(const std::string& text) { return "'" + text + "'"; }
    static result check(const std::string& text) { return run_tool("check " + quoted(text)); }
    /// Waits long enough for a server on a slow machine to close the connection.
    static result check_patiently(const std::string& text)
    {
        return run_tool("check --wait 60 " + quoted(text));
    }
};

TEST_F(tool, check_https)
{
    const result got = check(https("good"));

    EXPECT_EQ(got.code, 0);
    EXPECT_THAT(got.text, AllOf(HasSubstr("\"good\", for localhost, 127.0.0.1, ::1, EC 256, issued "
                                          "by \"root\""),
                                HasSubstr("trusted by \"root\""), HasSubstr(" days left"),
                                HasSubstr("QuestDB OSS 9.3.4, protocol versions 1, 2, 3, names up "
                                          "to 127 bytes"),
                                HasSubstr("\"admin\" may write")));
}

TEST_F(tool, check_as_json)
{
    const result got = run_tool("check --json " + quoted(https("expiring")));

    EXPECT_EQ(got.code, 0);
    const auto json = nlohmann::json::parse(got.text);
    EXPECT_EQ(json["ok"], true);
    const auto& server = json["servers"].at(0);
    EXPECT_EQ(server["steps"].size(), 5);
    EXPECT_EQ(server["tls"]["version"], "TLS 1.3");
    EXPECT_EQ(server["tls"]["chain"].at(0)["names"].dump(), R"(["localhost","127.0.0.1","::1"])");
    EXPECT_EQ(server["tls"]["chain"].at(0)["days_left"], 11);
    EXPECT_EQ(server["tls"]["anchor"]["subject"], "root");
    EXPECT_EQ(server["settings"]["protocol_versions"].dump(), "[1,2,3]");
    EXPECT_THAT(server["warnings"].dump(), HasSubstr("expires in 11 days"));
}

TEST_F(tool, check_with_the_recipe_of_the_guide_and_a_row)
{
    const std::string table = unique_table();
    const std::string options =
        "username=admin;password=quest;tls_ca=pem_file;tls_roots=" + servers.cert("questdb.crt");

    const result got =
        run_tool("check --write " + table + " " + quoted(conf("https", "questdb", options)));

    EXPECT_EQ(got.code, 0) << got.text;
    EXPECT_THAT(got.text, AllOf(HasSubstr("without subjectAltName"),
                                HasSubstr("to " + table + ": acknowledged")));
    EXPECT_EQ(servers.rows("select source from " + table, 1).dump(), R"([["coquest-check"]])");
}

TEST_F(tool, check_http_from_the_environment)
{
    const std::string text = conf("http", "questdb_http", "username=admin;password=quest;");

    const result got = run_tool("check --from-env", "QDB_CLIENT_CONF=" + quoted(text));

    EXPECT_EQ(got.code, 0) << got.text;
    EXPECT_EQ(run_tool("check --from-env", "env -u QDB_CLIENT_CONF").code, 2);
}

TEST_F(tool, check_with_a_key_over_tcps)
{
    const std::string options = "username=testUser1;token=" + std::string(key) +
                                ";tls_roots=" + servers.cert("root.crt") + ";";

    const result got = check(conf("tcps", "auth_tcps", options));

    EXPECT_EQ(got.code, 0) << got.text;
    EXPECT_THAT(got.text, HasSubstr("key \"testUser1\" has answered the challenge"));
}

TEST_F(tool, check_with_a_key_that_the_server_does_not_know)
{
    const result got =
        check_patiently(conf("tcp", "auth_tcp", "username=nobody;token=" + std::string(key) + ";"));

    EXPECT_EQ(got.code, 6) << got.text;
    EXPECT_THAT(got.text, HasSubstr("hint: check username and token"));
}

TEST_F(tool, check_with_a_wrong_password)
{
    const result got = check(conf("http", "questdb_http", "username=admin;password=quest-secret;"));

    EXPECT_EQ(got.code, 6);
    EXPECT_THAT(got.text, HasSubstr("answered 401"));
}

TEST_F(tool, check_of_a_port_that_speaks_another_protocol)
{
    const std::string trusted = "tls_roots=" + servers.cert("root.crt") + ";";
    const struct {
        std::string conf;
        std::string_view text;
    } cases[] = {
        {conf("tcp", "questdb_http"), "is this an HTTP server, as on QuestDB's port 9000? then use "
                                      "http; does it speak TLS? then use tcps"},
        {conf("tcps", "good", trusted),
         "is this an HTTP server, as on QuestDB's port 9000? then use https"},
        {conf("tcp", "good_tcp"), "does it speak TLS? then use tcps"},
        {conf("http", "questdb_tcp"),
         "is it one for rows over TCP, as QuestDB's 9009? then use tcp"},
        {conf("https", "good_tcp", trusted),
         "is this a port for rows over TCP, as QuestDB's 9009? then use tcps"},
    };
    for (const auto& example : cases) {
        const result got = check_patiently(example.conf);

        EXPECT_EQ(got.code, 7) << got.text;
        EXPECT_THAT(got.text, HasSubstr(example.text));
    }
}

TEST_F(tool, check_of_a_port_for_rows_over_tcp)
{
    const result got = check(conf("tcp", "questdb_tcp"));

    EXPECT_EQ(got.code, 0) << got.text;
    EXPECT_THAT(got.text, HasSubstr("the server has kept the connection open for 3 s"));
}

TEST_F(tool, check_of_a_certificate_that_is_refused)
{
    const result got = check(https("wrong_host"));

    EXPECT_EQ(got.code, 5);
    EXPECT_THAT(got.text, AllOf(HasSubstr("\"wrong_host\", for elsewhere.example"),
                                HasSubstr("hostname mismatch"), HasSubstr("hint: connect by"),
                                HasSubstr("failed: tls (exit code 5)")));
}

TEST_F(tool, check_without_the_client_certificate_that_is_demanded)
{
    const result got = check(https("mutual"));

    EXPECT_EQ(got.code, 5) << got.text;
    EXPECT_THAT(got.text, HasSubstr("hint: set tls_client_cert and tls_client_key"));
}

TEST_F(tool, check_of_a_name_that_does_not_exist)
{
    EXPECT_EQ(check("http::addr=nowhere.invalid;").code, 3);
}

TEST_F(tool, command_lines_that_are_none)
{
    EXPECT_EQ(run_tool("").code, 2);
    EXPECT_EQ(run_tool("check").code, 2);
    EXPECT_EQ(check("https::adr=localhost;").code, 2);
    EXPECT_EQ(run_tool("check --from-env 'http::addr=localhost;'").code, 2);
    EXPECT_EQ(run_tool("--version").text, "coquest 0.1.0\n");
    EXPECT_THAT(run_tool("check --help").text, HasSubstr("Exit codes"));
}

} // namespace
} // namespace coquest::test
