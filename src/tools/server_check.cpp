// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tools/server_check.hpp"

#include "net/error_text.hpp"
#include "net/http_client.hpp"
#include "net/resolver.hpp"
#include "net/tcp_client.hpp"
#include "sender/default_tls.hpp"
#include "tls/failure_text.hpp"

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

constexpr long few_days = 30;                   // left of a certificate
constexpr std::chrono::seconds silence_time(1); // of a server that is content, over TCP

// Shared with the look-up, which may outlast the wait for it.
struct lookup {
    explicit lookup(const asio::any_io_executor& executor) : over(executor) {}

    asio::steady_timer over;
    std::error_code ec = asio::error::timed_out;
    std::vector<tcp::endpoint> found;
};

std::string versions_text(const detail::server_settings& settings)
{
    std::string list;
    for (const protocol_version one :
         {protocol_version::v1, protocol_version::v2, protocol_version::v3}) {
        if (settings.supports(one)) {
            list += (list.empty() ? "" : ", ") + std::to_string(static_cast<int>(one));
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

std::string who(const config& options)
{
    if (options.username) {
        return "\"" + *options.username + "\"";
    }
    return options.token ? "the token" : "a request without credentials";
}

} // namespace

server_check::server_check(const config& options,
                           std::shared_ptr<const detail::any_tls_backend> tls, report& all,
                           server_report& out)
    : tls_(std::move(tls)), all_(all), out_(out)
{
    config mine = options;
    mine.addresses.assign(1, out.address);
    options_ = std::make_shared<const config>(std::move(mine));
}

asio::awaitable<void> server_check::run()
{
    co_await resolve();
    if (!out_.failed()) {
        co_await connect();
    }
    if (!out_.failed() && tls_) {
        co_await shake_hands();
    }
    stream_.reset();
    if (!out_.failed() && is_http(options_->transport)) {
        co_await talk_http();
    } else if (!out_.failed()) {
        co_await talk_tcp();
    }
}

bool server_check::note(step taken, outcome where)
{
    all_.failed(taken.failure, where);
    out_.steps.push_back(std::move(taken));
    return !out_.failed();
}

asio::awaitable<void> server_check::resolve()
{
    const stopwatch watch;
    step taken;
    taken.name = "resolve";
    std::error_code not_literal;
    const auto literal = asio::ip::make_address(out_.address.host, not_literal);
    if (!not_literal) {
        endpoints_.emplace_back(literal, out_.address.port);
    } else {
        const auto executor = co_await asio::this_coro::executor;
        const auto asked = std::make_shared<lookup>(executor);
        asked->over.expires_after(options_->connect_timeout);
        net::resolve(executor, out_.address,
                     [asked](std::error_code ec, const std::vector<tcp::endpoint>& found) {
                         asked->ec = ec;
                         asked->found = found;
                         asked->over.cancel();
                     });
        co_await asked->over.async_wait(net::no_throw);
        endpoints_ = asked->found;
        if (asked->ec) {
            taken.failure = net::socket_fault("resolving", out_.address, asked->ec,
                                              errc::could_not_resolve_addr);
        }
    }
    taken.time = watch.elapsed();
    for (const tcp::endpoint& one : endpoints_) {
        taken.found += (taken.found.empty() ? "" : ", ") + one.address().to_string();
    }
    note(std::move(taken), outcome::resolve);
}

// To each IP address: a sender is content with one, but who looks into a server wants to know all.
asio::awaitable<void> server_check::connect()
{
    const auto executor = co_await asio::this_coro::executor;
    for (const tcp::endpoint& one : endpoints_) {
        step taken;
        taken.name = "connect";
        taken.found = one.address().to_string();
        std::vector<server_address> address;
        address.push_back({taken.found, one.port()});
        auto list = std::make_shared<detail::address_list>(address);
        auto stream = std::make_unique<net::stream>(executor);
        std::vector<std::size_t> order{0};
        const stopwatch watch;
        taken.failure =
            co_await stream->connect(std::move(list), std::move(order), options_->bind_interface,
                                     nullptr, clock::now() + options_->connect_timeout);
        taken.time = watch.elapsed();
        if (!taken.failure && !stream_) {
            stream_ = std::move(stream);
            out_.steps.push_back(taken);
        }
        out_.ips.push_back(std::move(taken));
    }
    if (!stream_) {
        note(out_.ips.front(), outcome::connect);
    }
}

asio::awaitable<void> server_check::shake_hands()
{
    const stopwatch watch;
    step taken;
    taken.name = "tls";
    taken.failure =
        co_await stream_->start_tls(out_.address, *tls_, clock::now() + options_->connect_timeout);
    taken.time = watch.elapsed();
    out_.peer = stream_->peer();
    taken.found = out_.peer.version + ", " + out_.peer.suite;
    describe_peer();
    note(std::move(taken), outcome::tls);
    stream_->shutdown();
}

void server_check::describe_peer()
{
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    for (const auto& der : out_.peer.chain) {
        if (auto one = describe_certificate(der, now)) {
            warn_of_date(*one);
            out_.chain.push_back(std::move(*one));
        }
    }
    out_.anchor = describe_certificate(out_.peer.anchor, now);
    const bool sent = std::ranges::find(out_.peer.chain, out_.peer.anchor) != out_.peer.chain.end();
    if (out_.anchor && !sent) {
        warn_of_date(*out_.anchor);
    }
}

void server_check::warn_of_date(const certificate_report& one)
{
    if (one.days_left >= 0 && one.days_left < few_days) {
        out_.warnings.push_back("the certificate \"" + one.subject + "\" expires in " +
                                std::to_string(one.days_left) + " days, on " +
                                detail::date_text(one.not_after) + ": renew it");
    }
}

asio::awaitable<void> server_check::talk_http()
{
    const auto executor = co_await asio::this_coro::executor;
    net::http_client client(executor, options_, tls_);
    {
        const stopwatch watch;
        step taken;
        taken.name = "settings";
        detail::server_settings settings;
        taken.failure = co_await client.settings(settings);
        taken.time = watch.elapsed();
        if (!taken.failure) {
            out_.settings = settings;
            taken.found = settings_text(settings);
            warn_of_settings();
        }
        if (!note(std::move(taken), outcome::server)) {
            co_return;
        }
    }
    // QuestDB answers a batch without rows like any other, and stores nothing.
    const stopwatch watch;
    step taken;
    taken.name = "auth";
    const detail::segment_chain no_rows;
    taken.failure = co_await client.send(no_rows, false);
    taken.time = watch.elapsed();
    taken.found = who(*options_) + " may write, as an empty batch shows";
    note(std::move(taken), outcome::server);
    const fault ignored = co_await client.shutdown(net::clock::now());
}

void server_check::warn_of_settings()
{
    if (!out_.settings->accepting_writes) {
        out_.warnings.emplace_back("it takes no rows (accepting.writes): it is a replica");
    }
    if (options_->version && !out_.settings->supports(*options_->version)) {
        out_.warnings.push_back(
            "protocol_version=" + std::to_string(static_cast<int>(*options_->version)) +
            " is not among those that it takes");
    }
}

asio::awaitable<void> server_check::talk_tcp()
{
    const auto executor = co_await asio::this_coro::executor;
    net::tcp_client client(executor, options_, tls_, detail::default_signer());
    step taken;
    taken.name = options_->token ? "auth" : "server";
    const stopwatch watch;
    taken.failure = co_await client.connect();
    taken.time = watch.elapsed();
    if (!taken.failure) {
        taken.failure = co_await client.stays_for(silence_time);
    }
    taken.found =
        options_->token
            ? "key " + who(*options_) + " has answered the challenge, and the server stays"
            : "the server stays; whether it asks for a key, it does not say before there are rows";
    client.close();
    note(std::move(taken), outcome::server);
}

} // namespace coquest::tools
