// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Runs the sink by itself, so that a client shares nothing with it but processors.

#include "support/http_sink.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>

#include <signal.h>
#include <sys/prctl.h>

int main(int argc, char** argv)
{
    std::uint16_t port = 0;
    CLI::App app(
        "Takes rows over HTTP on 127.0.0.1, counts them and forgets them. Prints the port. "
        "Ends with the program that started it.");
    app.add_option("--port", port, "0: any that is free");
    CLI11_PARSE(app, argc, argv);
    try {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        coquest::bench::http_sink sink(port);
        std::printf("%d\n", sink.port());
        std::fflush(stdout);
        sink.run();
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
