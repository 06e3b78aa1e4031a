// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reads the fields of a certificate from its DER, so that names, dates and messages are the same
// with every TLS library. Verifies no signature; see certificate_path.hpp.
#pragma once

#include "tls/x509/der.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace coquest::inline v0::detail {

enum class key_kind { rsa, ec, edwards, other };

/// The signed part of a certificate or of a revocation list, with its signature.
struct signed_data {
    der_bytes content;   // with tag and length
    der_bytes algorithm; // AlgorithmIdentifier, with tag and length
    der_bytes signature;
};

// Its views point into the DER that it was read from, which must outlive it.
struct certificate {
    der_bytes der; // the whole certificate
    signed_data proof;
    unsigned version = 1; // only version 3 has extensions
    der_bytes serial;     // content of the INTEGER
    der_bytes issuer;     // Name, with tag and length
    der_bytes subject;    // Name, with tag and length
    std::chrono::sys_seconds not_before;
    std::chrono::sys_seconds not_after;
    key_kind key = key_kind::other;
    std::size_t key_bits = 0;
    der_bytes key_info;                        // SubjectPublicKeyInfo, with tag and length
    der_bytes public_key;                      // the key itself: for EC the point
    bool weak_signature = false;               // signed with SHA-1, DSA or older
    bool two_algorithms = false;               // its two AlgorithmIdentifiers differ
    bool unknown_critical = false;             // has a critical extension that is not supported
    bool is_ca = false;                        // basicConstraints says CA:TRUE
    std::optional<unsigned> path_length;       // the most CAs below it; empty: no limit
    bool may_sign_certificates = true;         // keyUsage absent or with keyCertSign
    bool may_sign_crl = true;                  // keyUsage absent or with cRLSign
    bool may_sign_handshake = true;            // keyUsage absent or with digitalSignature
    bool may_serve_tls = true;                 // extendedKeyUsage absent or with serverAuth
    std::optional<der_bytes> san;              // the list of names of subjectAltName
    std::optional<der_bytes> name_constraints; // the content of nameConstraints

    [[nodiscard]] bool self_issued() const noexcept;
    [[nodiscard]] bool weak_key() const noexcept;
};

/// Parses @p der, which must be exactly one certificate; empty if it is not.
[[nodiscard]] std::optional<certificate> parse_certificate(der_bytes der) noexcept;

/// Returns the subject of @p der, a certificate, without reading the rest of it; empty if the input
/// is not a certificate.
[[nodiscard]] der_bytes subject_of(der_bytes der) noexcept;

/// Returns whether @p algorithm, the content of an AlgorithmIdentifier, signs with SHA-1, DSA or an
/// older algorithm.
[[nodiscard]] bool is_weak_signature(der_bytes algorithm) noexcept;

/// Returns the first element of @p der with tag and length, or nothing if @p der has no element.
[[nodiscard]] der_bytes first_element(der_bytes der) noexcept;

/// Iterates over the DNS names and addresses of a subjectAltName.
class san_reader {
public:
    enum class kind { dns, ip };
    explicit san_reader(const certificate& facts) noexcept
        : remaining_(facts.san.value_or(der_bytes{}))
    {
    }
    /// Reads the next name. Returns false at the end, or if the list is malformed.
    bool next(kind& name_kind, der_bytes& value) noexcept;

private:
    der_bytes remaining_;
};

/// Returns the last commonName in @p name as printable text, or empty text if @p name has no
/// commonName.
[[nodiscard]] std::string common_name(der_bytes name);

/// Returns the commonName, else the organisation or its unit, else "(no name)".
[[nodiscard]] std::string name_text(der_bytes name);

/// Returns the first names of the subjectAltName, separated by commas; "none" if there are none.
[[nodiscard]] std::string san_text(const certificate& facts);

/// Returns 4 or 16 address bytes as text.
[[nodiscard]] std::string address_text(der_bytes address);

} // namespace coquest::inline v0::detail
