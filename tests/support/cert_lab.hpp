// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Makes keys and certificates in memory, valid and invalid. Users of this header need no OpenSSL
// header.
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

/// Returns an RSA key of @p bits bits; always the same key, because making one is slow.
[[nodiscard]] key_ptr rsa_key(int bits);
/// Makes a key on @p curve.
[[nodiscard]] key_ptr ec_key(const char* curve = "P-256");
/// Makes an Ed25519 key.
[[nodiscard]] key_ptr ed25519_key();

/// The content of a certificate.
struct cert_spec {
    std::string common_name = "localhost"; // empty: no subject at all
    std::vector<std::string> san;          // "DNS:a.example", "IP:::1"; empty: no extension
    std::optional<bool> ca;                // empty: no basicConstraints
    std::optional<int> path_length{};      // of a CA
    std::string key_usage;                 // in OpenSSL's syntax; empty: no extension
    std::string extended_key_usage;        // same
    bool key_ids = true;                   // subject and authority key identifier
    std::chrono::hours from{-24};          // relative to now
    std::chrono::hours until{24 * 30};
    const char* digest = "SHA256";
    bool pss = false; // sign with RSASSA-PSS (RSA keys)
    /// Further extensions: OpenSSL's name or an OID, and the value in OpenSSL's syntax.
    std::vector<std::pair<std::string, std::string>> more = {};
    bool version_1 = false; // without extensions
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

/// Reads a certificate that was made elsewhere, and its key if @p key_pem is not empty.
[[nodiscard]] identity from_pem(const std::string& certificate_pem,
                                const std::string& key_pem = {});

/// Imitates @p original without its private key: copies its name, key identifier and signature,
/// which are public, to a certificate for a new key, with the names of @p spec (CVE-2026-93302).
[[nodiscard]] identity forge(const cert_spec& spec, const identity& original);

/// The content of a revocation list.
struct crl_spec {
    std::vector<identity> revoked;
    std::chrono::hours from{-24}; // relative to now
    std::chrono::hours until{24};
    const char* digest = "SHA256";
    bool critical_extension = false;
    bool key_id = false; // authority key identifier
};

/// Issues a revocation list, in PEM form or in DER.
[[nodiscard]] std::string issue_crl(const identity& issuer, const crl_spec& spec, bool pem = true);

/// Returns OpenSSL's error for @p leaf, sent with @p chain, if it checks every certificate against
/// @p lists (PEM), as `openssl verify -crl_check_all` does. Returns an empty string on success.
[[nodiscard]] std::string verdict_of_openssl(const identity& leaf,
                                             const std::vector<identity>& chain,
                                             const std::vector<identity>& roots,
                                             const std::string& lists);

/// Returns the usual self-signed certificate: CN only, no subjectAltName, RSA 2048; CA:TRUE by
/// default.
[[nodiscard]] identity guide_recipe(bool ca = true);

/// Returns the specification of a CA's certificate.
[[nodiscard]] cert_spec ca_spec(std::string name);
/// Returns the specification of a server's certificate.
[[nodiscard]] cert_spec server_spec(std::vector<std::string> san = {"DNS:localhost"});

/// A file that is removed with the object.
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
