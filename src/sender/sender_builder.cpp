// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/sender.hpp>

#include "core/config_option.hpp"
#include "core/retry.hpp"
#include "core/server_settings.hpp"
#include "net/http_client.hpp"
#include "net/tcp_client.hpp"
#include "sender/default_tls.hpp"
#include "sender/sender_core.hpp"
#include "tls/failure_text.hpp"

#include <coquest/detail/config.hpp>

#include <asio/error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <utility>

namespace coquest {
namespace {

using detail::fault;
using net::clock;

// A server that is just starting answers within this time; a wrong address fails soon enough.
constexpr std::chrono::milliseconds settings_retry{1000};

protocol parse_protocol_or_throw(std::string_view text)
{
    protocol parsed = protocol::http;
    detail::parse_protocol(text, parsed).raise();
    return parsed;
}

fault make_tls(const config& options, detail::tls_factory factory,
               std::shared_ptr<detail::tls_source>& out)
{
    tls_diagnosis why;
    out = detail::tls_source::create(options.tls, factory, why);
    return out ? fault() : detail::tls_fault("", std::move(why));
}

asio::awaitable<fault> negotiate(net::http_client& client, const config& options,
                                 detail::server_settings& out)
{
    asio::steady_timer pause(co_await asio::this_coro::executor);
    std::minstd_rand random(std::random_device{}());
    const auto last = clock::now() + std::min(options.retry_timeout, settings_retry);
    for (unsigned attempt = 0;; ++attempt) {
        fault problem = co_await client.settings(out);
        const auto wait = detail::backoff(attempt, options.retry_max_backoff,
                                          static_cast<std::uint32_t>(random()));
        if (!problem || !problem.info.retryable || clock::now() + wait > last) {
            co_return problem;
        }
        pause.expires_after(wait);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<fault> connect(std::shared_ptr<const detail::any_tls_backend> tls,
                               const detail::any_signer* signer, detail::sender_parts& out)
{
    const std::shared_ptr<const config> options = out.options;
    fault problem;
    detail::server_settings settings;
    if (is_http(options->transport)) {
        const auto servers = std::make_shared<detail::address_list>(options->addresses);
        while (!problem && out.transports.size() < options->connections) {
            auto client = std::make_unique<net::http_client>(out.executor, options, tls, servers);
            client->observe(*out.seen);
            if (!options->version) {
                if (out.transports.empty()) {
                    problem = co_await negotiate(*client, *options, settings);
                }
                client->keep_to(settings.version);
            }
            out.transports.push_back(std::move(client));
        }
    } else {
        auto client =
            std::make_unique<net::tcp_client>(out.executor, options, std::move(tls), signer);
        client->observe(*out.seen);
        problem = co_await client->connect();
        out.transports.push_back(std::move(client));
    }
    out.version = options->version.value_or(settings.version);
    out.max_name_len = settings.name_limit(options->max_name_len);
    co_return problem;
}

// Fills in what comes of the options.
asio::awaitable<void> make_parts(config options, detail::tls_factory make_backend,
                                 const detail::any_signer* signer, detail::sender_parts& out)
{
    detail::validate(options).raise();
    if (has_tls(options.transport) && !out.shared->tls) {
        make_tls(options, make_backend, out.shared->tls).raise();
    }
    out.executor = co_await asio::this_coro::executor;
    out.options = std::make_shared<const config>(std::move(options));
    try {
        fault problem = co_await connect(out.shared->tls, signer, out);
        std::move(problem).raise();
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

sender_builder::sender_builder(std::string_view protocol, std::string_view host, std::uint16_t port)
    : sender_builder(parse_protocol_or_throw(protocol), host, port)
{
}

sender_builder::sender_builder(coquest::protocol protocol, std::string_view host,
                               std::uint16_t port)
    : make_tls_(detail::default_tls()), signer_(detail::default_signer())
{
    options_.transport = protocol;
    address(host, port);
}

sender_builder::sender_builder(config options)
    : options_(std::move(options)), make_tls_(detail::default_tls()),
      signer_(detail::default_signer())
{
}

sender_builder sender_builder::from_conf(std::string_view text)
{
    return sender_builder(parse_config(text));
}

sender_builder sender_builder::from_env()
{
    return sender_builder(config_from_env());
}

sender_builder& sender_builder::set(std::string_view key, std::string_view value)
{
    detail::set_option(options_, key, value).raise();
    return *this;
}

sender_builder& sender_builder::set(std::string_view key, std::chrono::milliseconds value)
{
    return set(key, std::to_string(value.count()));
}

sender_builder& sender_builder::address(std::string_view host, std::uint16_t port)
{
    return set("addr", to_string(server_address{std::string(host), port}));
}

sender_builder& sender_builder::username(std::string_view value)
{
    return set("username", value);
}

sender_builder& sender_builder::password(std::string_view value)
{
    return set("password", value);
}

sender_builder& sender_builder::token(std::string_view value)
{
    return set("token", value);
}

sender_builder& sender_builder::token_x(std::string_view value)
{
    return set("token_x", value);
}

sender_builder& sender_builder::token_y(std::string_view value)
{
    return set("token_y", value);
}

sender_builder& sender_builder::auth_timeout(std::chrono::milliseconds value)
{
    return set("auth_timeout", value);
}

sender_builder& sender_builder::bind_interface(std::string_view value)
{
    return set("bind_interface", value);
}

sender_builder& sender_builder::tls_ca(std::string_view value)
{
    set("tls_ca", value);
    ca_given_ = true;
    return *this;
}

sender_builder& sender_builder::tls_ca(coquest::tls_ca value)
{
    switch (value) {
    case coquest::tls_ca::webpki_roots: return tls_ca("webpki_roots");
    case coquest::tls_ca::os_roots: return tls_ca("os_roots");
    case coquest::tls_ca::webpki_and_os_roots: return tls_ca("webpki_and_os_roots");
    case coquest::tls_ca::pem_file: break;
    }
    return tls_ca("pem_file");
}

sender_builder& sender_builder::tls_roots(std::string_view path)
{
    const coquest::tls_ca before = options_.tls.ca;
    set("tls_roots", path);
    if (ca_given_) {
        options_.tls.ca = before; // build() refuses roots that another choice would ignore
    }
    return *this;
}

sender_builder& sender_builder::tls_verify(std::string_view value)
{
    return set("tls_verify", value);
}

sender_builder& sender_builder::tls_verify(coquest::tls_verify value)
{
    return set("tls_verify", value == coquest::tls_verify::on ? "on" : "unsafe_off");
}

sender_builder& sender_builder::tls_min(std::string_view value)
{
    return set("tls_min", value);
}

sender_builder& sender_builder::tls_min(coquest::tls_min value)
{
    return tls_min(value == coquest::tls_min::v1_2 ? "1.2" : "1.3");
}

sender_builder& sender_builder::tls_pin(std::string_view value)
{
    return set("tls_pin", value);
}

sender_builder& sender_builder::tls_crl(std::string_view path)
{
    return set("tls_crl", path);
}

sender_builder& sender_builder::tls_reload(bool value)
{
    return set("tls_reload", value ? "on" : "off");
}

sender_builder& sender_builder::tls_roots_pem(std::string_view text)
{
    require_tls("tls_roots_pem");
    options_.tls.roots_pem = text;
    if (!ca_given_) {
        options_.tls.ca = coquest::tls_ca::pem_file;
    }
    return *this;
}

sender_builder& sender_builder::tls_client_cert_pem(std::string_view text)
{
    require_tls("tls_client_cert_pem");
    options_.tls.client_cert_pem = text;
    return *this;
}

sender_builder& sender_builder::tls_client_key_pem(std::string_view text)
{
    require_tls("tls_client_key_pem");
    options_.tls.client_key_pem = secret(text);
    return *this;
}

void sender_builder::require_tls(std::string_view key) const
{
    detail::check_scope(key, detail::option_scope::tls, options_.transport).raise();
}

sender_builder& sender_builder::tls_client_cert(std::string_view path)
{
    return set("tls_client_cert", path);
}

sender_builder& sender_builder::tls_client_key(std::string_view path)
{
    return set("tls_client_key", path);
}

sender_builder& sender_builder::protocol_version(coquest::protocol_version value)
{
    return set("protocol_version", std::to_string(static_cast<int>(value)));
}

sender_builder& sender_builder::max_name_len(std::size_t value)
{
    return set("max_name_len", std::to_string(value));
}

sender_builder& sender_builder::init_buf_size(std::size_t value)
{
    return set("init_buf_size", std::to_string(value));
}

sender_builder& sender_builder::max_buf_size(std::size_t value)
{
    return set("max_buf_size", std::to_string(value));
}

sender_builder& sender_builder::check_duplicates(bool value)
{
    return set("check_duplicates", value ? "on" : "off");
}

sender_builder& sender_builder::auto_flush(bool value)
{
    return set("auto_flush", value ? "on" : "off");
}

sender_builder& sender_builder::auto_flush_rows(std::size_t value)
{
    return set("auto_flush_rows", std::to_string(value));
}

sender_builder& sender_builder::auto_flush_bytes(std::size_t value)
{
    return set("auto_flush_bytes", std::to_string(value));
}

sender_builder& sender_builder::auto_flush_interval(std::chrono::milliseconds value)
{
    return set("auto_flush_interval", value);
}

sender_builder& sender_builder::request_timeout(std::chrono::milliseconds value)
{
    return set("request_timeout", value);
}

sender_builder& sender_builder::request_min_throughput(std::size_t value)
{
    return set("request_min_throughput", std::to_string(value));
}

sender_builder& sender_builder::retry_timeout(std::chrono::milliseconds value)
{
    return set("retry_timeout", value);
}

sender_builder& sender_builder::retry_max_backoff(std::chrono::milliseconds value)
{
    return set("retry_max_backoff_millis", value);
}

sender_builder& sender_builder::connect_timeout(std::chrono::milliseconds value)
{
    return set("connect_timeout", value);
}

sender_builder& sender_builder::close_timeout(std::chrono::milliseconds value)
{
    return set("close_timeout", value);
}

sender_builder& sender_builder::retry_at_now(bool value)
{
    return set("retry_at_now", value ? "on" : "off");
}

sender_builder& sender_builder::tcp_resend(bool value)
{
    return set("tcp_resend", value ? "on" : "off");
}

sender_builder& sender_builder::split_rejected(bool value)
{
    return set("split_rejected", value ? "on" : "off");
}

sender_builder& sender_builder::connections(std::size_t value)
{
    return set("connections", std::to_string(value));
}

sender_builder& sender_builder::at_timeout(std::chrono::milliseconds value)
{
    return set("at_timeout", value);
}

sender_builder& sender_builder::flush_timeout(std::chrono::milliseconds value)
{
    return set("flush_timeout", value);
}

sender_builder& sender_builder::on_rejected(rejection_handler handler)
{
    on_rejected_ = std::move(handler);
    return *this;
}

sender_builder& sender_builder::on_event(event_hook hook)
{
    on_event_ = std::move(hook);
    return *this;
}

sender_builder& sender_builder::user_agent(std::string_view value)
{
    options_.user_agent = value;
    return *this;
}

void sender_builder::share_among(std::size_t senders)
{
    shared_ = std::make_shared<detail::shared_parts>();
    options_.max_buf_size = std::max(options_.max_buf_size / senders,
                                     options_.init_buf_size); // which it may not be under
}

asio::awaitable<sender> sender_builder::build() const
{
    return make(*this);
}

asio::awaitable<sender> sender_builder::make(sender_builder from)
{
    detail::sender_parts parts;
    parts.on_rejected = std::move(from.on_rejected_);
    parts.shared = from.shared_ ? from.shared_ : std::make_shared<detail::shared_parts>();
    parts.seen = std::make_unique<detail::watch>(std::move(from.on_event_));
    co_await make_parts(std::move(from.options_), from.make_tls_, from.signer_, parts);
    auto core = std::make_shared<detail::sender_core>(std::move(parts));
    core->start();
    co_return sender(std::move(core));
}

} // namespace coquest
