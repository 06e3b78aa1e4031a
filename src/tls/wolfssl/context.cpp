// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// By default, wolfSSL as distributions build it verifies nothing and offers suites without
// authentication. The settings here prevent both. The library is given no roots: it would keep each
// CA that it verified for later handshakes, even from a refused one, and would accept a certificate
// that only resembles a trusted peer's.

#include "core/text/wipe.hpp"
#include "tls/session/suites.hpp"
#include "tls/trust/failure_text.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "tls/wolfssl/context.hpp"

#include <wolfssl/version.h>
#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/ecc.h>

namespace coquest::inline v0::detail {
namespace {

#if defined(WOLFSSL_AESNI) || defined(WOLFSSL_ARMASM)
constexpr bool fast_aes = true;
#else
constexpr bool fast_aes = false;
#endif

bool init_library()
{
    static std::once_flag once;
    static int result = 0;
    std::call_once(once, [] { result = wolfSSL_Init(); });
    return result == WOLFSSL_SUCCESS;
}

// The suites of coquest that this build of the library has. An unknown name would make the library
// refuse the list, or ignore it and keep its own.
std::string suite_list(bool only_13)
{
    std::vector<char> names(16384);
    std::string list;
    if (wolfSSL_get_ciphers(names.data(), static_cast<int>(names.size())) != WOLFSSL_SUCCESS) {
        return list;
    }
    const std::string known = ":" + std::string(names.data()) + ":";
    for (const cipher_suite& suite : preferred_suites(fast_aes)) {
        if ((suite.is_tls13() || !only_13) &&
            known.find(":" + std::string(suite.wolfssl) + ":") != std::string::npos) {
            append_suite(list, suite.wolfssl);
        }
    }
    return list;
}

#if defined(HAVE_ECC) && defined(WOLFSSL_PEM_TO_DER)
// wolfSSL_CTX_check_private_key accepts any key on the right curve.
bool is_ec_key_of(std::string_view pem, const certificate& leaf)
{
    std::vector<unsigned char> der(pem.size());
    const int size = wc_KeyPemToDer(reinterpret_cast<const unsigned char*>(pem.data()),
                                    static_cast<int>(pem.size()), der.data(),
                                    static_cast<int>(der.size()), nullptr);
    std::array<unsigned char, 2 * MAX_ECC_BYTES + 1> point{};
    word32 point_size = static_cast<word32>(point.size());
    word32 at = 0;
    ecc_key key;
    bool same = false;
    if (size > 0 && wc_ecc_init(&key) == 0) {
        same =
            wc_EccPrivateKeyDecode(der.data(), &at, &key, static_cast<word32>(size)) == 0 &&
            wc_ecc_make_pub(&key, nullptr) == 0 &&
            wc_ecc_export_x963(&key, point.data(), &point_size) == 0 &&
            std::ranges::equal(std::as_bytes(std::span(point.data(), point_size)), leaf.public_key);
        wc_ecc_free(&key);
    }
    wipe(der.data(), der.size());
    return same;
}
#else
bool is_ec_key_of(std::string_view, const certificate&)
{
    return true;
}
#endif

bool set_groups(WOLFSSL_CTX* context)
{
    std::array<int, 3> groups{WOLFSSL_ECC_X25519, WOLFSSL_ECC_SECP256R1, WOLFSSL_ECC_SECP384R1};
    return wolfSSL_CTX_set_groups(context, groups.data(), static_cast<int>(groups.size())) ==
           WOLFSSL_SUCCESS;
}

} // namespace

std::string wolfssl_error_text(int code)
{
    std::array<char, WOLFSSL_MAX_ERROR_SZ> text{};
    wolfSSL_ERR_error_string_n(static_cast<unsigned long>(code), text.data(), text.size());
    return "wolfSSL " + std::to_string(code) + ": " + text.data();
}

tls_diagnosis wolfssl_refused(const char* feature)
{
    tls_diagnosis diagnosis = describe(tls_failure::unsupported);
    diagnosis.text = std::string("wolfSSL ") + wolfSSL_lib_version() + " refused " + feature;
    diagnosis.hint = "use a wolfSSL that is built with it, or the OpenSSL backend";
    return diagnosis;
}

// The codes of wolfSSL are negative. The positive ones are those of X509_verify_cert, which builds
// with OpenSSL's defaults pass to the verify callback.
tls_failure wolfssl_failure(int code) noexcept
{
    switch (code) {
    case ASN_NO_SIGNER_E:
    case 2:  // unable to get issuer certificate
    case 20: // unable to get local issuer certificate
    case 21: // unable to verify the first certificate
        return tls_failure::unknown_issuer;
    case ASN_SELF_SIGNED_E:
    case 18: // self-signed certificate
        return tls_failure::self_signed;
    case ASN_SIG_CONFIRM_E:
    case ASN_SIG_OID_E:
    case ASN_SIG_HASH_E:
    case ASN_SIG_KEY_E:
    case 7: // certificate signature failure
        return tls_failure::bad_signature;
    case ASN_AFTER_DATE_E:
    case 14: return tls_failure::expired;
    case ASN_BEFORE_DATE_E:
    case 13: return tls_failure::not_yet_valid;
    case DOMAIN_NAME_MISMATCH:
    case IPADDR_MISMATCH: return tls_failure::name_mismatch;
    case EXTKEYUSE_AUTH_E:
    case KEYUSE_SIGNATURE_E:
    case KEYUSE_ENCIPHER_E: return tls_failure::bad_usage;
    case RSA_KEY_SIZE_E:
    case ECC_KEY_SIZE_E: return tls_failure::weak_key;
    case NO_PEER_CERT:
    case NOT_CA_ERROR:
    case MAX_CHAIN_ERROR:
    case ASN_PATHLEN_SIZE_E:
    case ASN_PATHLEN_INV_E: return tls_failure::bad_certificate;
    case CRL_CERT_REVOKED: return tls_failure::revoked;
    case VERSION_ERROR: return tls_failure::protocol_version;
    case MATCH_SUITE_ERROR:
    case UNSUPPORTED_SUITE: return tls_failure::no_common_cipher;
    case FATAL_ERROR: return tls_failure::alert_received;
    case AES_GCM_AUTH_E:
    case MAC_CMP_FAILED_E:
    case VERIFY_MAC_ERROR:
    case DECRYPT_ERROR:
    case LENGTH_ERROR:
    case UNKNOWN_RECORD_TYPE:
    case BUFFER_ERROR:
    case BUFFER_E:
    case PARSE_ERROR:
    case SANITY_CIPHER_E:
    case SANITY_MSG_E:
    case SIDE_ERROR:
    case SECURE_RENEGOTIATION_E:
    case VERIFY_FINISHED_ERROR:
    case SESSION_TICKET_EXPECT_E:
    case NO_PEER_KEY:
    case VERIFY_SIGN_ERROR:
    case DUPLICATE_MSG_E:
    case OUT_OF_ORDER_E: return tls_failure::bad_record;
    default:
        // wolfCrypt's range of codes about certificates
        return code <= ASN_PARSE_E && code >= ASN_COUNTRY_SIZE_E ? tls_failure::bad_certificate
                                                                 : tls_failure::other;
    }
}

context_ptr make_wolfssl_context(tls_min min, tls_diagnosis& diagnosis)
{
    const bool only_13 = min == tls_min::v1_3;
    context_ptr context;
    const auto refuse = [&](const char* feature) {
        diagnosis = wolfssl_refused(feature);
        return nullptr;
    };
    if (!init_library()) {
        return refuse("to initialise");
    }
#ifdef OPENSSL_EXTRA
    context.reset(wolfSSL_CTX_new(wolfTLS_client_method()));
#else
    context.reset(wolfSSL_CTX_new(wolfSSLv23_client_method()));
#endif
    if (!context) {
        return refuse("a TLS client");
    }
    const std::string suites = suite_list(only_13);
    if (suites.empty() ||
        wolfSSL_CTX_set_cipher_list(context.get(), suites.c_str()) != WOLFSSL_SUCCESS) {
        return refuse("every cipher suite that coquest uses");
    }
    if (wolfSSL_CTX_SetMinVersion(context.get(), only_13 ? WOLFSSL_TLSV1_3 : WOLFSSL_TLSV1_2) !=
        WOLFSSL_SUCCESS) {
        return refuse(only_13 ? "TLS 1.3 as the oldest version" : "TLS 1.2 as the oldest version");
    }
    if (wolfSSL_CTX_SetMinRsaKey_Sz(context.get(), 2048) != WOLFSSL_SUCCESS ||
        wolfSSL_CTX_SetMinEccKey_Sz(context.get(), 256) != WOLFSSL_SUCCESS) {
        return refuse("the least key sizes");
    }
#if defined(COQUEST_WOLFSSL_RESUMES) && LIBWOLFSSL_VERSION_HEX >= 0x05007006
    // For TLS 1.2; TLS 1.3 uses tickets without this. Before 5.7.6, the handshake failed if the
    // server refused the ticket, so TLS 1.2 resumes by session ID there.
    if (wolfSSL_CTX_UseSessionTicket(context.get()) != WOLFSSL_SUCCESS) {
        return refuse("session tickets");
    }
#endif
    if (!set_groups(context.get())) {
        return refuse("the groups X25519, P-256 and P-384");
    }
    return context;
}

bool load_identity(WOLFSSL_CTX* context, const tls_options& options,
                   const client_identity& identity, tls_diagnosis& diagnosis)
{
    const auto bytes = [](std::string_view text) {
        return reinterpret_cast<const unsigned char*>(text.data());
    };
    const std::string_view key = identity.key_pem.reveal();
    const auto refuse = [&](tls_diagnosis refusal, int code) {
        diagnosis = std::move(refusal);
        diagnosis.native_code = code;
        return false;
    };
    int result = wolfSSL_CTX_use_certificate_chain_buffer(
        context, bytes(identity.chain_pem), static_cast<long>(identity.chain_pem.size()));
    if (result != WOLFSSL_SUCCESS) {
        return refuse(refused_certificate(options), result);
    }
    result = wolfSSL_CTX_use_PrivateKey_buffer(context, bytes(key), static_cast<long>(key.size()),
                                               WOLFSSL_FILETYPE_PEM);
    if (result == WOLFSSL_SUCCESS) {
        result = wolfSSL_CTX_check_private_key(context);
    }
    const auto leaf = parse_certificate(identity.leaf);
    const bool mismatch = leaf && leaf->key == key_kind::ec && !is_ec_key_of(key, *leaf);
    return (result == WOLFSSL_SUCCESS && !mismatch) ||
           refuse(refused_key(options), mismatch ? 0 : result);
}

} // namespace coquest::inline v0::detail
