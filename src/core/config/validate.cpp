// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The checks that involve several options, after those of each option by its row.

#include "core/config/config_parser.hpp"
#include "core/config/option.hpp"
#include "core/config/option_value.hpp"
#include "core/config/value.hpp"

#include <string>
#include <string_view>

namespace coquest::inline v0::detail {
namespace {

status check_http_credentials(const config& target)
{
    const bool basic = target.username || target.password;
    if (basic && target.token) {
        return config_error(
            "\"token\" excludes \"username\" and \"password\": give one or the other");
    }
    if (target.username && !target.password) {
        return config_error("\"username\" is given, but \"password\" is missing");
    }
    if (target.password && !target.username) {
        return config_error("\"password\" is given, but \"username\" is missing");
    }
    if (target.username && target.username->find(':') != std::string::npos) {
        return key_error("username", "holds a ':', which Basic authentication cannot carry");
    }
    if (target.token) {
        const std::string_view token = target.token->reveal();
        for (std::size_t i = 0; i < token.size(); ++i) {
            if (token[i] <= ' ' || token[i] > '~') { // it becomes part of a header
                return key_error("token", "holds a character at byte " + std::to_string(i) +
                                              " that no Bearer token has: visible ASCII only");
            }
        }
    }
    return {};
}

status check_tcp_credentials(const config& target)
{
    if (target.username && !target.token) {
        return config_error("\"username\" is given, but \"token\" (the private key) is missing");
    }
    if (target.token && !target.username) {
        return config_error("\"token\" is given, but \"username\" (the key id) is missing");
    }
    if (target.token_x.has_value() != target.token_y.has_value()) {
        return config_error("\"token_x\" and \"token_y\" are one public key: give both or neither");
    }
    if (target.token_x && !target.token) {
        return config_error("\"token_x\" and \"token_y\" are given, but \"username\" and \"token\" "
                            "are missing");
    }
    return {};
}

status mutually_exclusive(std::string_view key, std::string_view other_key)
{
    return key_error(key, "and \"" + std::string(other_key) + "\" exclude each other: give one");
}

/// Checks each option by its row. An option that has no effect with the transport must have its
/// default.
status check_options(const config& target)
{
    for (const option& row : all_options()) {
        status result = check_value(row, target);
        if (result.ok() && !has_default(row, target)) {
            result = check_scope(row, target.transport);
        }
        if (!result.ok()) {
            return result;
        }
    }
    return {};
}

status check_roots(const tls_options& tls)
{
    const bool file = !tls.roots.empty();
    const bool memory = !tls.roots_pem.empty();
    if (file && memory) {
        return mutually_exclusive("tls_roots", "tls_roots_pem");
    }
    if (tls.ca == tls_ca::pem_file && !file && !memory) {
        return key_error("tls_ca", "is pem_file, but \"tls_roots\" does not name the file");
    }
    return tls.ca != tls_ca::pem_file && (file || memory) ? roots_conflict() : status();
}

status check_client_identity(const tls_options& tls)
{
    if (!tls.client_cert.empty() && !tls.client_cert_pem.empty()) {
        return mutually_exclusive("tls_client_cert", "tls_client_cert_pem");
    }
    if (!tls.client_key.empty() && !tls.client_key_pem.empty()) {
        return mutually_exclusive("tls_client_key", "tls_client_key_pem");
    }
    if ((tls.client_cert.empty() && tls.client_cert_pem.empty()) !=
        (tls.client_key.empty() && tls.client_key_pem.empty())) {
        return config_error("\"tls_client_cert\" and \"tls_client_key\" belong together: give both "
                            "or neither");
    }
    return {};
}

status check_tls(const tls_options& tls)
{
    if (tls.verify == tls_verify::unsafe_off && (!tls.pins.empty() || !tls.crl.empty())) {
        return key_error(tls.crl.empty() ? "tls_pin" : "tls_crl",
                         "has no effect with tls_verify=unsafe_off: leave out one of the two");
    }
    if (status result = check_roots(tls); !result.ok()) {
        return result;
    }
    return check_client_identity(tls);
}

} // namespace

status validate(const config& target)
{
    if (target.addresses.empty()) {
        return config_error("\"addr\" is missing: name the server as addr=host:port");
    }
    if (status result = check_options(target); !result.ok()) {
        return result;
    }
    if (status result = is_http(target.transport) ? check_http_credentials(target)
                                                  : check_tcp_credentials(target);
        !result.ok()) {
        return result;
    }
    if (target.init_buf_size > target.max_buf_size) {
        return key_error("init_buf_size", "(" + std::to_string(target.init_buf_size) +
                                              ") exceeds \"max_buf_size\" (" +
                                              std::to_string(target.max_buf_size) + ")");
    }
    return check_tls(target.tls);
}

} // namespace coquest::inline v0::detail
