// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What no single key can check: credentials, sizes against each other, and everything that a
// program wrote into the struct without going through a key.

#include <coquest/detail/config.hpp>

#include "core/config_option.hpp"
#include "core/config_value.hpp"
#include "core/key_pin.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace coquest::detail {
namespace {

fault check_http_credentials(const config& target)
{
    const bool basic = target.username || target.password;
    if (basic && target.token) {
        return config_fault(
            "\"token\" excludes \"username\" and \"password\": give one or the other");
    }
    if (target.username && !target.password) {
        return config_fault("\"username\" is given, but \"password\" is missing");
    }
    if (target.password && !target.username) {
        return config_fault("\"password\" is given, but \"username\" is missing");
    }
    if (target.username && target.username->find(':') != std::string::npos) {
        return key_fault("username", "holds a ':', which Basic authentication cannot carry");
    }
    if (target.token) {
        const std::string_view token = target.token->reveal();
        for (std::size_t i = 0; i < token.size(); ++i) {
            if (token[i] <= ' ' || token[i] > '~') { // it goes into a header as it is
                return key_fault("token", "holds a character at byte " + std::to_string(i) +
                                              " that no Bearer token has: visible ASCII only");
            }
        }
    }
    return {};
}

fault check_tcp_credentials(const config& target)
{
    if (target.password) {
        return key_fault("password", "applies to http and https only: tcp authenticates by "
                                     "username (key id) and token (private key)");
    }
    if (target.username && !target.token) {
        return config_fault("\"username\" is given, but \"token\" (the private key) is missing");
    }
    if (target.token && !target.username) {
        return config_fault("\"token\" is given, but \"username\" (the key id) is missing");
    }
    if (target.token_x.has_value() != target.token_y.has_value()) {
        return config_fault("\"token_x\" and \"token_y\" are one public key: give both or neither");
    }
    if (target.token_x && !target.token) {
        return config_fault("\"token_x\" and \"token_y\" are given, but \"username\" and \"token\" "
                            "are missing");
    }
    return {};
}

fault either(std::string_view one, std::string_view other)
{
    return key_fault(one, "and \"" + std::string(other) + "\" exclude each other: give one");
}

/// Fails for a field that has no effect on the transport and is not at its default.
fault check_scopes(const config& target)
{
    const config defaults;
    const tls_options& tls = target.tls;
    const struct {
        std::string_view key;
        option_scope scope;
        bool used;
    } fields[] = {
        {"token_x", option_scope::tcp, target.token_x.has_value()},
        {"token_y", option_scope::tcp, target.token_y.has_value()},
        {"auth_timeout", option_scope::tcp, target.auth_timeout != defaults.auth_timeout},
        {"bind_interface", option_scope::tcp, !target.bind_interface.empty()},
        {"request_timeout", option_scope::http, target.request_timeout != defaults.request_timeout},
        {"request_min_throughput", option_scope::http,
         target.request_min_throughput != defaults.request_min_throughput},
        {"retry_max_backoff_millis", option_scope::http,
         target.retry_max_backoff != defaults.retry_max_backoff},
        {"tcp_resend", option_scope::tcp, target.tcp_resend},
        {"split_rejected", option_scope::http, target.split_rejected != defaults.split_rejected},
        {"connections", option_scope::http, target.connections != defaults.connections},
        {"user_agent", option_scope::http, !target.user_agent.empty()},
        {"tls_verify", option_scope::tls, tls.verify != defaults.tls.verify},
        {"tls_roots", option_scope::tls, !tls.roots.empty()},
        {"tls_ca", option_scope::tls, tls.ca != defaults.tls.ca},
        {"tls_roots_pem", option_scope::tls, !tls.roots_pem.empty()},
        {"tls_min", option_scope::tls, tls.min != defaults.tls.min},
        {"tls_pin", option_scope::tls, !tls.pins.empty()},
        {"tls_crl", option_scope::tls, !tls.crl.empty()},
        {"tls_reload", option_scope::tls, tls.reload},
        {"tls_client_cert", option_scope::tls, !tls.client_cert.empty()},
        {"tls_client_key", option_scope::tls, !tls.client_key.empty()},
        {"tls_client_cert_pem", option_scope::tls, !tls.client_cert_pem.empty()},
        {"tls_client_key_pem", option_scope::tls, !tls.client_key_pem.empty()},
    };
    for (const auto& field : fields) {
        if (field.used) {
            if (fault failure = check_scope(field.key, field.scope, target.transport)) {
                return failure;
            }
        }
    }
    return {};
}

fault check_texts(const config& target)
{
    const auto view = [](const std::optional<std::string>& text) {
        return text ? std::string_view(*text) : std::string_view();
    };
    const auto reveal = [](const std::optional<secret>& text) {
        return text ? text->reveal() : std::string_view();
    };
    const std::pair<std::string_view, std::string_view> texts[] = {
        {"username", view(target.username)},
        {"password", reveal(target.password)},
        {"token", reveal(target.token)},
        {"token_x", view(target.token_x)},
        {"token_y", view(target.token_y)},
        {"bind_interface", target.bind_interface},
        {"user_agent", target.user_agent},
        {"tls_roots", target.tls.roots},
        {"tls_crl", target.tls.crl},
        {"tls_client_cert", target.tls.client_cert},
        {"tls_client_key", target.tls.client_key},
    };
    for (const auto& [key, text] : texts) {
        if (fault failure = check_text(key, text)) {
            return failure;
        }
    }
    return {};
}

fault check_numbers(const config& target)
{
    const struct {
        std::string_view key;
        std::chrono::milliseconds value;
        int least;
    } timeouts[] = {
        {"auth_timeout", target.auth_timeout, 0},
        {"request_timeout", target.request_timeout, 1},
        {"retry_timeout", target.retry_timeout, 0},
        {"retry_max_backoff_millis", target.retry_max_backoff, min_backoff},
        {"connect_timeout", target.connect_timeout, 1},
        {"at_timeout", target.at_timeout, 0},
        {"flush_timeout", target.flush_timeout, 0},
        {"close_timeout", target.close_timeout, 0},
        {"auto_flush_interval", target.auto_flush_interval.value_or(std::chrono::milliseconds(0)),
         0},
    };
    for (const auto& timeout : timeouts) {
        if (fault failure = check_millis(timeout.key, timeout.value, timeout.least)) {
            return failure;
        }
    }
    if (target.connections < 1 || target.connections > max_connections) {
        return key_fault("connections",
                         "takes a number from 1 to " + std::to_string(max_connections));
    }
    if (target.max_name_len < min_name_len) {
        return key_fault("max_name_len", "is below 16");
    }
    if (target.init_buf_size < min_buf_size || target.max_buf_size < min_buf_size) {
        return key_fault(target.init_buf_size < min_buf_size ? "init_buf_size" : "max_buf_size",
                         "is below 1024 bytes");
    }
    if (target.init_buf_size > target.max_buf_size) {
        return key_fault("init_buf_size", "(" + std::to_string(target.init_buf_size) +
                                              ") exceeds \"max_buf_size\" (" +
                                              std::to_string(target.max_buf_size) + ")");
    }
    return {};
}

fault check_roots(const tls_options& tls)
{
    const bool file = !tls.roots.empty();
    const bool memory = !tls.roots_pem.empty();
    if (file && memory) {
        return either("tls_roots", "tls_roots_pem");
    }
    if (tls.ca == tls_ca::pem_file && !file && !memory) {
        return key_fault("tls_ca", "is pem_file, but \"tls_roots\" does not name the file");
    }
    return tls.ca != tls_ca::pem_file && (file || memory) ? roots_conflict() : fault();
}

fault check_client_identity(const tls_options& tls)
{
    if (!tls.client_cert.empty() && !tls.client_cert_pem.empty()) {
        return either("tls_client_cert", "tls_client_cert_pem");
    }
    if (!tls.client_key.empty() && !tls.client_key_pem.empty()) {
        return either("tls_client_key", "tls_client_key_pem");
    }
    if ((tls.client_cert.empty() && tls.client_cert_pem.empty()) !=
        (tls.client_key.empty() && tls.client_key_pem.empty())) {
        return config_fault("\"tls_client_cert\" and \"tls_client_key\" belong together: give both "
                            "or neither");
    }
    return {};
}

fault check_tls(const tls_options& tls)
{
    if (fault failure = check_verify(tls.verify)) {
        return failure;
    }
    if (!std::ranges::all_of(tls.pins,
                             [](const std::string& pin) { return parse_pin(pin).has_value(); })) {
        return pin_fault("tls_pin");
    }
    if (tls.verify == tls_verify::unsafe_off && (!tls.pins.empty() || !tls.crl.empty())) {
        return key_fault(tls.crl.empty() ? "tls_pin" : "tls_crl",
                         "is not looked at with tls_verify=unsafe_off: leave out one of the two");
    }
    if (fault failure = check_roots(tls)) {
        return failure;
    }
    return check_client_identity(tls);
}

} // namespace

fault validate(const config& target)
{
    if (target.addresses.empty()) {
        return config_fault("\"addr\" is missing: name the server as addr=host:port");
    }
    if (fault failure = check_addresses(target.addresses)) {
        return failure;
    }
    if (fault failure = check_texts(target)) {
        return failure;
    }
    if (fault failure = check_scopes(target)) {
        return failure;
    }
    if (fault failure = is_http(target.transport) ? check_http_credentials(target)
                                                  : check_tcp_credentials(target)) {
        return failure;
    }
    if (fault failure = check_numbers(target)) {
        return failure;
    }
    return check_tls(target.tls);
}

} // namespace coquest::detail
