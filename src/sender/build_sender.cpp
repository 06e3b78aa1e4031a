// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What sender_builder::build() does: it checks the options, loads the TLS files, connects, and
// starts the sender.

#include "core/config/config_parser.hpp"
#include "core/delivery/retry.hpp"
#include "core/http/server_settings.hpp"
#include "net/http_client.hpp"
#include "net/tcp_client.hpp"
#include "sender/sender_core.hpp"
#include "tls/trust/failure_text.hpp"

#include <coquest/detail/error_code.hpp>
#include <coquest/sender.hpp>

#include <asio/error.hpp>
#include <asio/execution/occupancy.hpp>
#include <asio/query.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/thread_pool.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <typeinfo>
#include <utility>

namespace coquest::inline v0 {
namespace {

using detail::status;
using net::clock;

// Enough for a server that is just starting, and short enough for a wrong address.
constexpr std::chrono::milliseconds max_settings_retry{1000};

status make_tls(const config& options, detail::tls_factory factory,
                std::shared_ptr<detail::tls_source>& out)
{
    tls_diagnosis diagnosis;
    out = detail::tls_source::create(options.tls, factory, diagnosis);
    return out ? status() : detail::tls_status("", std::move(diagnosis));
}

asio::awaitable<status> negotiate(net::http_client& client, const config& options,
                                  detail::server_settings& out)
{
    asio::steady_timer pause(co_await asio::this_coro::executor);
    std::minstd_rand random(std::random_device{}());
    const auto last = clock::now() + std::min(options.retry_timeout, max_settings_retry);
    for (unsigned attempt = 0;; ++attempt) {
        status result = co_await client.settings(out);
        const auto wait = detail::backoff(attempt, options.retry_max_backoff,
                                          static_cast<std::uint32_t>(random()));
        if (result.ok() || !result.info().retryable || clock::now() + wait > last) {
            co_return result;
        }
        pause.expires_after(wait);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

// Makes the connections that send rows over HTTP. The first one negotiates what is not configured.
asio::awaitable<status> connect_http(std::shared_ptr<const detail::any_tls_backend> tls,
                                     detail::sender_dependencies& out)
{
    const std::shared_ptr<const config> options = out.options;
    const auto servers = std::make_shared<detail::address_list>(options->addresses);
    detail::server_settings settings;
    status result;
    while (result.ok() && out.transports.size() < options->connections) {
        auto client = std::make_unique<net::http_client>(out.executor, options, tls, servers);
        client->observe(*out.events);
        if (!options->version) {
            if (out.transports.empty()) {
                result = co_await negotiate(*client, *options, settings);
            }
            client->require_version(settings.version);
        }
        out.transports.push_back(std::move(client));
    }
    out.version = options->version.value_or(settings.version);
    out.max_name_len = settings.name_limit(options->max_name_len);
    co_return result;
}

// Makes the connections that send rows over TCP. Only the first one connects now: it shows whether
// the server takes rows.
asio::awaitable<status> connect_tcp(std::shared_ptr<const detail::any_tls_backend> tls,
                                    const detail::any_signer* signer,
                                    detail::sender_dependencies& out)
{
    const std::shared_ptr<const config> options = out.options;
    const auto servers = std::make_shared<detail::address_list>(options->addresses);
    status result;
    while (result.ok() && out.transports.size() < options->connections) {
        auto client =
            std::make_unique<net::tcp_client>(out.executor, options, tls, signer, servers);
        client->observe(*out.events);
        if (out.transports.empty()) {
            result = co_await client->connect(net::tcp_client::objection_time);
        }
        out.transports.push_back(std::move(client));
    }
    const detail::server_settings defaults;
    out.version = options->version.value_or(defaults.version);
    out.max_name_len = defaults.name_limit(options->max_name_len);
    co_return result;
}

// A sender and its write loops run on one strand. On an executor that is known to have several
// threads, they would run at the same time.
void require_one_thread(const asio::any_io_executor& executor)
{
    using pool_executor = asio::thread_pool::executor_type;
#ifndef ASIO_NO_TYPEID
    if (executor.target_type() != typeid(pool_executor)) { // target() of Asio 1.22 does not check
        return;
    }
    const auto threads = asio::query(*executor.target<pool_executor>(), asio::execution::occupancy);
    if (threads > 1) {
        throw error(errc::invalid_api_call,
                    "the sender is built on a thread_pool of " + std::to_string(threads) +
                        " threads, where its parts would run at the same time: spawn the coroutine "
                        "that builds and uses it on asio::make_strand(pool), or use sender_pool");
    }
#endif
}

// Checks the options, loads the TLS files, and connects. The result is in `out`.
asio::awaitable<void> make_parts(config options, detail::tls_factory make_backend,
                                 const detail::any_signer* signer, detail::sender_dependencies& out)
{
    detail::validate(options).raise();
    if (has_tls(options.transport) && !out.shared->tls) {
        make_tls(options, make_backend, out.shared->tls).raise();
    }
    out.executor = co_await asio::this_coro::executor;
    require_one_thread(out.executor);
    out.options = std::make_shared<const config>(std::move(options));
    try {
        status result;
        if (is_http(out.options->transport)) {
            result = co_await connect_http(out.shared->tls, out);
        } else {
            result = co_await connect_tcp(out.shared->tls, signer, out);
        }
        std::move(result).raise();
    } catch (const error&) {
        throw;
    } catch (const std::system_error& unexpected) {
        if (unexpected.code() != asio::error::operation_aborted) {
            throw;
        }
        throw error(errc::cancelled, "connecting was cancelled");
    }
}

} // namespace

asio::awaitable<sender> sender_builder::build() const
{
    return make(*this);
}

asio::awaitable<std::error_code> sender_builder::try_build(sender& out, diagnostics* info) const
{
    return detail::code_of(assign(*this, out), info);
}

asio::awaitable<void> sender_builder::assign(sender_builder builder, sender& out)
{
    out = co_await make(std::move(builder));
}

asio::awaitable<sender> sender_builder::make(sender_builder builder)
{
    detail::sender_dependencies parts;
    parts.on_rejected = std::move(builder.on_rejected_);
    parts.shared = builder.shared_ ? builder.shared_ : std::make_shared<detail::pool_shared>();
    parts.events = std::make_unique<detail::delivery_events>(std::move(builder.on_event_),
                                                             builder.options_.log_dropped_rows);
    co_await make_parts(std::move(builder.options_), builder.make_tls_, builder.signer_, parts);
    auto core = std::make_shared<detail::sender_core>(std::move(parts));
    core->start();
    co_return sender(std::move(core));
}

} // namespace coquest::inline v0
