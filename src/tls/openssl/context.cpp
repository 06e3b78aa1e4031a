// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/openssl/context.hpp"

#include "tls/session/suites.hpp"
#include "tls/trust/failure_text.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/sslerr.h>

namespace coquest::inline v0::detail {
namespace {

// OpenSSL uses the AES instructions that nearly all of these processors have.
#if defined(__x86_64__) || defined(__aarch64__) || defined(_M_X64) || defined(_M_ARM64)
constexpr bool fast_aes = true;
#else
constexpr bool fast_aes = false;
#endif

bool set_suites(SSL_CTX* context)
{
    std::string tls12;
    std::string tls13;
    for (const cipher_suite& suite : preferred_suites(fast_aes)) {
        append_suite(suite.is_tls13() ? tls13 : tls12, suite.openssl);
    }
    return SSL_CTX_set_cipher_list(context, tls12.c_str()) == 1 &&
           SSL_CTX_set_ciphersuites(context, tls13.c_str()) == 1;
}

openssl_ptr<BIO> memory(std::string_view text)
{
    return openssl_ptr<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without this callback, the library would ask for a password on the terminal.
int no_password(char*, int, int, void*)
{
    return 0;
}

bool use_chain(SSL_CTX* context, const std::string& pem)
{
    const openssl_ptr<BIO> in = memory(pem);
    bool first = true;
    while (in) {
        const openssl_ptr<X509> certificate(
            PEM_read_bio_X509(in.get(), nullptr, &no_password, nullptr));
        if (!certificate) {
            return !first; // read_certificates checked that every block is good
        }
        const long result = first ? SSL_CTX_use_certificate(context, certificate.get())
                                  : SSL_CTX_add1_chain_cert(context, certificate.get());
        if (result != 1) {
            return false;
        }
        first = false;
    }
    return false;
}

bool use_key(SSL_CTX* context, std::string_view pem)
{
    const openssl_ptr<BIO> in = memory(pem);
    const openssl_ptr<EVP_PKEY> key(
        in ? PEM_read_bio_PrivateKey(in.get(), nullptr, &no_password, nullptr) : nullptr);
    return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
           SSL_CTX_check_private_key(context) == 1;
}

} // namespace

std::string openssl_error_text(unsigned long code)
{
    std::array<char, 256> text{};
    ERR_error_string_n(code, text.data(), text.size());
    return std::string("OpenSSL ") + text.data();
}

tls_diagnosis openssl_refused(const char* feature)
{
    tls_diagnosis diagnosis = describe(tls_failure::unsupported);
    diagnosis.text = std::string(OpenSSL_version(OPENSSL_VERSION)) + " refused " + feature;
    diagnosis.hint = "use an OpenSSL that is built with it, and look at its openssl.cnf";
    return diagnosis;
}

tls_failure verify_failure(int code) noexcept
{
    switch (code) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_INVALID_CA: return tls_failure::unknown_issuer;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return tls_failure::self_signed;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE: return tls_failure::bad_signature;
    case X509_V_ERR_CERT_HAS_EXPIRED: return tls_failure::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return tls_failure::not_yet_valid;
    case X509_V_ERR_INVALID_PURPOSE: return tls_failure::bad_usage;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL: return tls_failure::weak_key;
    case X509_V_ERR_CERT_REVOKED: return tls_failure::revoked;
    default: return tls_failure::bad_certificate;
    }
}

int verify_code(tls_failure kind) noexcept
{
    switch (kind) {
    case tls_failure::unknown_issuer: return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
    case tls_failure::self_signed: return X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
    case tls_failure::bad_signature: return X509_V_ERR_CERT_SIGNATURE_FAILURE;
    case tls_failure::expired: return X509_V_ERR_CERT_HAS_EXPIRED;
    case tls_failure::not_yet_valid: return X509_V_ERR_CERT_NOT_YET_VALID;
    case tls_failure::name_mismatch: return X509_V_ERR_HOSTNAME_MISMATCH;
    case tls_failure::bad_usage: return X509_V_ERR_INVALID_PURPOSE;
    case tls_failure::weak_key: return X509_V_ERR_EE_KEY_TOO_SMALL;
    case tls_failure::revoked: return X509_V_ERR_CERT_REVOKED;
    default: return X509_V_ERR_CERT_REJECTED;
    }
}

tls_failure openssl_failure(unsigned long code) noexcept
{
    const int reason = ERR_GET_REASON(code);
    if (ERR_GET_LIB(code) != ERR_LIB_SSL) {
        return tls_failure::other;
    }
    if (reason >= SSL_AD_REASON_OFFSET) {
        return tls_failure::alert_received;
    }
    switch (reason) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED: return tls_failure::bad_certificate;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW: return tls_failure::protocol_version;
    case SSL_R_WRONG_CIPHER_RETURNED:
    case SSL_R_UNKNOWN_CIPHER_RETURNED:
    case SSL_R_NO_CIPHERS_AVAILABLE: return tls_failure::no_common_cipher;
    case SSL_R_EE_KEY_TOO_SMALL:
    case SSL_R_DH_KEY_TOO_SMALL: return tls_failure::weak_key;
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
    case SSL_R_UNEXPECTED_MESSAGE:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
    case SSL_R_DATA_LENGTH_TOO_LONG:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_RECORD_LENGTH_MISMATCH: return tls_failure::bad_record;
    default: return tls_failure::other;
    }
}

openssl_ptr<SSL_CTX> make_openssl_context(tls_min min, tls_diagnosis& diagnosis)
{
    const bool only_13 = min == tls_min::v1_3;
    openssl_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
    const auto refuse = [&](const char* feature) {
        diagnosis = openssl_refused(feature);
        return nullptr;
    };
    if (!context) {
        return refuse("a TLS client");
    }
    // Explicit, since openssl.cnf may have other settings for all programs.
    SSL_CTX_set_security_level(context.get(), 2); // RSA 2048, SHA-256
    if (SSL_CTX_set_min_proto_version(context.get(), only_13 ? TLS1_3_VERSION : TLS1_2_VERSION) !=
            1 ||
        SSL_CTX_set_max_proto_version(context.get(), 0) != 1) {
        return refuse(only_13 ? "TLS 1.3 as the oldest version" : "TLS 1.2 as the oldest version");
    }
    if (!set_suites(context.get())) {
        return refuse("the cipher suites that coquest uses");
    }
    if (SSL_CTX_set1_groups_list(context.get(), "X25519:P-256:P-384") != 1) {
        return refuse("the groups X25519, P-256 and P-384");
    }
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    return context;
}

openssl_ptr<X509> decode(der_bytes certificate)
{
    const auto* der = reinterpret_cast<const unsigned char*>(certificate.data());
    return openssl_ptr<X509>(d2i_X509(nullptr, &der, static_cast<long>(certificate.size())));
}

bool load_identity(SSL_CTX* context, const tls_options& options, const client_identity& identity,
                   tls_diagnosis& diagnosis)
{
    ERR_clear_error();
    if (!use_chain(context, identity.chain_pem)) {
        diagnosis = refused_certificate(options);
    } else if (!use_key(context, identity.key_pem.reveal())) {
        diagnosis = refused_key(options);
    } else {
        ERR_clear_error(); // the end of the chain is an error in the queue
        return true;
    }
    diagnosis.native_code = ERR_GET_REASON(ERR_peek_error());
    return false;
}

} // namespace coquest::inline v0::detail
