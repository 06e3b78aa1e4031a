// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Explains why a certificate was refused, with its issuer, names and dates.

#include "tls/trust/certificate_path.hpp"
#include "tls/trust/clock.hpp"
#include "tls/trust/failure_text.hpp"
#include "tls/trust/name_constraints.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

constexpr const char* unknown_extension = " has a critical extension that coquest does not support";
constexpr const char* without_extension =
    "re-issue it without that extension, or with one that is not critical";

std::string quoted(const std::string& text)
{
    return "\"" + text + "\"";
}

std::string own_certificate(const peer_facts& facts)
{
    return "the certificate of " + facts.host;
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

// Sets the kind and the hint of @p diagnosis, and returns its text: ": WHOSE ended on DATE; ...".
std::string describe_dates(tls_diagnosis& diagnosis, const certificate& facts,
                           std::chrono::sys_seconds now, const std::string& subject)
{
    const bool expired = now > facts.not_after;
    diagnosis = describe(expired ? tls_failure::expired : tls_failure::not_yet_valid);
    return diagnosis.text + ": " + subject +
           (expired ? " ended on " + date_text(facts.not_after)
                    : " begins on " + date_text(facts.not_before)) +
           "; this machine's clock says " + date_text(now);
}

std::optional<certificate> find_trusted_leaf(const trust& roots, der_bytes name)
{
    for (const der_blob& der : roots.trusted_leaves) {
        const auto facts = parse_certificate(der);
        if (facts && std::ranges::equal(facts->subject, name)) {
            return facts;
        }
    }
    return std::nullopt;
}

void explain_name(tls_diagnosis& diagnosis, const peer_facts& facts, const certificate& leaf)
{
    const std::string entry = (facts.host_is_ip ? "IP:" : "DNS:") + facts.host;
    diagnosis.text = std::string("certificate verify failed (") +
                     (facts.host_is_ip ? "IP address mismatch" : "hostname mismatch") +
                     "): the certificate is for ";
    if (leaf.san) {
        diagnosis.text += san_text(leaf);
    } else {
        const std::string name = common_name(leaf.subject);
        diagnosis.text +=
            name.empty() ? "no name at all" : "CN=" + name + " without subjectAltName";
    }
    diagnosis.text += ", not for " + facts.host;
    diagnosis.hint =
        "connect by a name in the certificate, or re-issue it with subjectAltName " + entry;
}

void explain_usage(tls_diagnosis& diagnosis, const peer_facts& facts, const certificate& leaf)
{
    if (!leaf.may_serve_tls || !leaf.may_sign_handshake) {
        diagnosis.text =
            "certificate verify failed (unsuitable certificate purpose): the certificate of " +
            facts.host + " is not for TLS servers, its " +
            (leaf.may_serve_tls ? "keyUsage lacks digitalSignature"
                                : "extendedKeyUsage lacks serverAuth");
    }
}

void explain_key(tls_diagnosis& diagnosis, const peer_facts& facts,
                 const certificate& certificate_in_chain)
{
    diagnosis.text =
        "certificate verify failed: " + quoted(name_text(certificate_in_chain.subject)) +
        ", in the chain of " + facts.host + ", has a key of only " +
        std::to_string(certificate_in_chain.key_bits) + " bits";
}

void explain_pin(tls_diagnosis& diagnosis, const peer_facts& facts, const certificate& leaf)
{
    const auto found = facts.roots.pin_of(leaf);
    if (!found) {
        diagnosis.text += ": the TLS library computes no SHA-256";
        return;
    }
    const std::string pin = pin_text(*found);
    const std::size_t count = facts.roots.key_pins.size();
    diagnosis.text =
        "certificate verify failed: the key of " + facts.host + " is " + pin + ", which is not " +
        (count == 1 ? "that of tls_pin" : "among the " + std::to_string(count) + " of tls_pin");
    diagnosis.hint =
        "if the server has a new key, set tls_pin=" + pin +
        " beside the old one; if it did not change, something intercepts the connection";
}

// Explains a path that has a flaw.
class path_explainer {
public:
    path_explainer(const certificate_path& path, const peer_facts& facts)
        : path_(path), facts_(facts), last_(path.certificates.back()),
          culprit_(path.certificates[path.culprit])
    {
    }

    tls_diagnosis run()
    {
        switch (path_.flaw) {
        case path_flaw::no_issuer:
        case path_flaw::other_key:
        case path_flaw::other_root_key: return explain_dead_end();
        case path_flaw::unsupported_signature:
            return blame("the signature of " + whose(last_) +
                             " is of a kind that this TLS library cannot verify",
                         "re-issue it with RSA or with ECDSA on P-256, and with SHA-256");
        case path_flaw::too_many_checks:
            return blame("no path to a root was found within " +
                             std::to_string(max_signature_checks) + " signature checks",
                         "let the server send only the certificates between its own and the root");
        case path_flaw::unreadable:
            return blame("the TLS library cannot use " + whose(culprit_), "re-issue it");
        case path_flaw::two_algorithms:
            return blame(whose(culprit_) + " names two different signature algorithms",
                         "re-issue it");
        case path_flaw::weak_signature: {
            tls_diagnosis diagnosis = describe(tls_failure::bad_certificate);
            diagnosis.text += ": " + quoted(name_text(culprit_.subject)) + ", in the chain of " +
                              facts_.host + ", is signed with SHA-1, DSA or older";
            diagnosis.hint = "re-issue it with SHA-256";
            return diagnosis;
        }
        case path_flaw::not_a_ca: {
            tls_diagnosis diagnosis = describe(tls_failure::unknown_issuer);
            diagnosis.text = unknown(own_certificate(facts_)) + " comes by way of " +
                             quoted(name_text(culprit_.subject)) + ", which is no CA (CA:FALSE)";
            diagnosis.hint = "have it re-issued by a CA";
            return diagnosis;
        }
        case path_flaw::may_not_sign:
            return blame(whose(culprit_) + " may not sign others, its keyUsage lacks keyCertSign",
                         "re-issue it with keyUsage keyCertSign");
        case path_flaw::other_purpose: {
            tls_diagnosis diagnosis = describe(tls_failure::bad_usage);
            diagnosis.text =
                "certificate verify failed (unsuitable certificate purpose): " + whose(culprit_) +
                " is not for TLS servers, its extendedKeyUsage lacks serverAuth";
            diagnosis.hint = "re-issue it with extendedKeyUsage serverAuth, or without any";
            return diagnosis;
        }
        case path_flaw::unknown_critical:
            return blame(whose(culprit_) + unknown_extension, without_extension);
        case path_flaw::weak_key: {
            tls_diagnosis diagnosis = describe(tls_failure::weak_key);
            explain_key(diagnosis, facts_, culprit_);
            return diagnosis;
        }
        case path_flaw::path_too_long: return explain_length();
        case path_flaw::expired:
        case path_flaw::not_yet_valid: {
            tls_diagnosis diagnosis;
            diagnosis.text = describe_dates(diagnosis, culprit_, facts_.now, whose(culprit_));
            return diagnosis;
        }
        case path_flaw::name_constraints: return explain_constraints();
        case path_flaw::none: break;
        }
        return describe(tls_failure::bad_certificate);
    }

private:
    static std::string unknown(const std::string& subject)
    {
        return "certificate verify failed (certificate unknown): " + subject;
    }

    static tls_diagnosis blame(const std::string& text, const char* hint)
    {
        tls_diagnosis diagnosis = describe(tls_failure::bad_certificate);
        diagnosis.text += ": " + text;
        diagnosis.hint = hint;
        return diagnosis;
    }

    [[nodiscard]] std::string whose(const certificate& facts) const
    {
        const bool own = facts.der.data() == path_.certificates.front().der.data();
        const bool root = path_.root != nullptr && &facts == &last_;
        const std::string name = quoted(name_text(facts.subject));
        return own    ? own_certificate(facts_)
               : root ? "the CA " + name + " in " + facts_.roots.source
                      : "the intermediate certificate " + name + " of " + facts_.host;
    }

    [[nodiscard]] tls_diagnosis explain_length() const
    {
        const auto cas =
            std::count_if(path_.certificates.begin() + 1,
                          path_.certificates.begin() + static_cast<std::ptrdiff_t>(path_.culprit),
                          [](const certificate& facts) { return !facts.self_issued(); });
        return blame("the CA " + quoted(name_text(culprit_.subject)) + " allows " +
                         std::to_string(*culprit_.path_length) +
                         " CAs below it (path length), and the chain of " + facts_.host + " has " +
                         std::to_string(cas),
                     "have the certificate signed by a CA nearer to the root");
    }

    [[nodiscard]] tls_diagnosis explain_constraints() const
    {
        const auto violation = find_constraint_violation(path_.certificates);
        if (!violation) {
            return describe(tls_failure::bad_certificate);
        }
        const std::string subject = violation->subject.empty()
                                        ? own_certificate(facts_)
                                        : "the intermediate certificate " +
                                              quoted(violation->subject) + " of " + facts_.host;
        return blame(subject + " has a name, " + violation->name + ", that the CA " +
                         quoted(violation->ca) + " may not certify (name constraints)",
                     "re-issue it with names that this CA may certify, or by another CA");
    }

    // The path ends at a certificate without a trusted issuer.
    [[nodiscard]] tls_diagnosis explain_dead_end() const
    {
        if (path_.flaw == path_flaw::other_root_key) {
            return explain_other_key(name_text(last_.issuer));
        }
        if (const auto namesake = find_trusted_leaf(facts_.roots, last_.issuer)) {
            return explain_namesake(*namesake);
        }
        tls_diagnosis diagnosis;
        if (is_self_signed_leaf()) {
            diagnosis = describe(tls_failure::self_signed);
            diagnosis.text =
                unknown(own_certificate(facts_)) + " is self-signed, " + not_among(facts_.roots);
            return diagnosis;
        }
        diagnosis = describe(tls_failure::unknown_issuer);
        diagnosis.text = unknown(own_certificate(facts_)) + " is signed by " +
                         quoted(name_text(last_.issuer)) + ", " + not_among(facts_.roots);
        if (path_.flaw == path_flaw::other_key) {
            diagnosis.text += "; the certificate of that name that the server sent has another key";
        }
        diagnosis.hint =
            (facts_.roots.from_file ? "add the PEM certificate of that CA to " + facts_.roots.source
                                    : "set tls_roots to the PEM file of that CA") +
            std::string(", or let the server send its intermediate certificates (the full "
                        "chain)");
        constexpr std::size_t longest_chain = 9; // wolfSSL silently drops the others
        if (facts_.sent_count >= longest_chain) {
            diagnosis.hint =
                "its chain has " + std::to_string(facts_.sent_count) +
                " certificates or more: shorten it, or add the PEM certificate of that CA "
                "to the roots";
        }
        return diagnosis;
    }

    [[nodiscard]] bool is_self_signed_leaf() const
    {
        return path_.certificates.size() == 1 && last_.self_issued();
    }

    // A trusted certificate has the issuer's name, but another key: re-issued, or forged.
    [[nodiscard]] tls_diagnosis explain_other_key(const std::string& issuer) const
    {
        tls_diagnosis diagnosis = describe(tls_failure::bad_signature);
        const std::string name = quoted(issuer);
        diagnosis.text = "certificate verify failed: ";
        diagnosis.text +=
            is_self_signed_leaf()
                ? own_certificate(facts_) + " is another one than the " + name + " in " +
                      facts_.roots.source
                : "the signature of " + whose(last_) + " does not match the trusted CA " + name;
        if (facts_.roots.from_file) {
            diagnosis.hint =
                "was it re-issued? copy the current one from the server's operator to " +
                facts_.roots.source + "; if it did not change, something intercepts the connection";
        }
        return diagnosis;
    }

    // The user's file has a certificate with the issuer's name that is not a root.
    [[nodiscard]] tls_diagnosis explain_namesake(const certificate& namesake) const
    {
        tls_diagnosis diagnosis;
        const std::string& source = facts_.roots.source;
        const std::string name = quoted(name_text(namesake.subject));
        if (!in_date(namesake, facts_.now)) {
            diagnosis.text =
                describe_dates(diagnosis, namesake, facts_.now, "the CA " + name + " in " + source);
            diagnosis.hint = "put the current certificate of that CA into " + source;
            return diagnosis;
        }
        if (!is_self_signed_leaf()) {
            diagnosis = describe(tls_failure::unknown_issuer);
            diagnosis.text = unknown(own_certificate(facts_)) + " is signed by " + name +
                             ", which " + source +
                             " holds, but as a certificate that is no CA (CA:FALSE)";
            diagnosis.hint = "put the certificate of the server or that of a CA into " + source;
            return diagnosis;
        }
        const auto match = facts_.roots.primitives != nullptr
                               ? facts_.roots.primitives->verify(last_.proof, namesake.key_info)
                               : signature_check::unsupported;
        if (match == signature_check::bad) {
            return explain_other_key(name_text(namesake.subject));
        }
        diagnosis = describe(tls_failure::self_signed);
        diagnosis.text = unknown(own_certificate(facts_)) + " is another one than the " + name +
                         " in " + source +
                         (match == signature_check::good ? ", with the same key" : "");
        diagnosis.hint = "was it renewed? copy the current one to " + source;
        return diagnosis;
    }

    const certificate_path& path_;
    const peer_facts& facts_;
    const certificate& last_;
    const certificate& culprit_;
};

} // namespace

tls_diagnosis explain(tls_failure kind, const peer_facts& facts)
{
    tls_diagnosis diagnosis = describe(kind);
    switch (kind) {
    case tls_failure::expired:
    case tls_failure::not_yet_valid:
        if (!in_date(facts.leaf, facts.now)) { // else the library's clock differs
            diagnosis.text =
                describe_dates(diagnosis, facts.leaf, facts.now, own_certificate(facts));
        }
        break;
    case tls_failure::name_mismatch: explain_name(diagnosis, facts, facts.leaf); break;
    case tls_failure::bad_usage: explain_usage(diagnosis, facts, facts.leaf); break;
    case tls_failure::weak_key: explain_key(diagnosis, facts, facts.leaf); break;
    case tls_failure::pin_mismatch: explain_pin(diagnosis, facts, facts.leaf); break;
    case tls_failure::bad_certificate:
        if (facts.leaf.unknown_critical) {
            diagnosis.text += ": the certificate of " + facts.host + unknown_extension;
            diagnosis.hint = without_extension;
        }
        break;
    default: break;
    }
    return diagnosis;
}

tls_diagnosis explain(const certificate_path& path, const peer_facts& facts)
{
    return path.certificates.empty() ? describe(tls_failure::bad_certificate)
                                     : path_explainer(path, facts).run();
}

} // namespace coquest::inline v0::detail
