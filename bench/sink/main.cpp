// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Runs the sink in its own process, so that a client shares only processors with it.

#include "support/null_sink.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

#include <signal.h>
#include <sys/prctl.h>

int main(int argc, char** argv)
{
    coquest::bench::sink_options options;
    bool bytes_only = false;
    CLI::App app("Accepts rows over HTTP and TCP on 127.0.0.1, counts and discards them. Prints "
                 "the ports. Ends with the program that started it.");
    app.add_option("--port", options.port, "port for HTTP; 0: a free one");
    app.add_flag("--bytes-only", bytes_only, "count bytes and not rows, which takes less time");
    auto* certificate = app.add_option("--certificate", options.certificate,
                                       "certificate for HTTPS and TCPS (PEM)");
    app.add_option("--key", options.key, "key of the certificate (PEM)")->needs(certificate);
    app.add_option("--suite", options.suite, "the only accepted suite of TLS 1.3");
    CLI11_PARSE(app, argc, argv);
    try {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        ::signal(SIGPIPE, SIG_IGN); // OpenSSL writes to connections that the client has closed
        options.count_rows = !bytes_only;
        coquest::bench::null_sink sink(options);
        std::printf("%s\n", sink.ports().c_str());
        std::fflush(stdout);
        sink.run();
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
