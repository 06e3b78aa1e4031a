// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The command-line tool `coquest`, which has two subcommands: check and conf.

#include "tools/check.hpp"
#include "tools/conf.hpp"

#include <coquest/version.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <utility>

namespace coquest::tools {
namespace {

struct arguments {
    std::string conf;
    check_options settings;
    bool from_env = false;
    bool json = false;
};

void run(config options, const check_options& settings, report& out)
{
    asio::io_context context(1);
    std::exception_ptr thrown;
    asio::co_spawn(context, check(std::move(options), settings, out),
                   [&thrown](std::exception_ptr e) { thrown = std::move(e); });
    context.run();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

int run_check(const arguments& options)
{
    report out;
    try {
        run(options.from_env ? config_from_env() : parse_config(options.conf), options.settings,
            out);
    } catch (const error& e) {
        const status failure(e.code(), e.info());
        out.failed(failure, outcome::config);
    }
    std::cout << (options.json ? to_json(out) : to_text(out));
    return static_cast<int>(out.result);
}

int run_conf(const arguments& options)
{
    const conf_report out = options.from_env ? explain_environment() : explain_conf(options.conf);
    std::cout << (options.json ? to_json(out) : to_text(out));
    return static_cast<int>(out.result);
}

/// Adds a command that takes a configuration.
CLI::App& add_command(CLI::App& tool, const char* name, const char* what, arguments& options)
{
    CLI::App& command = *tool.add_subcommand(name, what);
    auto* conf = command.add_option("configuration", options.conf,
                                    "such as \"https::addr=localhost:9000;tls_roots=ca.pem;\"");
    auto* from_env = command.add_flag("--from-env", options.from_env,
                                      "read the configuration from QDB_CLIENT_CONF; other users "
                                      "can see arguments, but not the environment");
    conf->excludes(from_env);
    command.add_flag("--json", options.json, "print the report as JSON");
    return command;
}

CLI::App& add_check(CLI::App& tool, arguments& options)
{
    CLI::App& command = add_command(
        tool, "check",
        "Checks step by step whether a sender with a configuration could deliver rows.", options);
    command.add_option("--write", options.settings.table,
                       "if every step succeeds, send one row to this table, with the symbol "
                       "source=coquest-check");
    command
        .add_option_function<unsigned>(
            "--wait",
            [&options](unsigned seconds) { options.settings.wait = std::chrono::seconds(seconds); },
            "for how many seconds a server must keep a TCP connection open; it rejects a key by "
            "closing it (default 3)")
        ->check(CLI::Range(1, 3600));
    command.footer(
        "The check sends no row without --write. Exit codes: 0 success; 2 command line or "
        "configuration;\n3 resolve; 4 connect; 5 TLS; 6 authentication; 7 the server's answers; "
        "1 any other failure.");
    return command;
}

void add_conf(CLI::App& tool, arguments& options)
{
    add_command(tool, "conf",
                "Shows how a configuration is understood: each option, its value, and whether it "
                "is set or a default.",
                options)
        .footer("No server is contacted, and no secret is shown. Exit codes: 0 success; 2 command "
                "line or configuration.");
}

int run_tool(int argc, char** argv)
{
    CLI::App tool("coquest: a client for QuestDB");
    tool.set_version_flag("--version", "coquest " COQUEST_VERSION);
    tool.require_subcommand(1);
    arguments options;
    const CLI::App& check_command = add_check(tool, options);
    add_conf(tool, options);
    try {
        tool.parse(argc, argv);
        if (options.conf.empty() && !options.from_env) {
            throw CLI::RequiredError("a configuration string, or --from-env");
        }
    } catch (const CLI::ParseError& e) {
        return tool.exit(e) == 0 ? 0 : static_cast<int>(outcome::config);
    }
    return check_command.parsed() ? run_check(options) : run_conf(options);
}

} // namespace
} // namespace coquest::tools

int main(int argc, char** argv)
{
    try {
        return coquest::tools::run_tool(argc, argv);
    } catch (const std::exception& e) {
        std::cerr << "coquest: " << e.what() << '\n';
        return 1;
    }
}
