// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reads the facts of a certificate out of its DER, so that names, dates and messages are the same
// with every TLS library. It verifies no signature; the library does.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace coquest::detail {

using der_bytes = std::span<const std::byte>;

enum class key_kind { rsa, ec, edwards, other };

// Views into the DER it was read from, which must outlive it.
struct certificate {
    der_bytes serial;  // content of the INTEGER
    der_bytes issuer;  // Name, with tag and length
    der_bytes subject; // Name, with tag and length
    std::chrono::sys_seconds not_before;
    std::chrono::sys_seconds not_after;
    key_kind key = key_kind::other;
    std::size_t key_bits = 0;
    der_bytes key_info;                        // SubjectPublicKeyInfo, with tag and length
    der_bytes public_key;                      // the key itself: for EC the point
    bool weak_signature = false;               // signed with SHA-1, DSA or older
    bool unknown_critical = false;             // an extension that must be understood, and isn't
    bool is_ca = false;                        // basicConstraints says CA:TRUE
    std::optional<unsigned> path_length;       // of CAs below it; empty: any
    bool may_sign_certificates = true;         // keyUsage absent or with keyCertSign
    bool may_sign_crl = true;                  // keyUsage absent or with cRLSign
    bool may_sign_handshake = true;            // keyUsage absent or with digitalSignature
    bool may_serve_tls = true;                 // extendedKeyUsage absent or with serverAuth
    std::optional<der_bytes> san;              // subjectAltName's list of names, where there is one
    std::optional<der_bytes> name_constraints; // its two lists, where there are any

    [[nodiscard]] bool self_issued() const noexcept;
    [[nodiscard]] bool weak_key() const noexcept;
};

/// Reads @p der, which must be exactly one certificate; empty where it is none.
[[nodiscard]] std::optional<certificate> parse_certificate(der_bytes der) noexcept;

/// Says whether @p algorithm, the content of an AlgorithmIdentifier, signs with SHA-1 or older.
[[nodiscard]] bool is_weak_signature(der_bytes algorithm) noexcept;

/// Returns the first element of @p der with tag and length; empty where there is none.
[[nodiscard]] der_bytes first_element(der_bytes der) noexcept;

/// Walks a subjectAltName; other kinds of names are skipped.
class san_reader {
public:
    enum class kind { dns, ip };
    explicit san_reader(const certificate& of) noexcept : rest_(of.san.value_or(der_bytes{})) {}
    /// Reads the next name; false at the end and where the list is malformed.
    bool next(kind& what, der_bytes& value) noexcept;

private:
    der_bytes rest_;
};

/// Returns the last commonName in @p name as printable text; empty where there is none.
[[nodiscard]] std::string common_name(der_bytes name);

/// Returns the commonName, else the organisation, else "(no name)".
[[nodiscard]] std::string name_text(der_bytes name);

/// Returns the names in the subjectAltName, comma-separated and bounded; "none" where empty.
[[nodiscard]] std::string san_text(const certificate& of);

/// Returns 4 or 16 address bytes as text.
[[nodiscard]] std::string address_text(der_bytes address);

} // namespace coquest::detail
