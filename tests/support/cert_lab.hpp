// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Makes keys and certificates of any kind, good and bad, in memory. Users of this header need no
// OpenSSL header.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct evp_pkey_st;
struct x509_st;

namespace coquest::test {

using key_ptr = std::shared_ptr<evp_pkey_st>;

/// Returns a key of that many bits; the same one each time, since making them is slow.
[[nodiscard]] key_ptr rsa_key(int bits);
/// Makes a key on that curve.
[[nodiscard]] key_ptr ec_key(const char* curve = "P-256");
/// Makes an Ed25519 key.
[[nodiscard]] key_ptr ed25519_key();

/// What a certificate says.
struct cert_spec {
    std::string common_name = "localhost"; // empty: no subject at all
    std::vector<std::string> san;          // "DNS:a.example", "IP:::1"; none: no extension
    std::optional<bool> ca;                // empty: no basicConstraints
    std::optional<int> path_length{};      // of a CA
    std::string key_usage;                 // as OpenSSL spells it; empty: no extension
    std::string extended_key_usage;        // same
    bool key_ids = true;                   // subject and authority key identifier
    std::chrono::hours from{-24};          // relative to now
    std::chrono::hours until{24 * 30};
    const char* digest = "SHA256";
    /// Further extensions: OpenSSL's name or an OID, and the value as OpenSSL spells it.
    std::vector<std::pair<std::string, std::string>> more = {};
};

/// A certificate with its key.
struct identity {
    std::shared_ptr<x509_st> certificate;
    key_ptr key;

    [[nodiscard]] std::vector<std::byte> der() const;
    [[nodiscard]] std::string pem() const;
    [[nodiscard]] std::string key_pem() const;
};

[[nodiscard]] identity self_signed(const cert_spec& spec, key_ptr key = ec_key());
[[nodiscard]] identity issue(const cert_spec& spec, const identity& issuer, key_ptr key = ec_key());

/// Reads a certificate made elsewhere, and its key where @p key_pem has one.
[[nodiscard]] identity from_pem(const std::string& certificate_pem,
                                const std::string& key_pem = {});

/// Issues nothing: copies the name, key identifier and signature bytes of @p of, which are public,
/// onto a key of its own, with the names of @p spec (CVE-2026-93302).
[[nodiscard]] identity forge(const cert_spec& spec, const identity& of);

/// What a revocation list says.
struct crl_spec {
    std::vector<identity> revoked;
    std::chrono::hours from{-24}; // relative to now
    std::chrono::hours until{24};
    const char* digest = "SHA256";
    bool critical_extension = false;
};

/// Issues a revocation list; in PEM form, or in DER.
[[nodiscard]] std::string issue_crl(const identity& issuer, const crl_spec& spec, bool pem = true);

/// The guide's recipe: CN only, no subjectAltName, RSA 2048, CA:TRUE unless told otherwise.
[[nodiscard]] identity guide_recipe(bool ca = true);

/// Returns what a CA's certificate says.
[[nodiscard]] cert_spec ca_spec(std::string name);
/// Returns what a server's certificate says.
[[nodiscard]] cert_spec server_spec(std::vector<std::string> san = {"DNS:localhost"});

/// A file that goes with the object.
class temp_file {
public:
    explicit temp_file(std::string_view content);
    temp_file(const temp_file&) = delete;
    temp_file& operator=(const temp_file&) = delete;
    ~temp_file();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

} // namespace coquest::test
