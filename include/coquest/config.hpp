// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Every option of a sender, with its default. The configuration string, the environment and the
// builder all fill this one struct.
#pragma once

#include <coquest/protocol_version.hpp>
#include <coquest/secret.hpp>
#include <coquest/tls.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coquest {

/// Names a transport (contract §1.2).
enum class protocol {
    http,  ///< ILP over HTTP, port 9000
    https, ///< ILP over HTTP and TLS, port 9000
    tcp,   ///< ILP over TCP, port 9009
    tcps,  ///< ILP over TCP and TLS, port 9009
};

/// Says whether @p transport carries TLS.
[[nodiscard]] constexpr bool has_tls(protocol transport) noexcept
{
    return transport == protocol::https || transport == protocol::tcps;
}

/// Says whether @p transport is HTTP.
[[nodiscard]] constexpr bool is_http(protocol transport) noexcept
{
    return transport == protocol::http || transport == protocol::https;
}

/// Returns the port that @p transport uses when an address names none.
[[nodiscard]] constexpr std::uint16_t default_port(protocol transport) noexcept
{
    return is_http(transport) ? 9000 : 9009;
}

/// Returns "http", "https", "tcp" or "tcps".
[[nodiscard]] std::string_view to_string(protocol transport) noexcept;

/// Names one server.
struct server_address {
    std::string host;       ///< DNS name or IP literal; IPv6 without brackets
    std::uint16_t port = 0; ///< 1 to 65535

    bool operator==(const server_address&) const = default;
};

/// Returns host:port, with brackets around an IPv6 literal.
[[nodiscard]] std::string to_string(const server_address& address);

/// Holds every option of a sender. A default is written here and nowhere else.
struct config {
    /// The transport. All other fields apply to all transports unless they say otherwise.
    protocol transport = protocol::http;
    /// The servers, at least one; several are tried in turn.
    std::vector<server_address> addresses;

    /// HTTP: user of Basic authentication. TCP: key id. Without control bytes; no ':' for HTTP.
    std::optional<std::string> username;
    /// HTTP: password of Basic authentication.
    std::optional<secret> password;
    /// HTTP: Bearer token. TCP: private key `d`, base64url.
    std::optional<secret> token;
    /// TCP: public key, base64url; optional, checked against `token` where given.
    std::optional<std::string> token_x;
    std::optional<std::string> token_y;
    /// TCP: time for the authentication exchange; 0: none.
    std::chrono::milliseconds auth_timeout{15'000};
    /// TCP: local address to bind to; empty: any.
    std::string bind_interface;

    /// TLS options; https and tcps only.
    tls_options tls;

    /// The ILP protocol version; empty: HTTP asks the server, TCP uses version 1.
    std::optional<protocol_version> version;
    /// Longest name in bytes, at least 16. A server's smaller limit wins.
    std::size_t max_name_len = 127;
    /// Size of a segment of the buffer in bytes, at least 1024, at most max_buf_size.
    std::size_t init_buf_size = std::size_t{64} * 1024;
    /// Most bytes held in rows that are not acknowledged; at least 1024. Each coroutine that waits
    /// for room has added one row beyond it. TCP, which acknowledges nothing: what of it the rows
    /// that wait leave free keeps those that were sent in the last 20 seconds.
    std::size_t max_buf_size = std::size_t{100} * 1024 * 1024;

    /// Whether a row with two columns of one name is refused; see buffer_options::check_duplicates.
    bool check_duplicates = false;

    /// Whether rows are sent without a flush().
    bool auto_flush = true;
    /// Rows that seal a batch; 0: no limit. Empty: 75,000 for HTTP, 600 for TCP.
    std::optional<std::size_t> auto_flush_rows;
    /// Bytes that seal a batch; 0: no limit.
    std::size_t auto_flush_bytes = 0;
    /// Age of the first row that seals a batch, by a real timer; empty: no timer. 0: send at once.
    std::optional<std::chrono::milliseconds> auto_flush_interval{1000};

    /// HTTP: time for one request on top of what its size takes; above 0.
    std::chrono::milliseconds request_timeout{10'000};
    /// HTTP: bytes per second that a request is granted on top of request_timeout; 0: none.
    std::size_t request_min_throughput = std::size_t{100} * 1024;
    /// Time after the first failure in which a batch is retried; 0: no retries.
    std::chrono::milliseconds retry_timeout{10'000};
    /// Whether a batch with rows of at_now is sent again when they may be stored already.
    /// They get another timestamp then, so that no DEDUP UPSERT KEYS finds them twice.
    bool retry_at_now = true;
    /// TCP: whether rows that went out on a connection that is lost, and may be stored or not, are
    /// sent again: at least once, and without DEDUP UPSERT KEYS perhaps twice. Otherwise the sender
    /// stops with an error that counts them, until take_unsent() has taken them.
    bool tcp_resend = false;
    /// HTTP: whether a batch that the server refuses is cut until only the refused rows are left.
    bool split_rejected = false;
    /// HTTP: connections that send at once, 1 to 64. Rows keep their order on one connection only.
    std::size_t connections = 1;
    /// HTTP: longest pause between two attempts; at least 10 ms.
    std::chrono::milliseconds retry_max_backoff{1'000};
    /// Time to resolve, connect and shake hands with one server; above 0.
    std::chrono::milliseconds connect_timeout{10'000};
    /// Time that at() waits for room at max_buf_size; 0: no limit.
    std::chrono::milliseconds at_timeout{0};
    /// Time that flush() waits; 0: as long as requests and retries take.
    std::chrono::milliseconds flush_timeout{0};
    /// Time that close() spends on delivering what is left and, over TCP, on waiting for the
    /// server's end; 0: none, what is left is reported.
    std::chrono::milliseconds close_timeout{30'000};

    /// HTTP: the User-Agent header. No configuration key.
    std::string user_agent;

    /// Returns auto_flush_rows or its default for the transport; 0 where auto_flush is off.
    [[nodiscard]] std::size_t rows_per_batch() const noexcept;
};

/// Parses a configuration string, `service::key=value;...` (contract §1.1).
///
/// A `;` inside a value is written `;;`; the last `;` may be left out. `addr` may repeat, no other
/// key. Errors, in the order of the text: errc::config_error with the key and the byte, counted
/// from 0, and the nearest known key where one is misspelt; never with a value, which may be a
/// secret.
[[nodiscard]] config parse_config(std::string_view text);

/// Parses the configuration string in the environment variable QDB_CLIENT_CONF.
///
/// Errors: errc::config_error where it is not set, and those of parse_config. Threads: none may
/// change the environment meanwhile.
[[nodiscard]] config config_from_env();

} // namespace coquest
