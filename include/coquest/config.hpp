// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Every option of a sender, with its default. The configuration string, the environment variable
// and the builder fill this struct.
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/detail/text_argument.hpp>
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

namespace coquest::inline v0 {

/// Names a transport (docs/protocol.md, Configuration).
enum class protocol {
    http,  ///< ILP over HTTP, port 9000
    https, ///< ILP over HTTP and TLS, port 9000
    tcp,   ///< ILP over TCP, port 9009
    tcps,  ///< ILP over TCP and TLS, port 9009
};

/// Returns true if @p transport uses TLS.
[[nodiscard]] constexpr bool has_tls(protocol transport) noexcept
{
    return transport == protocol::https || transport == protocol::tcps;
}

/// Returns true if @p transport is HTTP, with or without TLS.
[[nodiscard]] constexpr bool is_http(protocol transport) noexcept
{
    return transport == protocol::http || transport == protocol::https;
}

/// Returns the port of @p transport if an address has none: 9000 for HTTP, 9009 for TCP.
[[nodiscard]] constexpr std::uint16_t default_port(protocol transport) noexcept
{
    return is_http(transport) ? 9000 : 9009;
}

/// Returns the name of @p transport: "http", "https", "tcp" or "tcps".
[[nodiscard]] std::string_view to_string(protocol transport) noexcept;

/// Names one server.
struct server_address {
    std::string host;       ///< DNS name or IP literal; IPv6 without brackets
    std::uint16_t port = 0; ///< 1 to 65535

    /// Compares host, byte for byte, and port.
    bool operator==(const server_address&) const = default;
};

/// Returns the address as host:port, with brackets around an IPv6 literal.
[[nodiscard]] std::string to_string(const server_address& address);

/// Holds every option of a sender. This struct is the only place that has the defaults. A field
/// applies to all transports unless its comment names some. Durations are at most a year.
struct config {
    /// The transport.
    protocol transport = protocol::http;
    /// The servers, at least one. With several, the sender uses one that works.
    std::vector<server_address> addresses;

    /// HTTP: the user of Basic authentication, without ':'. TCP: the key id. No control characters.
    std::optional<std::string> username;
    /// HTTP: the password of Basic authentication.
    std::optional<secret> password;
    /// HTTP: the Bearer token. TCP: the private key `d`, base64url.
    std::optional<secret> token;
    /// TCP: the first half `x` of the public key, base64url. Optional; if given, it is compared
    /// with the private key.
    std::optional<std::string> token_x;
    /// TCP: the second half `y` of the public key. Give both halves or neither.
    std::optional<std::string> token_y;
    /// TCP: the time for the authentication exchange; 0 is no limit.
    std::chrono::milliseconds auth_timeout{15'000};
    /// TCP: the local address to bind to; empty is any.
    std::string bind_interface;

    /// https and tcps: the TLS options.
    tls_options tls;

    /// The version of the line protocol. Empty: over HTTP the server is asked, over TCP it is
    /// version 1.
    std::optional<protocol_version> version;
    /// The longest name in bytes, at least 16. A smaller limit of the server wins.
    std::size_t max_name_len = 127;
    /// The size of a segment of the buffer in bytes, at least 1024, at most max_buf_size.
    std::size_t init_buf_size = std::size_t{64} * 1024;
    /// The most bytes of unacknowledged rows; at least 1024. Each coroutine that waits for room has
    /// added one row beyond the limit. TCP: what the unacknowledged rows leave free also holds the
    /// rows of the last tcp_resend_window.
    std::size_t max_buf_size = std::size_t{100} * 1024 * 1024;

    /// Whether a row with two columns of one name is refused; see buffer_options::check_duplicates.
    bool check_duplicates = false;

    /// Whether batches are sealed without a flush(), by the three limits that follow.
    bool auto_flush = true;
    /// The number of rows that seals a batch; 0 is no limit. Empty: 75,000 for HTTP, 600 for TCP.
    std::optional<std::size_t> auto_flush_rows;
    /// The number of bytes that seals a batch; 0 is no limit. HTTP: if a server or a proxy refuses
    /// a batch as too large (413), the batch is cut, and for ten minutes batches are sealed at the
    /// size that it accepts.
    std::size_t auto_flush_bytes = 0;
    /// The age of the first row that seals a batch, by a timer. 0 sends each row immediately if a
    /// connection is free. Empty: no limit.
    std::optional<std::chrono::milliseconds> auto_flush_interval{1000};

    /// HTTP: the time for one request, in addition to what its size takes; above 0.
    std::chrono::milliseconds request_timeout{10'000};
    /// HTTP: the bytes per second that a request is granted in addition to request_timeout; 0
    /// grants no time for the size.
    std::size_t request_min_throughput = std::size_t{100} * 1024;
    /// The time after the first failure of a batch in which it is retried; 0 is no retry. A longer
    /// pause that the server asks for (Retry-After) is cut to this time.
    std::chrono::milliseconds retry_timeout{10'000};
    /// Whether unconfirmed rows of at_now are sent again. They get another timestamp then, so that
    /// DEDUP UPSERT KEYS does not recognise them as duplicates. If it is off, the sender stops
    /// until sender::take_unacknowledged has taken them.
    bool retry_at_now = true;
    /// TCP: whether unconfirmed rows of a lost connection are sent again, which without DEDUP
    /// UPSERT KEYS may store some twice. If not, the sender stops with an error that counts them,
    /// until take_unacknowledged() has taken them.
    bool tcp_resend = false;
    /// TCP: the time after which rows that were sent count as stored, if the connection is still
    /// sound; above 0. Such rows are neither sent again nor reported if the connection is lost
    /// later. QuestDB commits within seconds, so 20 s are ample for a direct connection. A proxy
    /// that accepts rows for a server that is down may close the connection much later: then use a
    /// time above the longest timeout of the proxy, or HTTP, which acknowledges rows. Rows are kept
    /// only as far as max_buf_size has room.
    std::chrono::milliseconds tcp_resend_window{20'000};
    /// HTTP: whether a rejected batch is split until only the rejected rows are left. These are set
    /// aside, no other row waits for them, and the next flush or at reports them once.
    bool split_rejected = false;
    /// The number of connections that send at the same time, 1 to 64. Rows keep their order with
    /// one connection only. Over TCP, build() opens the first one, and the others open when rows
    /// are waiting.
    std::size_t connections = 1;
    /// HTTP: the longest pause between two attempts; at least 10 ms.
    std::chrono::milliseconds retry_max_backoff{1'000};
    /// The time to resolve the host, connect and shake hands; above 0.
    std::chrono::milliseconds connect_timeout{10'000};
    /// The time that at() waits for room at max_buf_size; 0 is no limit.
    std::chrono::milliseconds at_timeout{0};
    /// The time that flush() waits; 0 is no limit other than those of requests and retries.
    std::chrono::milliseconds flush_timeout{0};
    /// The time that close() spends on delivering rows and, over TCP, on waiting for the server to
    /// close the connection. With 0, unacknowledged rows are reported and not sent.
    std::chrono::milliseconds close_timeout{30'000};

    /// HTTP: the User-Agent header; empty is "coquest/" with the version. It has no configuration
    /// key.
    std::string user_agent;

    /// Whether the destructor of a sender without an event hook reports unacknowledged rows in one
    /// line on standard error.
    bool log_dropped_rows = true;

    /// Returns auto_flush_rows or its default for the transport; 0 if auto_flush is off.
    [[nodiscard]] std::size_t rows_per_batch() const noexcept;
};

/// Parses a configuration string, `service::key=value;...` (docs/protocol.md, Configuration).
///
/// A `;` inside a value is written `;;`, and the last `;` may be left out. `addr` may appear
/// several times, any other key once. Errors: errc::config_error for the first error of the text,
/// with the key and the byte, counted from 0, and with the nearest known key if the key is
/// misspelt. No message shows a value, because it may be a secret. Threads: any.
[[nodiscard]] config parse_config(detail::text_argument text);

/// Parses the configuration string in the environment variable QDB_CLIENT_CONF.
///
/// Errors: those of parse_config, and errc::config_error if the variable is not set, or if the
/// program is setuid, because its caller must not choose the server. Threads: no thread may change
/// the environment during the call.
[[nodiscard]] config config_from_env();

} // namespace coquest::inline v0
