// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/failure_text.hpp"

#include <utility>

namespace coquest::inline v0 {
namespace {

struct words {
    const char* text;
    const char* hint;
};

// docs/tls-errors.md has the same rows; a test compares.
words general(tls_failure kind) noexcept
{
    switch (kind) {
    case tls_failure::closed: return {"the server ended the TLS connection", "try again"};
    case tls_failure::truncated:
        return {"the connection ended without TLS close_notify: the data may be incomplete",
                "try again; look into the log of the server or of the proxy in between"};
    case tls_failure::unknown_issuer:
        return {"certificate verify failed (certificate unknown): its issuer is not trusted",
                "set tls_roots to the PEM file of the CA that signed it"};
    case tls_failure::self_signed:
        return {"certificate verify failed (certificate unknown): it is self-signed",
                "set tls_roots to the PEM file of that very certificate"};
    case tls_failure::bad_signature:
        return {"certificate verify failed: its signature does not match the trusted CA",
                "fetch the CA's current certificate; if that is in use, something intercepts the "
                "connection"};
    case tls_failure::expired:
        return {"certificate verify failed (certificate has expired)",
                "renew it on the server; check this machine's clock"};
    case tls_failure::not_yet_valid:
        return {"certificate verify failed (certificate is not yet valid)",
                "check this machine's clock, and the server's when it was issued"};
    case tls_failure::name_mismatch:
        return {"certificate verify failed (hostname mismatch)",
                "connect by a name in the certificate, or re-issue it with the right name"};
    case tls_failure::bad_usage:
        return {"certificate verify failed (unsuitable certificate purpose): it is not for TLS "
                "servers",
                "re-issue it with extendedKeyUsage serverAuth and keyUsage digitalSignature"};
    case tls_failure::weak_key:
        return {"certificate verify failed: a key in its chain is too short",
                "re-issue it with RSA of 2048 bits or more, or with P-256"};
    case tls_failure::revoked:
        return {"certificate verify failed: it was revoked", "replace it on the server"};
    case tls_failure::pin_mismatch:
        return {"certificate verify failed: its key is not the pinned one",
                "check tls_pin against the server's key"};
    case tls_failure::bad_certificate:
        return {"certificate verify failed",
                "look at it: openssl s_client -showcerts -connect HOST:PORT"};
    case tls_failure::not_tls:
        return {"the server answered without TLS",
                "use http or tcp, or the port on which the server speaks TLS"};
    case tls_failure::closed_in_handshake:
        return {"the server closed the connection during the TLS handshake",
                "is TLS enabled on this port, or a TLS proxy in front? QuestDB open source has no "
                "TLS by itself; without it use http or tcp"};
    case tls_failure::protocol_version:
        return {"the server speaks neither TLS 1.2 nor TLS 1.3", "enable TLS 1.2 or 1.3 there"};
    case tls_failure::no_common_cipher:
        return {"no cipher suite in common",
                "let the server offer ECDHE with AES-GCM or ChaCha20-Poly1305"};
    case tls_failure::client_certificate_required:
        return {"the server requires a client certificate",
                "set tls_client_cert and tls_client_key"};
    case tls_failure::alert_received:
        return {"the server refused with a TLS alert", "look into the server's log"};
    case tls_failure::bad_record:
        return {"a TLS record was damaged or forged",
                "try again; if it stays, suspect a middlebox or the network"};
    case tls_failure::weak_session:
        return {"the TLS session is weaker than demanded, and was dropped",
                "let the server use TLS 1.2 or 1.3 with ECDHE and AES-GCM or ChaCha20-Poly1305"};
    case tls_failure::bad_roots:
        return {"the trusted roots could not be loaded", "check tls_ca and tls_roots"};
    case tls_failure::bad_crl:
        return {"the revocation lists cannot be used",
                "fetch the CA's current list; check tls_crl"};
    case tls_failure::bad_client_certificate:
        return {"the client certificate could not be loaded",
                "check tls_client_cert and tls_client_key"};
    case tls_failure::unsupported:
        return {"this build cannot honour a TLS option",
                "leave the option out, or build coquest with another TLS library"};
    case tls_failure::timed_out:
        return {"the TLS handshake did not end in time",
                "does this port speak TLS? a server without TLS may wait for more data"};
    case tls_failure::other: break;
    }
    return {"TLS failed", "look into the server's log"};
}

} // namespace

tls_diagnosis describe(tls_failure kind)
{
    tls_diagnosis diagnosis;
    diagnosis.kind = kind;
    diagnosis.text = general(kind).text;
    diagnosis.hint = general(kind).hint;
    return diagnosis;
}

namespace detail {
namespace {

const char* alert_name(int alert) noexcept
{
    switch (alert) {
    case 0: return "close notify";
    case 10: return "unexpected message";
    case 20: return "bad record mac";
    case 22: return "record overflow";
    case 40: return "handshake failure";
    case 42: return "bad certificate";
    case 43: return "unsupported certificate";
    case 44: return "certificate revoked";
    case 45: return "certificate expired";
    case 46: return "certificate unknown";
    case 47: return "illegal parameter";
    case 48: return "unknown ca";
    case 49: return "access denied";
    case 50: return "decode error";
    case 51: return "decrypt error";
    case 70: return "protocol version";
    case 71: return "insufficient security";
    case 80: return "internal error";
    case 86: return "inappropriate fallback";
    case 109: return "missing extension";
    case 112: return "unrecognized name";
    case 116: return "certificate required";
    default: return "unknown alert";
    }
}

bool is_about_certificate(int alert) noexcept
{
    return (alert >= 42 && alert <= 46) || alert == 48;
}

// A retry does not help against a certificate or a TLS version that is not acceptable.
bool is_transient(tls_failure kind) noexcept
{
    return kind == tls_failure::truncated || kind == tls_failure::closed_in_handshake ||
           kind == tls_failure::timed_out || kind == tls_failure::bad_record;
}

} // namespace

tls_diagnosis explain_alert(int alert, client_certificate state, bool later)
{
    const bool asked = state == client_certificate::asked_for;
    tls_failure kind = tls_failure::alert_received;
    if (alert == 116 || (asked && (alert == 40 || is_about_certificate(alert)))) {
        kind = tls_failure::client_certificate_required;
    } else if (alert == 20) {
        kind = tls_failure::bad_record;
    } else if (alert == 70 && !later) {
        kind = tls_failure::protocol_version;
    } else if ((alert == 40 || alert == 71) && !later) {
        kind = tls_failure::no_common_cipher;
    }
    tls_diagnosis diagnosis = describe(kind);
    if (kind == tls_failure::no_common_cipher) { // the alert does not say what is not in common
        diagnosis.text = "no cipher suite in common, or no common curve or signature algorithm";
        diagnosis.hint =
            "let the server offer ECDHE with AES-GCM or ChaCha20-Poly1305, and a certificate with "
            "an RSA key or on P-256 or P-384; its log says which is missing";
    }
    if (alert == 112) {
        diagnosis.hint =
            "the server does not know the host name of addr: connect by the name that it has";
    }
    if (kind == tls_failure::alert_received && is_about_certificate(alert) &&
        state == client_certificate::sent) {
        diagnosis.text = "the server refused the certificate of this client";
        diagnosis.hint = "check tls_client_cert against the CA that the server trusts";
    }
    diagnosis.text +=
        std::string(" (TLS alert ") + std::to_string(alert) + ", " + alert_name(alert) + ")";
    return diagnosis;
}

status tls_status(const std::string& doing, tls_diagnosis diagnosis)
{
    const words usual = general(diagnosis.kind);
    const std::string text = diagnosis.text.empty() ? usual.text : diagnosis.text;
    const std::string hint = diagnosis.hint.empty() ? usual.hint : diagnosis.hint;
    status result(errc::tls_error, doing + text + (hint.empty() ? "" : "; " + hint));
    result.amend().hint = hint;
    result.amend().path = std::move(diagnosis.path);
    result.amend().tls = diagnosis.kind;
    result.amend().tls_code = diagnosis.native_code;
    result.amend().retryable = is_transient(diagnosis.kind);
    return result;
}

} // namespace detail
} // namespace coquest::inline v0
