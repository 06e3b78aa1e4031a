// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// coquest VERB: the command-line tool.

#include "tools/check.hpp"

#include <coquest/version.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <utility>

namespace coquest::tools {
namespace {

struct arguments {
    std::string conf;
    std::string table;
    bool from_env = false;
    bool json = false;
};

void run(config options, const std::string& table, report& out)
{
    asio::io_context context(1);
    std::exception_ptr thrown;
    asio::co_spawn(context, check(std::move(options), table, out),
                   [&thrown](std::exception_ptr e) { thrown = std::move(e); });
    context.run();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

int check_command(const arguments& given)
{
    report out;
    try {
        run(given.from_env ? config_from_env() : parse_config(given.conf), given.table, out);
    } catch (const error& e) {
        const fault why(e.code(), e.info());
        out.failed(why, outcome::config);
    }
    std::cout << (given.json ? to_json(out) : to_text(out));
    return static_cast<int>(out.result);
}

CLI::App& add_check(CLI::App& tool, arguments& given)
{
    CLI::App& verb = *tool.add_subcommand(
        "check", "Says step by step whether a sender with a configuration could deliver.");
    auto* conf = verb.add_option("configuration", given.conf,
                                 "such as \"https::addr=localhost:9000;tls_roots=ca.pem;\"");
    auto* from_env = verb.add_flag("--from-env", given.from_env,
                                   "take the configuration from QDB_CLIENT_CONF, which, unlike "
                                   "arguments, other users do not see");
    conf->excludes(from_env);
    verb.add_flag("--json", given.json, "report as JSON");
    verb.add_option("--write", given.table,
                    "where all is well, send one row to this table: source=coquest-check, now");
    verb.footer(
        "It sends no rows unless --write says so. Exit codes: 0 all is well; 2 command line "
        "or configuration;\n3 resolve; 4 connect; 5 TLS; 6 authentication; 7 the server's "
        "answers; 1 anything else.");
    return verb;
}

int main(int count, char** words)
{
    CLI::App tool("coquest: rows for QuestDB");
    tool.set_version_flag("--version", "coquest " COQUEST_VERSION);
    tool.require_subcommand(1);
    arguments given;
    const CLI::App& verb = add_check(tool, given);
    try {
        tool.parse(count, words);
        if (verb.parsed() && given.conf.empty() && !given.from_env) {
            throw CLI::RequiredError("a configuration string, or --from-env");
        }
    } catch (const CLI::ParseError& e) {
        return tool.exit(e) == 0 ? 0 : static_cast<int>(outcome::config);
    }
    return check_command(given);
}

} // namespace
} // namespace coquest::tools

int main(int count, char** words)
{
    try {
        return coquest::tools::main(count, words);
    } catch (const std::exception& e) {
        std::cerr << "coquest: " << e.what() << '\n';
        return 1;
    }
}
