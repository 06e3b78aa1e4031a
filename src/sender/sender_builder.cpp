// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/sender.hpp>

#include "core/config/config_parser.hpp"
#include "core/config/option_value.hpp"
#include "core/config/value.hpp"
#include "sender/default_tls.hpp"
#include "sender/pool_shared.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace coquest::inline v0 {
namespace {

protocol parse_protocol_or_throw(std::string_view text)
{
    protocol parsed = protocol::http;
    detail::parse_protocol(text, parsed).raise();
    return parsed;
}

void refuse_null(std::string_view key, std::string_view value)
{
    detail::check_not_null(key, value).raise();
}

} // namespace

sender_builder::sender_builder(detail::text_argument protocol, detail::text_argument host,
                               std::uint16_t port)
    : sender_builder(parse_protocol_or_throw(protocol), host, port)
{
}

sender_builder::sender_builder(coquest::protocol protocol, detail::text_argument host,
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

sender_builder sender_builder::from_conf(detail::text_argument text)
{
    return sender_builder(parse_config(text));
}

sender_builder sender_builder::from_env()
{
    return sender_builder(config_from_env());
}

sender_builder& sender_builder::set(std::string_view key, std::string_view text)
{
    detail::set_option(options_, key, text).raise();
    return *this;
}

template <class Member, class T>
sender_builder& sender_builder::set_value(Member member, T value)
{
    detail::set_value(options_, member, std::move(value)).raise();
    return *this;
}

sender_builder& sender_builder::address(detail::text_argument host, std::uint16_t port)
{
    refuse_null("addr", host);
    std::vector<server_address> addresses = options_.addresses;
    addresses.push_back({std::string(std::string_view(host)), port});
    return set_value(&config::addresses, std::move(addresses));
}

sender_builder& sender_builder::username(detail::text_argument value)
{
    return set("username", value);
}

sender_builder& sender_builder::password(detail::text_argument value)
{
    return set("password", value);
}

sender_builder& sender_builder::token(detail::text_argument value)
{
    return set("token", value);
}

sender_builder& sender_builder::token_x(detail::text_argument value)
{
    return set("token_x", value);
}

sender_builder& sender_builder::token_y(detail::text_argument value)
{
    return set("token_y", value);
}

sender_builder& sender_builder::auth_timeout(std::chrono::milliseconds value)
{
    return set_value(&config::auth_timeout, value);
}

sender_builder& sender_builder::bind_interface(detail::text_argument value)
{
    return set("bind_interface", value);
}

sender_builder& sender_builder::tls_ca(detail::text_argument value)
{
    set("tls_ca", value);
    ca_given_ = true;
    return *this;
}

sender_builder& sender_builder::tls_ca(coquest::tls_ca value)
{
    set_value(&tls_options::ca, value);
    ca_given_ = true;
    return *this;
}

sender_builder& sender_builder::tls_roots(detail::text_argument path)
{
    const coquest::tls_ca previous = options_.tls.ca;
    set("tls_roots", path);
    if (ca_given_) {
        options_.tls.ca = previous; // build() refuses roots that this choice would ignore
    }
    return *this;
}

sender_builder& sender_builder::tls_verify(detail::text_argument value)
{
    return set("tls_verify", value);
}

sender_builder& sender_builder::tls_verify(coquest::tls_verify value)
{
    return set_value(&tls_options::verify, value);
}

sender_builder& sender_builder::tls_min(detail::text_argument value)
{
    return set("tls_min", value);
}

sender_builder& sender_builder::tls_min(coquest::tls_min value)
{
    return set_value(&tls_options::min, value);
}

sender_builder& sender_builder::tls_pin(detail::text_argument value)
{
    return set("tls_pin", value);
}

sender_builder& sender_builder::tls_crl(detail::text_argument path)
{
    return set("tls_crl", path);
}

sender_builder& sender_builder::tls_reload(bool value)
{
    return set_value(&tls_options::reload, value);
}

sender_builder& sender_builder::tls_roots_pem(detail::text_argument text)
{
    set("tls_roots_pem", text);
    if (!ca_given_) {
        options_.tls.ca = coquest::tls_ca::pem_file;
    }
    return *this;
}

sender_builder& sender_builder::tls_client_cert_pem(detail::text_argument text)
{
    return set("tls_client_cert_pem", text);
}

sender_builder& sender_builder::tls_client_key_pem(detail::text_argument text)
{
    return set("tls_client_key_pem", text);
}

sender_builder& sender_builder::tls_client_cert(detail::text_argument path)
{
    return set("tls_client_cert", path);
}

sender_builder& sender_builder::tls_client_key(detail::text_argument path)
{
    return set("tls_client_key", path);
}

sender_builder& sender_builder::protocol_version(coquest::protocol_version value)
{
    return set_value(&config::version, value);
}

sender_builder& sender_builder::max_name_len(std::size_t value)
{
    return set_value(&config::max_name_len, value);
}

sender_builder& sender_builder::init_buf_size(std::size_t value)
{
    return set_value(&config::init_buf_size, value);
}

sender_builder& sender_builder::max_buf_size(std::size_t value)
{
    return set_value(&config::max_buf_size, value);
}

sender_builder& sender_builder::check_duplicates(bool value)
{
    return set_value(&config::check_duplicates, value);
}

sender_builder& sender_builder::auto_flush(bool value)
{
    return set_value(&config::auto_flush, value);
}

sender_builder& sender_builder::auto_flush_rows(std::size_t value)
{
    return set_value(&config::auto_flush_rows, value);
}

sender_builder& sender_builder::auto_flush_bytes(std::size_t value)
{
    return set_value(&config::auto_flush_bytes, value);
}

sender_builder& sender_builder::auto_flush_interval(std::chrono::milliseconds value)
{
    return set_value(&config::auto_flush_interval, value);
}

sender_builder& sender_builder::request_timeout(std::chrono::milliseconds value)
{
    return set_value(&config::request_timeout, value);
}

sender_builder& sender_builder::request_min_throughput(std::size_t value)
{
    return set_value(&config::request_min_throughput, value);
}

sender_builder& sender_builder::retry_timeout(std::chrono::milliseconds value)
{
    return set_value(&config::retry_timeout, value);
}

sender_builder& sender_builder::retry_max_backoff(std::chrono::milliseconds value)
{
    return set_value(&config::retry_max_backoff, value);
}

sender_builder& sender_builder::connect_timeout(std::chrono::milliseconds value)
{
    return set_value(&config::connect_timeout, value);
}

sender_builder& sender_builder::close_timeout(std::chrono::milliseconds value)
{
    return set_value(&config::close_timeout, value);
}

sender_builder& sender_builder::retry_at_now(bool value)
{
    return set_value(&config::retry_at_now, value);
}

sender_builder& sender_builder::tcp_resend_window(std::chrono::milliseconds value)
{
    return set_value(&config::tcp_resend_window, value);
}

sender_builder& sender_builder::tcp_resend(bool value)
{
    return set_value(&config::tcp_resend, value);
}

sender_builder& sender_builder::split_rejected(bool value)
{
    return set_value(&config::split_rejected, value);
}

sender_builder& sender_builder::connections(std::size_t value)
{
    return set_value(&config::connections, value);
}

sender_builder& sender_builder::at_timeout(std::chrono::milliseconds value)
{
    return set_value(&config::at_timeout, value);
}

sender_builder& sender_builder::flush_timeout(std::chrono::milliseconds value)
{
    return set_value(&config::flush_timeout, value);
}

sender_builder& sender_builder::log_dropped_rows(bool value)
{
    return set_value(&config::log_dropped_rows, value);
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

sender_builder& sender_builder::user_agent(detail::text_argument value)
{
    return set("user_agent", value);
}

void sender_builder::share_among(std::size_t senders)
{
    shared_ = std::make_shared<detail::pool_shared>();
    options_.max_buf_size = std::max(options_.max_buf_size / senders,
                                     options_.init_buf_size); // the least that is valid
}

} // namespace coquest::inline v0
