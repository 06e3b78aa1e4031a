// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The seam between coquest and a TLS library. A session is sans-I/O: it eats and yields bytes and
// owns no socket, so that one driver loop serves every backend and every operation.
#pragma once

#include <coquest/error.hpp>
#include <coquest/secret.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace coquest {

/// Says which roots a server's certificate chain must end at.
enum class tls_ca {
    webpki_roots,        ///< Mozilla's bundle, compiled in
    os_roots,            ///< the operating system's store, or SSL_CERT_FILE and SSL_CERT_DIR
    webpki_and_os_roots, ///< both
    pem_file,            ///< tls_options::roots or roots_pem, and nothing else
};

/// Says whether the server's certificate is checked.
enum class tls_verify {
    on,         ///< chain, dates and name are checked
    unsafe_off, ///< nothing is checked; needs the CMake option COQUEST_INSECURE_SKIP_VERIFY
};

/// Names the oldest TLS version that a server may choose.
enum class tls_min {
    v1_2, ///< TLS 1.2 and 1.3
    v1_3, ///< TLS 1.3 only
};

/// Holds everything that configures a TLS backend.
struct tls_options {
    tls_ca ca = tls_ca::webpki_and_os_roots; ///< which roots to trust
    std::string roots;                       ///< path of a PEM file, for tls_ca::pem_file
    std::string roots_pem;                   ///< the same as PEM text, where there are no files
    tls_verify verify = tls_verify::on;      ///< whether to check the server's certificate
    tls_min min = tls_min::v1_2;             ///< the oldest version
    /// The keys that the server's own certificate may have, as "sha256/" and the base64 of the
    /// SHA-256 of its SubjectPublicKeyInfo (RFC 7469), on top of all other checks; none: any.
    std::vector<std::string> pins;
    /// Path of a file of certificate revocation lists, PEM or DER; empty: none. The server's own
    /// certificate must then be covered by a list of its issuer that is in date; one above it is
    /// checked where its issuer has a list there.
    std::string crl;
    std::string client_cert;     ///< path of a PEM chain for mutual TLS; empty: none
    std::string client_key;      ///< path of the PEM key of the client's certificate
    std::string client_cert_pem; ///< in place of client_cert, PEM text
    secret client_key_pem;       ///< in place of client_key, PEM text
    bool keep_chain = false;     ///< whether sessions keep the server's certificates for tls_peer
    /// Whether each new connection looks whether one of these files has changed, and loads them
    /// again then; see sender::reload_tls, which does so on demand.
    bool reload = false;

    bool operator==(const tls_options&) const = default;
};

/// Explains a TLS failure: the kind, what was found, and what the user can do about it.
struct tls_diagnosis {
    tls_failure kind = tls_failure::other; ///< which failure
    int native_code = 0;                   ///< the library's own code, 0 where there is none
    int alert_sent = -1;                   ///< TLS alert sent to the peer, -1: none
    int alert_received = -1;               ///< TLS alert received from the peer, -1: none
    std::string text;                      ///< what was found; empty: the kind's general text
    std::string hint;                      ///< what to do; empty: the kind's general hint
    std::string path;                      ///< the file concerned, where there is one
    /// The handshake offered to resume an earlier session, which may be to blame: the next one will
    /// not, and is worth a try at once.
    bool offered_session = false;
};

/// Tells of a connection what a person who looks into it wants to know.
struct tls_peer {
    std::string version; ///< such as "TLS 1.3"; empty before the handshake is done
    std::string suite;   ///< OpenSSL's name of the cipher suite; empty before the handshake is done
    /// With tls_options::keep_chain and verification: what the server sent, its own certificate
    /// first, without the anchor, in DER; also where it was refused.
    std::vector<std::vector<std::byte>> chain;
    std::vector<std::byte> anchor; ///< the trusted certificate at which the chain ends, in DER
    std::string anchor_source;     ///< where the anchor comes from
};

/// Tells the driver what to do after a step of a session.
enum class tls_step {
    done,               ///< the operation is complete, nothing to send
    done_after_output,  ///< complete once output() has been sent
    retry_after_output, ///< send output(), then call again
    retry_after_input,  ///< send output() if any, feed put_input(), then call again
};

/// Models one TLS connection, client side. It does no I/O and owns no socket.
///
/// A step that fails sets @c ec to a coquest::tls_failure and leaves the session unusable; output()
/// may then hold an alert that is worth sending. `read` reports close_notify as
/// tls_failure::closed. `write` may take less than it was given; `n` says how much. A session may
/// offer `diagnosis() const -> tls_diagnosis` to explain its last failure, and
/// `peer() const -> tls_peer` to describe the connection.
template <class S>
concept tls_session =
    requires(S s, const S cs, std::span<std::byte> in, std::span<const std::byte> out,
             std::size_t& n, std::error_code& ec) {
        { s.handshake(ec) } -> std::same_as<tls_step>;
        { s.read(in, n, ec) } -> std::same_as<tls_step>;
        { s.write(out, n, ec) } -> std::same_as<tls_step>;
        { s.shutdown(ec) } -> std::same_as<tls_step>;
        { s.put_input(out) } -> std::same_as<std::size_t>;
        { cs.output() } -> std::same_as<std::span<const std::byte>>;
        { s.consume_output(std::size_t{}) } -> std::same_as<void>;
    };

/// Models a TLS library: an immutable configuration that sessions share. `create` makes it from
/// options, and returns null with a diagnosis where it cannot honour one of them. Senders with
/// equal options share one, so that several threads may call `make_session`. A backend may offer
/// `make_session(host, port, why)` as well, which tells servers on one host apart.
template <class B>
concept tls_backend =
    requires(const B b, const tls_options& options, std::string_view host, tls_diagnosis& why) {
        requires tls_session<typename B::session>;
        { B::create(options, why) } -> std::same_as<std::shared_ptr<const B>>;
        { b.make_session(host, why) } -> std::same_as<std::unique_ptr<typename B::session>>;
        { B::name() } -> std::convertible_to<std::string_view>;
    };

/// The project's brief names the concept so.
template <class B>
concept TlsBackend = tls_backend<B>;

/// Returns the text and the hint of a failure of which only the kind is known.
[[nodiscard]] tls_diagnosis describe(tls_failure kind);

} // namespace coquest
