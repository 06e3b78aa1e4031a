// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The driver of a check: the servers one after the other, and the row at the end.

#include "tools/check.hpp"

#include "sender/default_tls.hpp"
#include "tls/failure_text.hpp"
#include "tools/server_check.hpp"

#include <coquest/detail/config.hpp>
#include <coquest/sender.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace coquest::tools {
namespace {

constexpr const char* row_source = "coquest-check";

fault make_backend(const config& options, std::shared_ptr<const detail::any_tls_backend>& out)
{
    fault problem = detail::validate(options);
    if (!problem && has_tls(options.transport)) {
        tls_diagnosis why;
        out = detail::default_tls()(options.tls, why);
        problem = out ? fault() : detail::tls_fault("", std::move(why));
    }
    return problem;
}

void warn_of_options(const config& options, report& out)
{
    if (options.tls.verify == tls_verify::unsafe_off) {
        out.warnings.emplace_back("tls_verify=unsafe_off: whoever answers is believed to be the "
                                  "server; never in production");
    }
    if (!has_tls(options.transport) && is_http(options.transport) &&
        (options.password || options.token)) {
        out.warnings.emplace_back("the credentials travel in clear: https would hide them");
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
        out.failure = fault(e.code(), e.info());
    }
    out.time = watch.elapsed();
    out.found = std::string("one row, source=") + row_source + ", to " + table +
                (is_http(options.transport) ? ": acknowledged"
                                            : ": handed over (TCP acknowledges nothing)");
}

} // namespace

asio::awaitable<void> check(config options, std::string table, report& out)
{
    out.transport = options.transport;
    out.tls_library = detail::default_tls_name();
    options.tls.keep_chain = true;
    std::shared_ptr<const detail::any_tls_backend> tls;
    const fault unusable = make_backend(options, tls);
    if (unusable) {
        out.failed(unusable, outcome::config);
        co_return;
    }
    warn_of_options(options, out);
    out.servers.resize(options.addresses.size());
    for (std::size_t i = 0; i < out.servers.size(); ++i) {
        out.servers[i].address = options.addresses[i];
        server_check one(options, tls, out, out.servers[i]);
        co_await one.run();
    }
    if (std::ranges::all_of(out.servers, is_replica)) {
        const fault none(errc::server_flush_error,
                         "no server takes rows (accepting.writes): replicas only");
        out.failed(none, outcome::server);
    }
    if (!table.empty() && !out.failure) {
        out.write.emplace().name = "write";
        co_await write_row(options, std::move(table), *out.write);
        out.failed(out.write->failure, outcome::server);
    }
}

} // namespace coquest::tools
