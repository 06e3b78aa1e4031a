// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tools/server_check.hpp"

#include "net/error_text.hpp"
#include "net/http_client.hpp"
#include "net/resolver.hpp"
#include "net/tcp_client.hpp"
#include "sender/default_tls.hpp"
#include "tls/trust/clock.hpp"
#include "tls/trust/failure_text.hpp"

#include <asio/error.hpp>
#include <asio/ip/address.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace coquest::tools {
namespace {

using asio::ip::tcp;
using net::clock;

constexpr long few_days = 30; // a certificate that expires sooner gets a warning

// Shared with the handler of the look-up, which may run after the wait has timed out.
struct lookup {
    explicit lookup(const asio::any_io_executor& executor) : timer(executor) {}

    asio::steady_timer timer; // a handler cancels it
    std::error_code ec = asio::error::timed_out;
    std::vector<tcp::endpoint> endpoints;
};

std::string versions_text(const detail::server_settings& settings)
{
    std::string list;
    for (const protocol_version version :
         {protocol_version::v1, protocol_version::v2, protocol_version::v3}) {
        if (settings.supports(version)) {
            list += (list.empty() ? "" : ", ") + std::to_string(static_cast<int>(version));
        }
    }
    return list;
}

std::string settings_text(const detail::server_settings& settings)
{
    std::string text = settings.release.empty() ? "" : "QuestDB " + settings.release + ", ";
    text += "protocol versions " + versions_text(settings);
    if (settings.max_name_len) {
        text += ", names up to " + std::to_string(*settings.max_name_len) + " bytes";
    }
    return text;
}

std::string identity_text(const config& options)
{
    if (options.username) {
        return "\"" + *options.username + "\"";
    }
    return options.token ? "the token" : "a request without credentials";
}

} // namespace

server_check::server_check(const config& options,
                           std::shared_ptr<const detail::any_tls_backend> tls,
                           std::chrono::seconds wait, report& whole, server_report& out)
    : tls_(std::move(tls)), wait_(wait), whole_(whole), out_(out)
{
    config own_options = options;
    own_options.addresses.assign(1, out.address);
    options_ = std::make_shared<const config>(std::move(own_options));
}

asio::awaitable<void> server_check::run()
{
    co_await resolve();
    if (!out_.failed()) {
        co_await connect();
    }
    if (!out_.failed() && tls_) {
        co_await check_tls();
    }
    stream_.reset();
    if (!out_.failed() && is_http(options_->transport)) {
        co_await check_http();
    } else if (!out_.failed()) {
        co_await check_tcp();
    }
}

bool server_check::add_step(step current, outcome step_outcome)
{
    whole_.failed(current.failure, step_outcome);
    out_.steps.push_back(std::move(current));
    return !out_.failed();
}

asio::awaitable<void> server_check::resolve()
{
    const stopwatch watch;
    step current;
    current.name = "resolve";
    std::error_code not_literal;
    const auto literal = asio::ip::make_address(out_.address.host, not_literal);
    if (!not_literal) {
        endpoints_.emplace_back(literal, out_.address.port);
    } else {
        const auto executor = co_await asio::this_coro::executor;
        const auto result = std::make_shared<lookup>(executor);
        result->timer.expires_after(options_->connect_timeout);
        net::resolve(executor, out_.address,
                     [result](std::error_code ec, const std::vector<tcp::endpoint>& endpoints) {
                         result->ec = ec;
                         result->endpoints = endpoints;
                         result->timer.cancel();
                     });
        co_await result->timer.async_wait(net::no_throw);
        endpoints_ = result->endpoints;
        if (result->ec) {
            current.failure = net::socket_status("resolving", out_.address, result->ec,
                                                 errc::could_not_resolve_addr);
        }
    }
    current.time = watch.elapsed();
    for (const tcp::endpoint& endpoint : endpoints_) {
        current.found += (current.found.empty() ? "" : ", ") + endpoint.address().to_string();
    }
    add_step(std::move(current), outcome::resolve);
}

// Connects to each IP address. One connection is enough for a sender, but a check reports all.
asio::awaitable<void> server_check::connect()
{
    const auto executor = co_await asio::this_coro::executor;
    for (const tcp::endpoint& endpoint : endpoints_) {
        step current;
        current.name = "connect";
        current.found = endpoint.address().to_string();
        std::vector<server_address> address;
        address.push_back({current.found, endpoint.port()});
        auto list = std::make_shared<detail::address_list>(address);
        auto stream = std::make_unique<net::stream>(executor);
        std::vector<std::size_t> order{0};
        const stopwatch watch;
        current.failure =
            co_await stream->connect(std::move(list), std::move(order), options_->bind_interface,
                                     nullptr, clock::now() + options_->connect_timeout);
        current.time = watch.elapsed();
        if (current.failure.ok() && !stream_) {
            stream_ = std::move(stream);
            out_.steps.push_back(current);
        }
        out_.ips.push_back(std::move(current));
    }
    if (!stream_) {
        add_step(out_.ips.front(), outcome::connect);
    }
}

asio::awaitable<void> server_check::check_tls()
{
    const stopwatch watch;
    step current;
    current.name = "tls";
    current.failure =
        co_await stream_->start_tls(out_.address, *tls_, clock::now() + options_->connect_timeout);
    current.time = watch.elapsed();
    out_.peer = stream_->peer();
    current.found = out_.peer.version + ", " + out_.peer.suite;
    describe_peer();
    add_step(std::move(current), outcome::tls);
    stream_->shutdown();
}

void server_check::describe_peer()
{
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    for (const auto& der : out_.peer.chain) {
        if (auto certificate = describe_certificate(der, now)) {
            warn_of_date(*certificate);
            out_.chain.push_back(std::move(*certificate));
        }
    }
    out_.anchor = describe_certificate(out_.peer.anchor, now);
    const bool is_in_chain =
        std::ranges::find(out_.peer.chain, out_.peer.anchor) != out_.peer.chain.end();
    if (out_.anchor && !is_in_chain) {
        warn_of_date(*out_.anchor);
    }
}

void server_check::warn_of_date(const certificate_report& certificate)
{
    if (certificate.days_left >= 0 && certificate.days_left < few_days) {
        out_.warnings.push_back("the certificate \"" + certificate.subject + "\" expires in " +
                                std::to_string(certificate.days_left) + " days, on " +
                                detail::date_text(certificate.not_after) + ": renew it");
    }
}

asio::awaitable<void> server_check::check_http()
{
    const auto executor = co_await asio::this_coro::executor;
    net::http_client client(executor, options_, tls_);
    {
        const stopwatch watch;
        step current;
        current.name = "settings";
        detail::server_settings settings;
        current.failure = co_await client.settings(settings);
        current.time = watch.elapsed();
        if (current.failure.ok()) {
            out_.settings = settings;
            current.found = settings_text(settings);
            warn_of_settings();
        }
        if (!add_step(std::move(current), outcome::server)) {
            co_return;
        }
    }
    // QuestDB answers a batch without rows as it answers any other, and stores nothing.
    const stopwatch watch;
    step current;
    current.name = "auth";
    const detail::segment_chain no_rows;
    current.failure = co_await client.send(no_rows, false);
    current.time = watch.elapsed();
    current.found = identity_text(*options_) + " may write, as an empty batch shows";
    add_step(std::move(current), outcome::server);
    const status ignored = co_await client.shutdown(net::clock::now());
}

void server_check::warn_of_settings()
{
    if (!out_.settings->accepting_writes) {
        out_.warnings.emplace_back("it takes no rows (accepting.writes): it is a replica");
    }
    if (options_->version && !out_.settings->supports(*options_->version)) {
        out_.warnings.push_back(
            "protocol_version=" + std::to_string(static_cast<int>(*options_->version)) +
            " is not supported by this server");
    }
}

asio::awaitable<void> server_check::check_tcp()
{
    const std::string silence =
        "the server has kept the connection open for " + std::to_string(wait_.count()) + " s";
    const auto executor = co_await asio::this_coro::executor;
    net::tcp_client client(executor, options_, tls_, detail::default_signer());
    step current;
    current.name = options_->token ? "auth" : "server";
    const stopwatch watch;
    current.failure = co_await client.connect();
    current.time = watch.elapsed();
    if (current.failure.ok()) {
        current.failure = co_await client.expect_silence(wait_);
    }
    current.found =
        options_->token
            ? "key " + identity_text(*options_) + " has answered the challenge, and " + silence
            : silence + "; it does not say before the first rows whether it asks for a key";
    client.close();
    add_step(std::move(current), outcome::server);
}

} // namespace coquest::tools
