// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/crl.hpp"
#include "tls/trust/clock.hpp"

#include "core/text/ascii.hpp"
#include "tls/trust/certificate_path.hpp"
#include "tls/trust/failure_text.hpp"
#include "tls/trust/roots.hpp"
#include "tls/x509/der.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

bool less_than(der_bytes a, der_bytes b) noexcept
{
    return std::ranges::lexicographical_compare(a, b);
}

// Returns whether an extension is critical or malformed. An unknown one may change the meaning of
// the list.
bool has_critical(der_bytes extensions) noexcept
{
    for (der_reader list(extensions); !list.empty();) {
        der_bytes extension;
        der_bytes oid;
        der_bytes flag;
        if (!list.read(tag_sequence, extension)) {
            return true;
        }
        der_reader fields(extension);
        if (!fields.read(tag_oid, oid) ||
            (fields.at(tag_boolean) && !(fields.read(tag_boolean, flag) && equals(flag, {0x00})))) {
            return true;
        }
    }
    return false;
}

bool read_revoked(der_bytes list, revocation_list& out)
{
    for (der_reader entries(list); !entries.empty();) {
        der_bytes content;
        der_bytes extensions;
        revocation_list::entry entry;
        if (!entries.read(tag_sequence, content)) {
            return false;
        }
        der_reader fields(content);
        if (!fields.read(tag_integer, entry.serial) || !read_time(fields, entry.since) ||
            (!fields.empty() && !fields.read(tag_sequence, extensions))) {
            return false;
        }
        out.partial |= has_critical(extensions);
        out.revoked.push_back(entry);
    }
    std::ranges::sort(out.revoked, less_than, &revocation_list::entry::serial);
    return true;
}

bool read_body(der_bytes body, revocation_list& out)
{
    der_reader in(body);
    der_bytes content;
    der_bytes algorithm;
    if ((in.at(tag_integer) && !in.read(tag_integer, content)) ||
        !in.read(tag_sequence, content, algorithm) || !equals(algorithm, out.proof.algorithm) ||
        !in.read(tag_sequence, content, out.issuer) || !read_time(in, out.this_update)) {
        return false;
    }
    if (in.at(tag_utc_time) || in.at(tag_generalized_time)) {
        if (!read_time(in, out.next_update.emplace())) {
            return false;
        }
    }
    if (in.at(tag_sequence) && (!in.read(tag_sequence, content) || !read_revoked(content, out))) {
        return false;
    }
    if (in.at(context_tag_0)) { // the extensions
        der_bytes extensions;
        if (!in.read(context_tag_0, content) ||
            !der_reader(content).read(tag_sequence, extensions)) {
            return false;
        }
        out.partial |= has_critical(extensions);
    }
    return in.empty();
}

std::string quoted_issuer(const revocation_list& list)
{
    return "\"" + name_text(list.issuer) + "\"";
}

std::string hex(der_bytes bytes)
{
    std::string text;
    for (const std::byte b : bytes) {
        text += hex_digits[value_of(b) >> 4U];
        text += hex_digits[value_of(b) & 0xfU];
    }
    return text;
}

bool is_signed_by(const revocation_list& list, const certificate& issuer, const trust& roots)
{
    return issuer.may_sign_crl && roots.primitives != nullptr &&
           roots.primitives->verify(list.proof, issuer.key_info) == signature_check::good;
}

template <class Visit>
void for_each_trusted(const trust& roots, der_bytes name, Visit visit)
{
    const auto visit_if_named = [&](der_bytes der) {
        const auto facts = equals(subject_of(der), name) ? parse_certificate(der) : std::nullopt;
        if (facts) {
            visit(*facts);
        }
    };
    for (const trusted_certificate& root : roots.issuers) {
        visit_if_named(root.der);
    }
    for (const der_blob& leaf : roots.trusted_leaves) {
        visit_if_named(leaf);
    }
}

bool accept(std::shared_ptr<revocation_list> list, const pem_file& file, const std::string& label,
            std::chrono::sys_seconds now, trust& out, tls_diagnosis& diagnosis)
{
    if (!list) {
        diagnosis =
            file.diagnosis(label + " is damaged, or is not a revocation list", "fetch it again");
        return false;
    }
    const std::string name = label + ", of " + quoted_issuer(*list) + ", ";
    if (list->partial || list->weak_signature) {
        diagnosis = file.diagnosis(
            name + (list->partial ? "is not a complete list (it has a critical extension)"
                                  : "is signed with SHA-1 or older"),
            "fetch the CA's full list");
        return false;
    }
    if (now < list->this_update || (list->next_update && now > *list->next_update)) {
        diagnosis = file.diagnosis(name +
                                       (now < list->this_update
                                            ? "begins on " + date_text(list->this_update)
                                            : "ended on " + date_text(*list->next_update)) +
                                       "; this machine's clock says " + date_text(now),
                                   "fetch the CA's current list; check the clock");
        return false;
    }
    for_each_trusted(out, list->issuer, [&](const certificate& root) {
        if (is_signed_by(*list, root, out)) {
            list->known_keys.emplace_back(root.key_info.begin(), root.key_info.end());
        }
    });
    out.lists.push_back(std::move(list));
    return true;
}

// Returns whether a root that has the issuer's name signed a list of that issuer. A CA that changed
// its key may have a list for each key; it is an error only if no root signed any of them.
bool fits_the_roots(const revocation_list& list, const trust& roots)
{
    bool has_root = false;
    for_each_trusted(roots, list.issuer, [&](const certificate&) { has_root = true; });
    return !has_root || std::ranges::any_of(roots.lists, [&](const auto& other) {
        return equals(other->issuer, list.issuer) && !other->known_keys.empty();
    });
}

// Looks a certificate up in the lists of its issuer.
struct revocation_search {
    const trust& roots;
    std::string_view host;
    std::chrono::sys_seconds now;
    std::chrono::sys_seconds& until;

    [[nodiscard]] tls_diagnosis refuse(tls_failure kind, std::string text, std::string hint) const
    {
        tls_diagnosis diagnosis = describe(kind);
        diagnosis.text = "certificate verify failed: " + std::move(text);
        diagnosis.hint = std::move(hint);
        diagnosis.path = roots.lists_path;
        return diagnosis;
    }

    // Returns whether the key of one of `issuers`, which signed the certificate, signed the list
    // too.
    [[nodiscard]] bool is_authentic(const revocation_list& list,
                                    std::span<const certificate> issuers) const
    {
        return std::ranges::any_of(issuers, [&](const certificate& issuer) {
            return issuer.may_sign_crl &&
                   (std::ranges::any_of(
                        list.known_keys,
                        [&](der_bytes key) { return equals(key, issuer.key_info); }) ||
                    is_signed_by(list, issuer, roots));
        });
    }

    static const revocation_list::entry* find(const revocation_list& list, der_bytes serial)
    {
        const auto found = std::ranges::lower_bound(list.revoked, serial, less_than,
                                                    &revocation_list::entry::serial);
        return found != list.revoked.end() && equals(found->serial, serial) ? &*found : nullptr;
    }

    [[nodiscard]] tls_diagnosis revoked(const std::string& subject, const revocation_list& list,
                                        const revocation_list::entry& entry) const
    {
        return refuse(tls_failure::revoked,
                      subject + ", serial " + hex(entry.serial) + ", was revoked by " +
                          quoted_issuer(list) + " on " + date_text(entry.since) + " (" +
                          roots.lists_path + ")",
                      describe(tls_failure::revoked).hint);
    }

    [[nodiscard]] std::optional<tls_diagnosis> operator()(const certificate& facts,
                                                          std::span<const certificate> issuers,
                                                          bool own, bool must_be_covered) const
    {
        const std::string subject = own ? "the certificate of " + std::string(host)
                                        : "the intermediate certificate \"" +
                                              name_text(facts.subject) + "\" of " +
                                              std::string(host);
        bool covered = false;
        bool named = false;
        for (const auto& list : roots.lists) {
            if (!equals(list->issuer, facts.issuer)) {
                continue;
            }
            named = true;
            if (!is_authentic(*list, issuers)) {
                continue; // by another CA of that name, or an earlier key
            }
            if (const auto* const entry = find(*list, facts.serial)) {
                return revoked(subject, *list, *entry);
            }
            if (list->next_update && now > *list->next_update) {
                return refuse(tls_failure::bad_crl,
                              "whether " + subject + " was revoked is not known: the list of " +
                                  quoted_issuer(*list) + " in " + roots.lists_path + " ended on " +
                                  date_text(*list->next_update),
                              "fetch the CA's current list, and reload; check the clock");
            }
            if (list->next_update) {
                until = std::min(until, *list->next_update);
            }
            covered = true;
        }
        if (named && !covered) {
            return refuse(tls_failure::bad_crl,
                          "whether " + subject + " was revoked is not known: the list of \"" +
                              name_text(facts.issuer) + "\" in " + roots.lists_path +
                              " is not signed by the key that signed the certificate",
                          "fetch the CA's current list");
        }
        if (must_be_covered && !covered) {
            return refuse(tls_failure::bad_crl,
                          "whether " + subject + " was revoked is not known: " + roots.lists_path +
                              " has no list of its issuer \"" + name_text(facts.issuer) + "\"",
                          "add the list of that CA to the file");
        }
        return std::nullopt;
    }

    // A root needs no list, but a list that revokes it counts.
    [[nodiscard]] std::optional<tls_diagnosis> check_root(const certificate& root) const
    {
        const std::string subject =
            "the root \"" + name_text(root.subject) + "\" above " + std::string(host);
        for (const auto& list : roots.lists) {
            const auto* const entry =
                equals(list->issuer, root.issuer) ? find(*list, root.serial) : nullptr;
            if (entry == nullptr) {
                continue;
            }
            const auto issuers = signers_of(root, {});
            if (is_authentic(*list, issuers)) {
                return revoked(subject, *list, *entry);
            }
            if (issuers.empty()) {
                return refuse(tls_failure::bad_crl,
                              "whether " + subject + " was revoked is not known: the list of " +
                                  quoted_issuer(*list) + " in " + roots.lists_path +
                                  " names it, and its issuer is not trusted",
                              "add that issuer to " + roots.source);
            }
        }
        return std::nullopt;
    }

    // The certificates that have the issuer's name and whose key signed the certificate.
    [[nodiscard]] std::vector<certificate> signers_of(const certificate& facts,
                                                      std::span<const der_bytes> sent) const
    {
        std::vector<certificate> found;
        std::size_t checks = 0;
        const auto add = [&](const certificate& issuer) {
            if (roots.primitives != nullptr && checks++ < max_signature_checks &&
                roots.primitives->verify(facts.proof, issuer.key_info) == signature_check::good) {
                found.push_back(issuer);
            }
        };
        for_each_trusted(roots, facts.issuer, add);
        for (const der_bytes der : sent) {
            const auto issuer = parse_certificate(der);
            if (issuer && equals(issuer->subject, facts.issuer)) {
                add(*issuer);
            }
        }
        return found;
    }
};

} // namespace

std::shared_ptr<revocation_list> parse_crl(der_bytes der)
{
    auto out = std::make_shared<revocation_list>();
    out->der.assign(der.begin(), der.end());
    der_reader outer(out->der);
    der_bytes content;
    if (!outer.read(tag_sequence, content) || !outer.empty()) {
        return nullptr;
    }
    der_reader in(content);
    der_bytes body;
    der_bytes algorithm;
    if (!in.read(tag_sequence, body, out->proof.content) ||
        !in.read(tag_sequence, algorithm, out->proof.algorithm) ||
        !in.read(tag_bit_string, out->proof.signature) || out->proof.signature.empty() ||
        !in.empty() || !read_body(body, *out)) {
        return nullptr;
    }
    out->proof.signature = out->proof.signature.subspan(1); // the count of unused bits
    out->weak_signature = is_weak_signature(algorithm);
    return out;
}

bool load_crls(const tls_options& options, std::chrono::sys_seconds now, trust& out,
               tls_diagnosis& diagnosis)
{
    if (options.crl.empty()) {
        return true;
    }
    const pem_file file{"tls_crl", tls_failure::bad_crl, options.crl};
    out.lists_path = options.crl;
    std::string text;
    if (!read_file(file, text, diagnosis)) {
        return false;
    }
    std::vector<der_blob> lists;
    if (text.starts_with('\x30')) {
        const auto* data = reinterpret_cast<const std::byte*>(text.data());
        lists.emplace_back(data, data + text.size());
    } else if (!read_crls(file, text, lists, diagnosis)) {
        return false;
    }
    std::size_t index = 0;
    for (const der_blob& der : lists) {
        const std::string label = "list " + std::to_string(++index) + " of " +
                                  std::to_string(lists.size()) + " in " + file.path;
        if (!accept(parse_crl(der), file, label, now, out, diagnosis)) {
            return false;
        }
    }
    index = 0;
    for (const auto& list : out.lists) {
        const std::string label = "list " + std::to_string(++index) + " of " +
                                  std::to_string(lists.size()) + " in " + file.path;
        if (!fits_the_roots(*list, out)) {
            diagnosis = file.diagnosis(
                label + ", of " + quoted_issuer(*list) +
                    ", is not signed by the CA of that name in " + out.source,
                "fetch it again from the CA; if the error remains, something intercepts the "
                "connection");
            return false;
        }
    }
    return true;
}

std::optional<tls_diagnosis> check_revocation(std::span<const certificate> path, const trust& roots,
                                              std::string_view host, std::chrono::sys_seconds now,
                                              std::chrono::sys_seconds& until)
{
    if (roots.lists.empty()) {
        return std::nullopt;
    }
    const revocation_search search{roots, host, now, until};
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        if (auto diagnosis = search(path[i], path.subspan(i + 1, 1), i == 0, i == 0)) {
            return diagnosis;
        }
    }
    return search.check_root(path.back());
}

std::optional<tls_diagnosis> check_revocation_of_trusted_leaf(
    const certificate& leaf, std::span<const der_bytes> sent, const trust& roots,
    std::string_view host, std::chrono::sys_seconds now, std::chrono::sys_seconds& until)
{
    const revocation_search search{roots, host, now, until};
    const bool named = std::ranges::any_of(
        roots.lists, [&](const auto& list) { return equals(list->issuer, leaf.issuer); });
    return named ? search(leaf, search.signers_of(leaf, sent), true, false) : std::nullopt;
}

} // namespace coquest::inline v0::detail
