// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Runs a check: each server in turn, then the row.

#include "tools/check.hpp"

#include "sender/default_tls.hpp"
#include "tls/trust/failure_text.hpp"
#include "tools/server_check.hpp"

#include "core/config/config_parser.hpp"
#include <coquest/sender.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace coquest::tools {
namespace {

constexpr const char* row_source = "coquest-check";

status make_backend(const config& options, std::shared_ptr<const detail::any_tls_backend>& out)
{
    status result = detail::validate(options);
    if (result.ok() && has_tls(options.transport)) {
        tls_diagnosis diagnosis;
        out = detail::default_tls()(options.tls, diagnosis);
        result = out ? status() : detail::tls_status("", std::move(diagnosis));
    }
    return result;
}

void warn_of_options(const config& options, report& out)
{
    if (options.tls.verify == tls_verify::unsafe_off) {
        out.warnings.emplace_back("tls_verify=unsafe_off: the server is not authenticated; never "
                                  "use this in production");
    }
    if (!has_tls(options.transport) && is_http(options.transport) &&
        (options.password || options.token)) {
        out.warnings.emplace_back("the credentials are sent in clear text: use https");
    }
}

bool is_replica(const server_report& server)
{
    return server.settings && !server.settings->accepting_writes;
}

asio::awaitable<void> write_row(const config& options, std::string table, step& out)
{
    const stopwatch watch;
    try {
        auto rows = co_await sender_builder(options).build();
        co_await rows.table(table).symbol("source", row_source).at_now();
        co_await rows.flush();
        co_await rows.close();
    } catch (const error& e) {
        out.failure = status(e.code(), e.info());
    }
    out.time = watch.elapsed();
    out.found =
        std::string("one row, source=") + row_source + ", to " + table +
        (is_http(options.transport) ? ": acknowledged" : ": sent (TCP has no acknowledgements)");
}

} // namespace

asio::awaitable<void> check(config options, check_options settings, report& out)
{
    out.transport = options.transport;
    out.tls_library = detail::default_tls_name();
    options.tls.keep_chain = true;
    std::shared_ptr<const detail::any_tls_backend> tls;
    const status backend = make_backend(options, tls);
    if (!backend.ok()) {
        out.failed(backend, outcome::config);
        co_return;
    }
    warn_of_options(options, out);
    out.servers.resize(options.addresses.size());
    for (std::size_t i = 0; i < out.servers.size(); ++i) {
        out.servers[i].address = options.addresses[i];
        server_check server(options, tls, settings.wait, out, out.servers[i]);
        co_await server.run();
    }
    if (std::ranges::all_of(out.servers, is_replica)) {
        const status no_primary(errc::server_flush_error,
                                "no server takes rows (accepting.writes): replicas only");
        out.failed(no_primary, outcome::server);
    }
    if (!settings.table.empty() && out.failure.ok()) {
        out.write.emplace().name = "write";
        co_await write_row(options, std::move(settings.table), *out.write);
        out.failed(out.write->failure, outcome::server);
    }
}

} // namespace coquest::tools
