// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What can go wrong, and what a caller needs to know to act on it.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace coquest {

/// Names each kind of failure that a caller can act on. The first fourteen are the Rust client's
/// codes in its order (contract §10), shifted by one because zero means success.
enum class errc {
    could_not_resolve_addr = 1, ///< the host name has no address
    invalid_api_call,           ///< calls in an order that makes no row, or a limit of the buffer
    socket_error,               ///< connecting, reading or writing failed
    invalid_utf8,               ///< text that is not UTF-8
    invalid_name,               ///< a table, symbol or column name that the server would refuse
    invalid_timestamp,          ///< a timestamp out of the server's range
    auth_error,                 ///< credentials missing, malformed or refused
    tls_error,                  ///< any TLS failure; diagnostics::tls says which
    http_not_supported,         ///< the server has no ILP endpoint there
    server_flush_error,         ///< the server answered a batch with an error
    config_error,               ///< a configuration key, value or combination
    array_error,                ///< an array that ILP cannot carry
    protocol_version_error,     ///< no protocol version in common, or a type that it lacks
    invalid_decimal,            ///< a decimal that ILP cannot carry
    timed_out,                  ///< a deadline of this library expired
    would_block,                ///< a try_ call that would have had to wait
    closed,                     ///< the sender is closed
    cancelled,                  ///< the caller cancelled the wait
};

/// Returns the category of coquest::errc.
[[nodiscard]] const std::error_category& error_category() noexcept;

/// Makes an error code of coquest's category.
[[nodiscard]] std::error_code make_error_code(errc code) noexcept;

/// Names each way in which TLS fails, whatever the library underneath (docs: TLS failures).
enum class tls_failure {
    closed = 1,                  ///< the peer ended TLS in order (close_notify)
    truncated,                   ///< the connection ended without close_notify
    unknown_issuer,              ///< the chain does not end at a trusted root
    self_signed,                 ///< a self-signed certificate that is not among the roots
    bad_signature,               ///< a signature that does not match the trusted root's key
    expired,                     ///< a certificate after its last day
    not_yet_valid,               ///< a certificate before its first day
    name_mismatch,               ///< a certificate for other names
    bad_usage,                   ///< a certificate that may not serve TLS
    weak_key,                    ///< a key shorter than 2048 (RSA) or 256 bits (ECC)
    revoked,                     ///< a certificate that its issuer revoked
    pin_mismatch,                ///< a certificate whose key is none of tls_pin
    bad_certificate,             ///< any other fault of a certificate
    not_tls,                     ///< the peer does not speak TLS
    closed_in_handshake,         ///< the peer hung up during the handshake
    protocol_version,            ///< no TLS version in common
    no_common_cipher,            ///< no cipher suite in common
    client_certificate_required, ///< the server asked for a client certificate
    alert_received,              ///< the peer refused, for another reason
    bad_record,                  ///< a record that was damaged or forged
    weak_session,                ///< the handshake ended with less than this library demands
    bad_roots,                   ///< the trusted roots could not be loaded
    bad_crl,                     ///< a revocation list that cannot be loaded, or does not do
    bad_client_certificate,      ///< the client certificate or key could not be loaded
    unsupported,                 ///< an option that this backend or build cannot honour
    timed_out,                   ///< the handshake did not end in time
    other,                       ///< anything else; diagnostics::tls_code has the library's code
};

/// Returns the category of coquest::tls_failure.
[[nodiscard]] const std::error_category& tls_failure_category() noexcept;

/// Makes an error code of the TLS failures' category.
[[nodiscard]] std::error_code make_error_code(tls_failure failure) noexcept;

/// Says what is known of rows whose delivery failed.
enum class delivery {
    not_sent,      ///< the server certainly did not store them
    maybe_applied, ///< all bytes went out and no answer came: stored or not
    rejected,      ///< the server refused them and stored none
};

/// Carries everything known about a failure. Never holds a secret.
struct diagnostics {
    std::string message; ///< what failed, why, and what to do: lower case, no full stop
    std::string hint;    ///< what to do, where that is known; it is in `message` too
    std::string host;    ///< the peer as host:port, where there is one
    std::vector<std::string> addresses; ///< host:port of each server that was tried, in order
    std::string path;                   ///< the file concerned, where there is one
    int http_status = 0;                ///< the server's status, 0 where none arrived
    std::string server_code;            ///< `code` of the server's error body
    std::string server_message;  ///< `message` of the server's error body, bounded and printable
    std::string server_error_id; ///< `errorId` of the server's error body
    std::size_t server_line = 0; ///< `line` of the server's error body, from 1; 0 where absent
    tls_failure tls = {};        ///< which TLS failure; zero where the failure is not of TLS
    int tls_code = 0;            ///< the TLS library's own code
    delivery state = delivery::not_sent;      ///< what became of the rows
    bool retryable = false;                   ///< whether the same call may succeed later
    std::chrono::milliseconds retry_after{0}; ///< the pause that the server asked for
    unsigned attempts = 0;                    ///< requests made
    std::chrono::milliseconds elapsed{0};     ///< from the first attempt to the report
    std::size_t unsent_rows = 0;              ///< rows that are still held
    std::size_t unconfirmed_rows =
        0; ///< TCP: rows sent on a connection that is lost, stored or not
};

/// Reports a failure of a public operation. Copies share their content.
class error : public std::system_error {
public:
    /// Makes an error of @p code that says @p message.
    error(errc code, std::string message);
    /// Makes an error of @p code with all that is known.
    error(std::error_code code, diagnostics info);

    /// Returns diagnostics::message.
    [[nodiscard]] const char* what() const noexcept override;
    /// Returns everything known about the failure.
    [[nodiscard]] const diagnostics& info() const noexcept;

private:
    std::shared_ptr<const diagnostics> info_;
};

} // namespace coquest

template <>
struct std::is_error_code_enum<coquest::errc> : std::true_type {};
template <>
struct std::is_error_code_enum<coquest::tls_failure> : std::true_type {};
