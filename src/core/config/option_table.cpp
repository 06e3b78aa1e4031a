// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The rows of the table of options. docs/configuration.md repeats them; a test compares the two.

#include "core/config/option.hpp"
#include "core/config/value.hpp"

namespace coquest::inline v0::detail {
namespace {

using enum option_type;
using enum option_scope;

constexpr bool or_off = true;
constexpr value_range none; // not a number
constexpr value_range any_time{0, longest_timeout.count()};
constexpr value_range some_time{1, longest_timeout.count()};
constexpr value_range any_size{0, largest_size};

constexpr option rows[] = {
    {"addr", addresses, any, &config::addresses, none,
     "The servers, at least one. With several, the sender uses one that works. The port is 9000 "
     "for HTTP and 9009 for TCP if an address has none."},
    {"username", text, any, &config::username, none,
     "HTTP: the user of Basic authentication, without ':'. TCP: the key id."},
    {"password", password, http, &config::password, none, "The password of Basic authentication."},
    {"token", secret_text, any, &config::token, none,
     "HTTP: the Bearer token. TCP: the private key."},
    {"token_x", secret_text, tcp, &config::token_x, none,
     "The first half of the public key. It is not needed, and is compared with the private key."},
    {"token_y", secret_text, tcp, &config::token_y, none,
     "The second half of the public key. Give both halves or neither."},
    {"auth_timeout", milliseconds, tcp, &config::auth_timeout, any_time,
     "The time for the authentication exchange; 0 is no limit."},
    {"bind_interface", ip_address, tcp, &config::bind_interface, none,
     "The local address to connect from."},
    {"protocol_version", keyword, any, &config::version, none,
     "The version of the line protocol. With auto, the server is asked over HTTP, and version 1 is "
     "used over TCP."},
    {"max_name_len",
     number,
     any,
     &config::max_name_len,
     {16, largest_size},
     "The longest name of a table or a column, in bytes. A smaller limit of the server wins."},
    {"init_buf_size",
     bytes,
     any,
     &config::init_buf_size,
     {1024, largest_size},
     "The size of one block of the buffer, at most max_buf_size."},
    {"max_buf_size",
     bytes,
     any,
     &config::max_buf_size,
     {1024, largest_size},
     "The most bytes of unacknowledged rows. When it is reached, new rows wait."},
    {"check_duplicates", keyword, any, &config::check_duplicates, none,
     "Whether a row with two columns of one name is refused."},
    {"auto_flush", keyword, any, &config::auto_flush, none,
     "Whether batches are sent without a flush, by auto_flush_rows, auto_flush_bytes and "
     "auto_flush_interval."},
    {"auto_flush_rows",
     number,
     any,
     &config::auto_flush_rows,
     {0, largest_size, or_off},
     "The number of rows that completes a batch; 0 is off."},
    {"auto_flush_bytes",
     bytes,
     any,
     &config::auto_flush_bytes,
     {0, largest_size, or_off},
     "The number of bytes that completes a batch; 0 is off."},
    {"auto_flush_interval",
     milliseconds,
     any,
     &config::auto_flush_interval,
     {0, longest_timeout.count(), or_off},
     "The age of the first row that completes its batch; 0 sends each row immediately."},
    {"request_timeout", milliseconds, http, &config::request_timeout, some_time,
     "The time for one request, in addition to what its size takes."},
    {"request_min_throughput", bytes, http, &config::request_min_throughput, any_size,
     "The bytes per second by which the size of a request extends its time; 0 is no extension."},
    {"retry_timeout", milliseconds, any, &config::retry_timeout, any_time,
     "How long a batch is retried after its first failure; 0 is no retry."},
    {"retry_max_backoff_millis",
     milliseconds,
     http,
     &config::retry_max_backoff,
     {10, longest_timeout.count()},
     "The longest pause between two attempts."},
    {"retry_at_now", keyword, any, &config::retry_at_now, none,
     "Whether unconfirmed rows of at_now are sent again. They get another timestamp then."},
    {"tcp_resend", keyword, tcp, &config::tcp_resend, none,
     "Whether unconfirmed rows of a lost connection are sent again, which may store some twice."},
    {"tcp_resend_window", milliseconds, tcp, &config::tcp_resend_window, some_time,
     "The time after which rows that were sent count as stored."},
    {"split_rejected", keyword, http, &config::split_rejected, none,
     "Whether a rejected batch is split, so that its other rows are stored."},
    {"connections",
     number,
     any,
     &config::connections,
     {1, max_connections},
     "How many connections send at the same time. Rows keep their order only with one."},
    {"log_dropped_rows", keyword, any, &config::log_dropped_rows, none,
     "Whether a sender that is destroyed reports dropped rows on standard error."},
    {"at_timeout", milliseconds, any, &config::at_timeout, any_time,
     "How long a row waits for room at max_buf_size; 0 is no limit."},
    {"flush_timeout", milliseconds, any, &config::flush_timeout, any_time,
     "How long a flush waits; 0 is no limit of its own."},
    {"connect_timeout", milliseconds, any, &config::connect_timeout, some_time,
     "The time to resolve the host, connect and shake hands."},
    {"close_timeout", milliseconds, any, &config::close_timeout, any_time,
     "How long close delivers rows; 0 delivers none."},
    {"tls_verify", keyword, tls, &tls_options::verify, none,
     "Whether the certificate of the server is checked. unsafe_off is for development, and needs a "
     "build that allows it."},
    {"tls_ca", keyword, tls, &tls_options::ca, none,
     "The trusted roots: Mozilla's, the system's, both, or those of tls_roots, which implies "
     "pem_file."},
    {"tls_roots", pem_path, tls, &tls_options::roots, none,
     "The file of trusted roots, or of the self-signed certificate of the server."},
    {"tls_roots_password", keystore_password, tls, std::monostate(), none,
     "Always refused: it is for keystores. tls_roots takes a PEM file, which needs no password."},
    {"tls_min", keyword, tls, &tls_options::min, none, "The oldest TLS version."},
    {"tls_pin", pins, tls, &tls_options::pins, none,
     "The keys that the certificate of the server may have, in addition to all other checks."},
    {"tls_crl", crl_path, tls, &tls_options::crl, none,
     "The file of certificate revocation lists, PEM or DER."},
    {"tls_reload", keyword, tls, &tls_options::reload, none,
     "Whether a new connection loads the files of the TLS options again if one has changed."},
    {"tls_client_cert", pem_path, tls, &tls_options::client_cert, none,
     "The file of the client's certificate chain, for mutual TLS."},
    {"tls_client_key", pem_path, tls, &tls_options::client_key, none,
     "The file of the key of the client's certificate."},
    {"tls_roots_pem", pem_text, tls, &tls_options::roots_pem, none,
     "Trusted roots, instead of tls_roots."},
    {"tls_client_cert_pem", pem_text, tls, &tls_options::client_cert_pem, none,
     "The client's certificate chain, instead of tls_client_cert."},
    {"tls_client_key_pem", pem_text, tls, &tls_options::client_key_pem, none,
     "The key of the client's certificate, instead of tls_client_key."},
    {"user_agent", header, http, &config::user_agent, none,
     "The User-Agent header. If it is empty, the header is coquest/ and the version."},
};

} // namespace

std::span<const option> all_options() noexcept
{
    return rows;
}

} // namespace coquest::inline v0::detail
