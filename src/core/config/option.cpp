// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/config_option.hpp"

#include <coquest/detail/config.hpp>

#include "core/ascii.hpp"
#include "core/config_value.hpp"
#include "core/key_pin.hpp"
#include "core/name.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace coquest::detail {
namespace {

using std::chrono::milliseconds;
using enum option_scope;
using enum option_text;

/// Sets a member that is text, or a secret, and may not be empty.
template <auto Member, bool MayBeEmpty = false>
fault set_text(config& target, std::string_view key, std::string_view value)
{
    if (value.empty() && !MayBeEmpty) {
        return key_fault(key, "is empty: give a value or leave the key out");
    }
    using member = std::remove_reference_t<decltype(target.*Member)>;
    if constexpr (std::is_same_v<member, std::optional<secret>>) {
        target.*Member = secret(value);
    } else {
        target.*Member = std::string(value);
    }
    return {};
}

constexpr char pem_file[] = "a PEM file";
constexpr char crl_file[] = "a file of revocation lists";

template <auto Member, const char* File = pem_file>
fault set_path(config& target, std::string_view key, std::string_view value)
{
    if (value.empty()) {
        return key_fault(key, std::string("is empty: give the path of ") + File +
                                  " or leave the key out");
    }
    target.tls.*Member = std::string(value);
    return {};
}

template <auto Member, int Least>
fault set_millis(config& target, std::string_view key, std::string_view value)
{
    return parse_millis(key, value, Least, target.*Member);
}

template <auto Member, std::size_t Least>
fault set_size(config& target, std::string_view key, std::string_view value)
{
    return parse_size(key, value, Least, target.*Member);
}

fault set_addr(config& target, std::string_view, std::string_view value)
{
    return append_addresses(target, value);
}

fault set_version(config& target, std::string_view key, std::string_view value)
{
    if (value == "auto") {
        target.version.reset();
    } else if (value == "1" || value == "2" || value == "3") {
        target.version = static_cast<protocol_version>(value[0] - '0');
    } else {
        return key_fault(key, "takes auto, 1, 2 or 3");
    }
    return {};
}

fault set_max_name_len(config& target, std::string_view key, std::string_view value)
{
    return parse_count(key, value, min_name_len, target.max_name_len);
}

fault set_max_buf_size(config& target, std::string_view key, std::string_view value)
{
    fault failure = parse_size(key, value, min_buf_size, target.max_buf_size);
    if (!failure && target.init_buf_size == config().init_buf_size) {
        target.init_buf_size = std::min(target.init_buf_size, target.max_buf_size);
    }
    return failure;
}

template <bool config::* Member>
fault set_flag(config& target, std::string_view key, std::string_view value)
{
    if (value != "on" && value != "off") {
        return key_fault(key, "takes on or off");
    }
    target.*Member = value == "on";
    return {};
}

fault set_auto_flush_rows(config& target, std::string_view key, std::string_view value)
{
    std::size_t rows = 0;
    if (value != "off" && parse_count(key, value, 0, rows)) {
        return key_fault(key, "takes off or a whole number of rows");
    }
    target.auto_flush_rows = rows;
    return {};
}

fault set_auto_flush_bytes(config& target, std::string_view key, std::string_view value)
{
    std::size_t bytes = 0;
    if (value != "off" && parse_size(key, value, 0, bytes)) {
        return key_fault(key, "takes off or a number of bytes, which may end in k, m or g");
    }
    target.auto_flush_bytes = bytes;
    return {};
}

fault set_auto_flush_interval(config& target, std::string_view key, std::string_view value)
{
    if (value == "off") {
        target.auto_flush_interval.reset();
        return {};
    }
    milliseconds interval{0};
    if (parse_millis(key, value, 0, interval)) {
        return key_fault(key, "takes off or whole milliseconds up to " +
                                  std::to_string(longest_timeout.count()));
    }
    target.auto_flush_interval = interval;
    return {};
}

fault set_connections(config& target, std::string_view key, std::string_view value)
{
    if (parse_count(key, value, 1, target.connections) || target.connections > max_connections) {
        return key_fault(key, "takes a number from 1 to " + std::to_string(max_connections));
    }
    return {};
}

fault set_tls_ca(config& target, std::string_view key, std::string_view value)
{
    constexpr std::pair<std::string_view, tls_ca> names[] = {
        {"webpki_roots", tls_ca::webpki_roots},
        {"os_roots", tls_ca::os_roots},
        {"webpki_and_os_roots", tls_ca::webpki_and_os_roots},
        {"pem_file", tls_ca::pem_file},
    };
    for (const auto& [name, ca] : names) {
        if (value == name) {
            target.tls.ca = ca;
            return {};
        }
    }
    return key_fault(key, "takes webpki_roots, os_roots, webpki_and_os_roots or pem_file");
}

fault set_tls_roots(config& target, std::string_view key, std::string_view value)
{
    fault failure = set_path<&tls_options::roots>(target, key, value);
    if (!failure && target.tls.ca == tls_options().ca) {
        target.tls.ca = tls_ca::pem_file; // the conflict with another choice is validate()'s
    }
    return failure;
}

fault refuse_keystore(config&, std::string_view key, std::string_view)
{
    return key_fault(key, "is for keystores, which are not supported: let tls_roots name a PEM "
                          "file, which needs no password");
}

fault set_tls_verify(config& target, std::string_view key, std::string_view value)
{
    if (value != "on" && value != "unsafe_off") {
        return key_fault(key, "takes on or unsafe_off");
    }
    const tls_verify verify = value == "on" ? tls_verify::on : tls_verify::unsafe_off;
    fault failure = check_verify(verify);
    if (!failure) {
        target.tls.verify = verify;
    }
    return failure;
}

fault set_tls_min(config& target, std::string_view key, std::string_view value)
{
    if (value != "1.2" && value != "1.3") {
        return key_fault(key, "takes 1.2 or 1.3");
    }
    target.tls.min = value == "1.2" ? tls_min::v1_2 : tls_min::v1_3;
    return {};
}

fault set_tls_pin(config& target, std::string_view key, std::string_view value)
{
    std::vector<std::string> pins;
    for (;;) {
        const std::size_t comma = value.find(',');
        const auto hash = parse_pin(value.substr(0, comma));
        if (!hash) {
            return pin_fault(key);
        }
        pins.push_back(pin_text(*hash));
        if (comma == value.npos) {
            break;
        }
        value.remove_prefix(comma + 1);
    }
    target.tls.pins.insert(target.tls.pins.end(), pins.begin(), pins.end());
    return {};
}

fault set_tls_reload(config& target, std::string_view key, std::string_view value)
{
    if (value != "on" && value != "off") {
        return key_fault(key, "takes on or off");
    }
    target.tls.reload = value == "on";
    return {};
}

constexpr option options[] = {
    {"addr", any, plain, set_addr},
    {"username", any, free_text, set_text<&config::username>},
    {"password", any, secret_text, set_text<&config::password, true>},
    {"token", any, secret_text, set_text<&config::token>},
    {"token_x", tcp, secret_text, set_text<&config::token_x>},
    {"token_y", tcp, secret_text, set_text<&config::token_y>},
    {"auth_timeout", tcp, plain, set_millis<&config::auth_timeout, 0>},
    {"bind_interface", tcp, plain, set_text<&config::bind_interface>},
    {"protocol_version", any, plain, set_version},
    {"max_name_len", any, plain, set_max_name_len},
    {"init_buf_size", any, plain, set_size<&config::init_buf_size, min_buf_size>},
    {"max_buf_size", any, plain, set_max_buf_size},
    {"check_duplicates", any, plain, set_flag<&config::check_duplicates>},
    {"auto_flush", any, plain, set_flag<&config::auto_flush>},
    {"auto_flush_rows", any, plain, set_auto_flush_rows},
    {"auto_flush_bytes", any, plain, set_auto_flush_bytes},
    {"auto_flush_interval", any, plain, set_auto_flush_interval},
    {"request_timeout", http, plain, set_millis<&config::request_timeout, 1>},
    {"request_min_throughput", http, plain, set_size<&config::request_min_throughput, 0>},
    {"retry_timeout", any, plain, set_millis<&config::retry_timeout, 0>},
    {"retry_max_backoff_millis", http, plain, set_millis<&config::retry_max_backoff, min_backoff>},
    {"retry_at_now", any, plain, set_flag<&config::retry_at_now>},
    {"tcp_resend", tcp, plain, set_flag<&config::tcp_resend>},
    {"split_rejected", http, plain, set_flag<&config::split_rejected>},
    {"connections", http, plain, set_connections},
    {"at_timeout", any, plain, set_millis<&config::at_timeout, 0>},
    {"flush_timeout", any, plain, set_millis<&config::flush_timeout, 0>},
    {"connect_timeout", any, plain, set_millis<&config::connect_timeout, 1>},
    {"close_timeout", any, plain, set_millis<&config::close_timeout, 0>},
    {"tls_verify", tls, plain, set_tls_verify},
    {"tls_ca", tls, plain, set_tls_ca},
    {"tls_roots", tls, free_text, set_tls_roots},
    {"tls_roots_password", tls, secret_text, refuse_keystore},
    {"tls_min", tls, plain, set_tls_min},
    {"tls_pin", tls, plain, set_tls_pin},
    {"tls_crl", tls, free_text, set_path<&tls_options::crl, crl_file>},
    {"tls_reload", tls, plain, set_tls_reload},
    {"tls_client_cert", tls, free_text, set_path<&tls_options::client_cert>},
    {"tls_client_key", tls, free_text, set_path<&tls_options::client_key>},
};

/// Counts the insertions, deletions and replacements that turn one text into the other.
std::size_t edit_distance(std::string_view a, std::string_view b) noexcept
{
    std::array<std::size_t, 32> row{};
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (to_lower(a[i - 1]) == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

} // namespace

const option* find_option(std::string_view key) noexcept
{
    if (key == "user") {
        key = "username";
    } else if (key == "pass") {
        key = "password";
    }
    const auto* found = std::ranges::find(options, key, &option::name);
    return found == std::end(options) ? nullptr : found;
}

std::string_view nearest_key(std::string_view key) noexcept
{
    constexpr std::size_t longest_typo = 40;
    if (key.size() > longest_typo) {
        return {};
    }
    std::string_view nearest;
    std::size_t least = 2 + key.size() / 5; // one typo, and one more per five characters
    for (const option& known : options) {
        const std::size_t distance = edit_distance(key, known.name);
        if (distance < least) {
            least = distance;
            nearest = known.name;
        }
    }
    return nearest;
}

fault check_scope(std::string_view key, option_scope scope, protocol transport)
{
    const bool is_tcp = !is_http(transport);
    if (scope == tls && !has_tls(transport)) {
        return key_fault(key, is_tcp ? "needs TLS: use tcps in place of tcp"
                                     : "needs TLS: use https in place of http");
    }
    if ((scope == http && is_tcp) || (scope == tcp && !is_tcp)) {
        return key_fault(key, is_tcp ? "applies to http and https only"
                                     : "applies to tcp and tcps only");
    }
    return {};
}

fault check_verify(tls_verify verify)
{
#if COQUEST_INSECURE_SKIP_VERIFY
    static_cast<void>(verify);
#else
    if (verify == tls_verify::unsafe_off) {
        return key_fault("tls_verify", "cannot be unsafe_off in this build: feature "
                                       "`insecure-skip-verify` is required, build coquest with "
                                       "the CMake option COQUEST_INSECURE_SKIP_VERIFY=ON");
    }
#endif
    return {};
}

fault pin_fault(std::string_view key)
{
    return key_fault(key, "takes sha256/ and the base64 of 32 bytes, the SHA-256 of a public key; "
                          "several are separated by commas");
}

fault roots_conflict()
{
    return config_fault("\"tls_roots\" and \"tls_ca\" disagree: the file is used with "
                        "tls_ca=pem_file only, leave out one of the two");
}

fault set_option(config& target, std::string_view key, std::string_view value)
{
    const option* const found = find_option(key);
    if (found == nullptr) {
        const std::string_view nearest = nearest_key(key);
        std::string message = "unknown key " + quoted(key);
        if (!nearest.empty()) {
            message.append(": did you mean \"").append(nearest).append("\"");
        }
        return config_fault(std::move(message));
    }
    if (fault failure = check_scope(key, found->scope, target.transport)) {
        return failure;
    }
    if (fault failure = check_text(key, value)) {
        return failure;
    }
    return found->set(target, key, value);
}

} // namespace coquest::detail
