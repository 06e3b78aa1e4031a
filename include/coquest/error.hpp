// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The errors of the library, and what is known of each failure.
#pragma once

#include <coquest/detail/language.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace coquest::inline v0 {

/// Names the kinds of failure that a caller can act on. The first fourteen are the codes of
/// QuestDB's Rust client in its order, plus one, because zero means success.
enum class errc {
    could_not_resolve_addr = 1, ///< the host name has no address
    invalid_api_call,           ///< calls in the wrong order, or no room in the buffer
    socket_error,               ///< connecting, reading or writing failed
    invalid_utf8,               ///< a text is not UTF-8
    invalid_name,               ///< the server would refuse the name of a table or column
    invalid_timestamp,          ///< a timestamp is out of the server's range
    auth_error,                 ///< credentials are missing, malformed or refused
    tls_error,                  ///< any TLS failure; diagnostics::tls says which
    http_not_supported,         ///< the server has no endpoint for rows at this address
    server_flush_error,         ///< the server answered a batch with an error
    config_error,               ///< a configuration key, a value or a combination is not valid
    array_error,                ///< the line protocol cannot carry the array
    protocol_version_error,     ///< no common version, or a type that the version lacks
    invalid_decimal,            ///< the line protocol cannot carry the decimal
    timed_out,                  ///< a timeout of the configuration has expired
    would_block,                ///< a try_ function would have to wait
    closed,                     ///< the sender is closed
    cancelled,                  ///< the caller cancelled the wait
};

/// Returns the category of coquest::errc.
[[nodiscard]] const std::error_category& error_category() noexcept;

/// Makes an error code of error_category().
[[nodiscard]] std::error_code make_error_code(errc code) noexcept;

/// Names the kinds of TLS failure, which are the same for all TLS libraries (docs/tls-errors.md,
/// TLS).
enum class tls_failure {
    closed = 1,                  ///< the peer sent close_notify
    truncated,                   ///< the connection ended without close_notify
    unknown_issuer,              ///< the chain does not end at a trusted root
    self_signed,                 ///< a self-signed certificate is not among the roots
    bad_signature,               ///< a signature does not match the key of the trusted root
    expired,                     ///< a certificate has expired
    not_yet_valid,               ///< a certificate is not valid yet
    name_mismatch,               ///< the certificate is for other names
    bad_usage,                   ///< the certificate may not be used by a TLS server
    weak_key,                    ///< a key has fewer than 2048 bits (RSA) or 256 bits (ECC)
    revoked,                     ///< a certificate was revoked by its issuer
    pin_mismatch,                ///< tls_pin does not list the key of the certificate
    bad_certificate,             ///< a certificate is not acceptable for another reason
    not_tls,                     ///< the peer does not speak TLS
    closed_in_handshake,         ///< the peer closed the connection during the handshake
    protocol_version,            ///< there is no common TLS version
    no_common_cipher,            ///< there is no common cipher suite
    client_certificate_required, ///< the server requires a client certificate
    alert_received,              ///< the peer sent another TLS alert
    bad_record,                  ///< a record was damaged or forged
    weak_session,                ///< the handshake did not reach what coquest requires
    bad_roots,                   ///< the trusted roots cannot be loaded
    bad_crl,                     ///< a revocation list cannot be loaded or used, or is missing
    bad_client_certificate,      ///< the client certificate or its key cannot be loaded
    unsupported,                 ///< the backend or the build does not support an option
    timed_out,                   ///< the handshake took too long
    other, ///< another failure; diagnostics::tls_code has the code of the library
};

/// Names what is known of rows whose delivery failed.
enum class delivery {
    not_sent,    ///< the server has not stored them
    unconfirmed, ///< they were sent, and it is unknown whether they are stored
    rejected,    ///< the server refused them as data, and stored none of them
};

/// Holds everything that is known of a failure. It never holds a secret. A member that does not
/// apply is empty or 0.
struct diagnostics {
    std::string message; ///< what failed, why, and what to do: lower case, without a full stop
    std::string hint;    ///< what to do, if that is known; `message` includes it
    std::string host;    ///< the peer as host:port
    std::vector<std::string> addresses;  ///< each server that was tried, as host:port, in order
    std::string path;                    ///< the file that the failure concerns
    int http_status = 0;                 ///< the status of the server's answer
    std::string server_code;             ///< `code` of the server's error body
    std::string server_message;          ///< `message` of that body, made printable, bounded
    std::string server_error_id;         ///< `errorId` of that body
    std::size_t server_line = 0;         ///< `line` of that body, counted from 1
    tls_failure tls = {};                ///< the kind of TLS failure; zero for other failures
    int tls_code = 0;                    ///< the code of the TLS library
    delivery state = delivery::not_sent; ///< what is known of the rows
    bool retryable = false;              ///< whether the same call may succeed later
    std::chrono::milliseconds retry_after{0}; ///< the pause that the server asked for
    unsigned attempts = 0;                    ///< the number of attempts
    std::chrono::milliseconds elapsed{0};     ///< the time from the first attempt to the report
    std::size_t unacknowledged_rows = 0;      ///< the rows that the sender still holds
    std::size_t unconfirmed_rows = 0;         ///< TCP: rows sent on a lost connection
};

/// The exception of this library. code() compares with errc; info() has the diagnostics. Copies
/// share their content.
class error : public std::system_error {
public:
    /// Makes an error with a code and a message.
    error(errc code, std::string message);
    /// Makes an error with a code and diagnostics.
    error(std::error_code code, diagnostics info);
    /// Copies an error. An error is never moved, since a moved-from error would have no message.
    error(const error& other) = default;
    /// Shares the diagnostics of @p other.
    error& operator=(const error& other) = default;
    /// Releases the diagnostics.
    ~error() override = default;

    /// Returns diagnostics::message.
    [[nodiscard]] const char* what() const noexcept override;
    /// Returns the diagnostics. Lifetime: as long as this error or a copy of it.
    [[nodiscard]] const diagnostics& info() const noexcept;

private:
    std::shared_ptr<const diagnostics> info_;
};

} // namespace coquest::inline v0

/// \cond
template <>
struct std::is_error_code_enum<coquest::errc> : std::true_type {};
/// \endcond
