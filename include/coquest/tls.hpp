// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The interface between coquest and a TLS library. A session does no I/O: it takes bytes and
// returns bytes, so that one loop drives every backend and every operation.
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/error.hpp>
#include <coquest/secret.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::inline v0 {

/// Selects the roots at which the certificate chain of a server must end.
enum class tls_ca {
    webpki_roots,        ///< the bundle of Mozilla, compiled in
    os_roots,            ///< the store of the system, or SSL_CERT_FILE and SSL_CERT_DIR
    webpki_and_os_roots, ///< both
    pem_file,            ///< only tls_options::roots or roots_pem
};

/// Selects whether the certificate of a server is checked.
enum class tls_verify {
    on,         ///< its chain, dates and name are checked
    unsafe_off, ///< nothing is checked; needs the CMake option COQUEST_INSECURE_SKIP_VERIFY
};

/// Selects the oldest TLS version that a server may choose.
enum class tls_min {
    v1_2, ///< TLS 1.2 and 1.3
    v1_3, ///< TLS 1.3 only
};

/// Holds the options of a TLS backend. An empty text or list sets nothing.
struct tls_options {
    tls_ca ca = tls_ca::webpki_and_os_roots; ///< the trusted roots
    std::string roots;                       ///< path of a PEM file, for tls_ca::pem_file
    std::string roots_pem;                   ///< PEM text, instead of `roots`
    tls_verify verify = tls_verify::on;      ///< whether to check the certificate of the server
    tls_min min = tls_min::v1_2;             ///< the oldest TLS version
    /// The keys that the certificate of the server may have, in addition to all other checks: each
    /// is "sha256/" and the base64 of the SHA-256 of a SubjectPublicKeyInfo (RFC 7469). Empty: any.
    std::vector<std::string> pins;
    /// Path of a file of certificate revocation lists, PEM or DER. A list of its issuer that is in
    /// date must then cover the certificate of the server. A certificate above it is checked if the
    /// file has a list of its issuer.
    std::string crl;
    std::string client_cert;     ///< path of a PEM chain for mutual TLS
    std::string client_key;      ///< path of the PEM key of the client's certificate
    std::string client_cert_pem; ///< PEM text, instead of `client_cert`
    secret client_key_pem;       ///< PEM text, instead of `client_key`
    bool keep_chain = false;     ///< whether sessions keep the certificates of the server: tls_peer
    /// Whether each new connection checks if one of these files has changed, and loads the files
    /// again if so. sender::reload_tls loads them on demand.
    bool reload = false;

    /// Compares all options.
    bool operator==(const tls_options&) const = default;
};

/// Explains a TLS failure: its kind, what was found, and what the user can do. A TLS backend
/// reports all of its failures in this form.
struct tls_diagnosis {
    tls_failure kind = tls_failure::other; ///< the kind of failure
    int native_code = 0;                   ///< the code of the TLS library, or 0
    std::string text;                      ///< what was found; empty: the general text of the kind
    std::string hint;                      ///< what to do; empty: the general hint of the kind
    std::string path;                      ///< the file that the failure concerns
    /// Whether the handshake offered to resume an earlier session, which may be the reason of the
    /// failure. The next handshake does not offer it, so that an immediate retry makes sense.
    bool offered_session = false;
};

/// Describes a TLS connection for diagnostics.
struct tls_peer {
    std::string version; ///< such as "TLS 1.3"; empty before the handshake has completed
    std::string suite;   ///< the OpenSSL name of the cipher suite; empty before that
    /// The certificates in DER, that of the server first, without the anchor, if
    /// tls_options::keep_chain is set and certificates are checked: the path that was checked, or
    /// what the server sent if it was refused.
    std::vector<std::vector<std::byte>> chain;
    std::vector<std::byte> anchor; ///< the trusted certificate at which the path ends, in DER
    std::string anchor_source;     ///< the file or the store that the anchor comes from
};

/// Names what the caller does after a step of a session.
enum class tls_step {
    done,               ///< nothing: the operation is complete
    done_after_output,  ///< send output(): the operation is complete then
    retry_after_output, ///< send output(), and call again
    retry_after_input, ///< send output() if there is any, pass input to put_input(), and call again
    closed,            ///< send output(): the peer has sent close_notify
    failed,            ///< send output(), which may hold an alert, and drop the session
};

/// Models the client side of one TLS connection. It does no I/O and owns no socket.
///
/// - `handshake(diagnosis)`, `read(buffer, n, diagnosis)` and `write(bytes, n, diagnosis)` take one
///   step; tls_step says what follows. `n` is the number of bytes that were read or taken; `write`
///   may take fewer than it was given.
/// - `shutdown()` adds close_notify to the output, if the session can still send it.
/// - `put_input(bytes)` takes bytes from the peer and returns how many.
/// - `output()` returns the bytes for the peer, and `consume_output(n)` removes the first n of
///   them.
/// - Optional: `peer() const -> tls_peer` describes the connection.
///
/// Errors: a step that fails sets the diagnosis, of which only the kind is required, and returns
/// tls_step::failed. The session is unusable then.
template <class S>
concept tls_session =
    requires(S s, const S cs, std::span<std::byte> in, std::span<const std::byte> out,
             std::size_t& n, tls_diagnosis& diagnosis) {
        { s.handshake(diagnosis) } -> std::same_as<tls_step>;
        { s.read(in, n, diagnosis) } -> std::same_as<tls_step>;
        { s.write(out, n, diagnosis) } -> std::same_as<tls_step>;
        { s.shutdown() } -> std::same_as<void>;
        { s.put_input(out) } -> std::same_as<std::size_t>;
        { cs.output() } -> std::same_as<std::span<const std::byte>>;
        { s.consume_output(std::size_t{}) } -> std::same_as<void>;
    };

/// Models a TLS library: an immutable configuration that sessions share.
///
/// - `create(options, diagnosis)` makes the configuration. If it cannot apply an option, it returns
///   null and sets the diagnosis. It ignores no option.
/// - `make_session(host, diagnosis)` makes a session with a server of that name or IP address, or
///   returns null and sets the diagnosis.
/// - Optional: `make_session(host, port, diagnosis)` does the same, and distinguishes the servers
///   of one host.
/// - `name()` returns the name of the library.
///
/// Threads: senders with equal options share one backend, so that several threads may call
/// `make_session` at the same time.
template <class B>
concept tls_backend = requires(const B b, const tls_options& options, std::string_view host,
                               tls_diagnosis& diagnosis) {
    requires tls_session<typename B::session>;
    { B::create(options, diagnosis) } -> std::same_as<std::shared_ptr<const B>>;
    { b.make_session(host, diagnosis) } -> std::same_as<std::unique_ptr<typename B::session>>;
    { B::name() } -> std::convertible_to<std::string_view>;
};

/// Another name of tls_backend.
template <class B>
concept TlsBackend = tls_backend<B>;

/// Returns a diagnosis with the general text and hint of a kind of failure.
[[nodiscard]] tls_diagnosis describe(tls_failure kind);

} // namespace coquest::inline v0
