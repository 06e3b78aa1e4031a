// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What to say of a certificate that was refused: who signed it, for which names, until when.

#include "tls/failure_text.hpp"
#include "tls/name_constraints.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace coquest::detail {
namespace {

constexpr const char* unknown_extension = " has a critical extension that nobody here understands";
constexpr const char* without_extension =
    "re-issue it without that extension, or with one that is not critical";

std::string quoted(const std::string& text)
{
    return "\"" + text + "\"";
}

std::optional<certificate> find_in_chain(const peer_facts& facts, der_bytes name)
{
    for (const der_bytes der : facts.chain) {
        const auto one = parse_certificate(der);
        if (one && std::ranges::equal(one->subject, name)) {
            return one;
        }
    }
    return std::nullopt;
}

// The last certificate on the way from the server's own up through what it sent.
certificate last_of_path(const peer_facts& facts, const certificate& leaf)
{
    certificate last = leaf;
    for (std::size_t step = 0; step < facts.chain.size() && !last.self_issued(); ++step) {
        const auto next = find_in_chain(facts, last.issuer);
        if (!next) {
            break;
        }
        last = *next;
    }
    return last;
}

// A certificate that was sent, and signs another of them without being allowed to.
std::optional<certificate> signer_that_is_no_ca(const peer_facts& facts)
{
    for (const der_bytes der : facts.chain.subspan(1)) {
        const auto signer = parse_certificate(der);
        for (const der_bytes other : facts.chain) {
            const auto below = parse_certificate(other);
            if (signer && !signer->is_ca && below && other.data() != der.data() &&
                std::ranges::equal(below->issuer, signer->subject)) {
                return signer;
            }
        }
    }
    return std::nullopt;
}

std::string subject_of(const peer_facts& facts)
{
    return "certificate verify failed (certificate unknown): the certificate of " + facts.host;
}

bool explain_no_ca(tls_diagnosis& why, const peer_facts& facts)
{
    const auto no_ca = signer_that_is_no_ca(facts);
    if (!no_ca) {
        return false;
    }
    why = describe(tls_failure::unknown_issuer);
    why.text = subject_of(facts) + " comes by way of " + quoted(name_text(no_ca->subject)) +
               ", which is no CA (CA:FALSE)";
    why.hint = "have it re-issued by a CA";
    return true;
}

std::string not_among(const trust& roots)
{
    return roots.count == 1 ? "which is not the trusted one of " + roots.source
                            : "which is not among the " + std::to_string(roots.count) +
                                  " trusted roots of " + roots.source;
}

bool in_date(const certificate& facts, std::chrono::sys_seconds now)
{
    return now >= facts.not_before && now <= facts.not_after;
}

// " ended on DATE" or " begins on DATE", with the kind of it.
std::string date_fault(tls_diagnosis& why, const certificate& facts, std::chrono::sys_seconds now,
                       const std::string& whose)
{
    const bool expired = now > facts.not_after;
    why = describe(expired ? tls_failure::expired : tls_failure::not_yet_valid);
    return why.text + ": " + whose +
           (expired ? " ended on " + date_text(facts.not_after)
                    : " begins on " + date_text(facts.not_before)) +
           "; this machine's clock says " + date_text(now);
}

std::optional<certificate> find_in_file(const trust& roots, der_bytes name)
{
    for (const der_certificate& der : roots.pins) {
        const auto pin = parse_certificate(der);
        if (pin && std::ranges::equal(pin->subject, name)) {
            return pin;
        }
    }
    return std::nullopt;
}

// Says what keeps a CA on the way to the root from vouching for what is below it.
bool explain_path(tls_diagnosis& why, const peer_facts& facts, const certificate& leaf)
{
    const auto blame = [&](const std::string& text, const char* hint) {
        why = describe(tls_failure::bad_certificate);
        why.text += text;
        why.hint = hint;
        return true;
    };
    certificate below = leaf;
    unsigned cas = 0;
    for (std::size_t step = 0; step <= facts.chain.size() && !below.self_issued(); ++step) {
        const auto sent = find_in_chain(facts, below.issuer);
        const auto above = sent ? sent : find_in_file(facts.roots, below.issuer);
        if (!above) {
            return false;
        }
        const std::string name = quoted(name_text(above->subject));
        if (sent && sent->unknown_critical) {
            return blame(": the intermediate certificate " + name + " of " + facts.host +
                             unknown_extension,
                         without_extension);
        }
        if (sent && !sent->self_issued() && !sent->may_sign_certificates) {
            return blame(": the intermediate certificate " + name + " of " + facts.host +
                             " may not sign others, its keyUsage lacks keyCertSign",
                         "re-issue it with keyUsage keyCertSign");
        }
        if (above->path_length && cas > *above->path_length) {
            return blame(": the CA " + name + " allows " + std::to_string(*above->path_length) +
                             " CAs below it (path length), and the chain of " + facts.host +
                             " has " + std::to_string(cas),
                         "have the certificate signed by a CA nearer to the root");
        }
        cas += above->self_issued() ? 0U : 1U;
        below = *above;
    }
    return false;
}

// The user's file has a certificate of the issuer's name, and yet it does not vouch for the leaf.
void explain_namesake(tls_diagnosis& why, const peer_facts& facts, const certificate& leaf,
                      const certificate& namesake)
{
    const std::string name = quoted(name_text(namesake.subject));
    const std::string subject = "the certificate of " + facts.host;
    if (!in_date(namesake, facts.now)) {
        why.text =
            date_fault(why, namesake, facts.now, "the CA " + name + " in " + facts.roots.source);
        why.hint = "put the current certificate of that CA into " + facts.roots.source;
        return;
    }
    if (!namesake.is_ca && !leaf.self_issued()) {
        why = describe(tls_failure::unknown_issuer);
        why.text = "certificate verify failed (certificate unknown): " + subject +
                   " is signed by " + name + ", which " + facts.roots.source +
                   " holds, but as a certificate that is no CA (CA:FALSE)";
        why.hint = "put the certificate of the server or that of a CA into " + facts.roots.source;
        return;
    }
    // the key must differ: re-issued, or forged
    why = describe(tls_failure::bad_signature);
    why.text = "certificate verify failed: ";
    why.text += leaf.self_issued()
                    ? subject + " is another one than the " + name + " in " + facts.roots.source
                    : "the signature of " + subject + " does not match the trusted CA " + name;
    why.hint = "was it re-issued? copy the current one from the server's operator to " +
               facts.roots.source + "; if it did not change, something intercepts";
}

void explain_issuer(tls_diagnosis& why, const peer_facts& facts, const certificate& leaf)
{
    const certificate last = last_of_path(facts, leaf);
    const std::string subject = subject_of(facts);
    if (explain_no_ca(why, facts) || explain_path(why, facts, leaf)) {
        return;
    }
    if (const auto namesake = find_in_file(facts.roots, last.issuer)) {
        explain_namesake(why, facts, leaf, *namesake);
    } else if (why.kind == tls_failure::bad_signature) {
        why.text += " " + quoted(name_text(last.issuer));
    } else if (leaf.self_issued()) {
        why = describe(tls_failure::self_signed);
        why.text = subject + " is self-signed, " + not_among(facts.roots);
    } else {
        why = describe(tls_failure::unknown_issuer);
        why.text = subject + " is signed by " + quoted(name_text(last.issuer)) + ", " +
                   not_among(facts.roots);
        why.hint =
            (facts.roots.from_file ? "add the PEM certificate of that CA to " + facts.roots.source
                                   : "set tls_roots to the PEM file of that CA") +
            ", or let the server send its intermediate certificates (the full chain)";
        constexpr std::size_t longest_chain = 9; // wolfSSL leaves out the rest, and says nothing
        if (facts.chain.size() >= longest_chain) {
            why.hint = "its chain has " + std::to_string(facts.chain.size()) +
                       " certificates or more: shorten it, or add the PEM certificate of that CA "
                       "to the roots";
        }
    }
}

void explain_date(tls_diagnosis& why, const peer_facts& facts)
{
    for (const der_bytes der : facts.chain) {
        const auto one = parse_certificate(der);
        if (one && !in_date(*one, facts.now)) {
            const bool own = der.data() == facts.chain[0].data();
            const std::string whose =
                own ? "the certificate of "
                    : "the intermediate certificate " + quoted(name_text(one->subject)) + " of ";
            why.text = date_fault(why, *one, facts.now, whose + facts.host);
            return;
        }
    }
}

void explain_name(tls_diagnosis& why, const peer_facts& facts, const certificate& leaf)
{
    const std::string entry = (facts.host_is_ip ? "IP:" : "DNS:") + facts.host;
    why.text = std::string("certificate verify failed (") +
               (facts.host_is_ip ? "IP address mismatch" : "hostname mismatch") +
               "): the certificate is for ";
    if (leaf.san) {
        why.text += san_text(leaf);
    } else {
        const std::string name = common_name(leaf.subject);
        why.text += name.empty() ? "no name at all" : "CN=" + name + " without subjectAltName";
    }
    why.text += ", not for " + facts.host;
    why.hint = "connect by a name in the certificate, or re-issue it with subjectAltName " + entry;
}

void explain_usage(tls_diagnosis& why, const peer_facts& facts, const certificate& leaf)
{
    if (!leaf.may_serve_tls || !leaf.may_sign_handshake) {
        why.text =
            "certificate verify failed (unsuitable certificate purpose): the certificate of " +
            facts.host + " is not for TLS servers, its " +
            (leaf.may_serve_tls ? "keyUsage lacks digitalSignature"
                                : "extendedKeyUsage lacks serverAuth");
    }
}

void explain_key(tls_diagnosis& why, const peer_facts& facts)
{
    for (const der_bytes der : facts.chain) {
        const auto one = parse_certificate(der);
        if (one && one->weak_key()) {
            why.text = "certificate verify failed: " + quoted(name_text(one->subject)) +
                       ", in the chain of " + facts.host + ", has a key of only " +
                       std::to_string(one->key_bits) + " bits";
            return;
        }
    }
}

void explain_pin(tls_diagnosis& why, const peer_facts& facts, const certificate& leaf)
{
    const auto found = facts.roots.pin_of(leaf);
    if (!found) {
        why.text += ": the TLS library computes no SHA-256";
        return;
    }
    const std::string pin = pin_text(*found);
    const std::size_t count = facts.roots.key_pins.size();
    why.text =
        "certificate verify failed: the key of " + facts.host + " is " + pin + ", which is not " +
        (count == 1 ? "that of tls_pin" : "among the " + std::to_string(count) + " of tls_pin");
    why.hint = "if the server has a new key, set tls_pin=" + pin +
               " beside the old one; if it did not change, something intercepts";
}

void explain_signature(tls_diagnosis& why, const peer_facts& facts)
{
    for (const der_bytes der : facts.chain) {
        const auto one = parse_certificate(der);
        if (one && one->weak_signature && !one->self_issued()) {
            why.text = "certificate verify failed: " + quoted(name_text(one->subject)) +
                       ", in the chain of " + facts.host + ", is signed with SHA-1, DSA or older";
            why.hint = "re-issue it with SHA-256";
            return;
        }
    }
}

// Says what is wrong with the certificate itself.
bool explain_certificate(tls_diagnosis& why, const peer_facts& facts, const certificate& leaf)
{
    if (leaf.unknown_critical) {
        why = describe(tls_failure::bad_certificate);
        why.text += ": the certificate of " + facts.host + unknown_extension;
        why.hint = without_extension;
        return true;
    }
    if (const auto violation = find_constraint_violation(facts.chain, facts.roots)) {
        why = describe(tls_failure::bad_certificate);
        why.text += ": the certificate of " + facts.host + " has a name, " + violation->name +
                    ", that the CA " + quoted(violation->ca) +
                    " may not certify (name constraints)";
        why.hint = "re-issue it with the names for which that CA is, or by another CA";
        return true;
    }
    return false;
}

} // namespace

tls_diagnosis explain(tls_failure kind, const peer_facts& facts)
{
    tls_diagnosis why = describe(kind);
    const auto leaf = facts.chain.empty() ? std::nullopt : parse_certificate(facts.chain[0]);
    if (!leaf) {
        return why;
    }
    switch (kind) {
    case tls_failure::unknown_issuer:
    case tls_failure::self_signed:
    case tls_failure::bad_signature: explain_issuer(why, facts, *leaf); break;
    case tls_failure::expired:
    case tls_failure::not_yet_valid: explain_date(why, facts); break;
    case tls_failure::name_mismatch: explain_name(why, facts, *leaf); break;
    case tls_failure::bad_usage: explain_usage(why, facts, *leaf); break;
    case tls_failure::weak_key: explain_key(why, facts); break;
    case tls_failure::pin_mismatch: explain_pin(why, facts, *leaf); break;
    case tls_failure::bad_certificate:
        if (!explain_certificate(why, facts, *leaf) && !explain_no_ca(why, facts) &&
            !explain_path(why, facts, *leaf)) {
            explain_signature(why, facts);
        }
        break;
    default: break;
    }
    return why;
}

} // namespace coquest::detail
