// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/crl.hpp"

#include "tls/der.hpp"
#include "tls/failure_text.hpp"
#include "tls/roots.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace coquest::detail {
namespace {

constexpr std::string_view pem_label = "X509 CRL";

bool less_than(der_bytes a, der_bytes b) noexcept
{
    return std::ranges::lexicographical_compare(a, b);
}

// Whether one of them is critical. What we don't know may change what the list means.
bool has_critical(der_bytes extensions) noexcept
{
    for (der_reader all(extensions); !all.empty();) {
        der_bytes one;
        der_bytes oid;
        der_bytes flag;
        if (!all.read(tag_sequence, one)) {
            return true;
        }
        der_reader fields(one);
        if (!fields.read(tag_oid, oid) ||
            (fields.read(tag_boolean, flag) && !flag.empty() && flag[0] != std::byte{0})) {
            return true;
        }
    }
    return false;
}

bool read_revoked(der_bytes list, revocation_list& out)
{
    for (der_reader all(list); !all.empty();) {
        der_bytes one;
        der_bytes extensions;
        revocation_list::entry made;
        if (!all.read(tag_sequence, one)) {
            return false;
        }
        der_reader fields(one);
        if (!fields.read(tag_integer, made.serial) || !read_time(fields, made.since) ||
            (!fields.empty() && !fields.read(tag_sequence, extensions))) {
            return false;
        }
        out.partial |= has_critical(extensions);
        out.revoked.push_back(made);
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
        !in.read(tag_sequence, content, algorithm) || !equals(algorithm, out.algorithm) ||
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
    if (in.at(tag_version)) { // [0], here the extensions
        der_bytes extensions;
        if (!in.read(tag_version, content) || !der_reader(content).read(tag_sequence, extensions)) {
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
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte b : bytes) {
        text += digits[value_of(b) >> 4U];
        text += digits[value_of(b) & 0xfU];
    }
    return text;
}

bool signed_by(const revocation_list& list, const certificate& issuer, const trust& roots)
{
    return issuer.may_sign_crl && roots.primitives != nullptr &&
           roots.primitives->verify_crl(list, issuer.key_info);
}

// Whether a certificate of that name is among the roots, and whether one of them signed the list.
void verify_by_roots(revocation_list& list, const trust& roots, bool& known)
{
    const auto look = [&](der_bytes der) {
        const auto root = parse_certificate(der);
        if (root && equals(root->subject, list.issuer)) {
            known = true;
            list.verified = list.verified || signed_by(list, *root, roots);
        }
    };
    for (const trusted_certificate& root : roots.issuers) {
        look(root.der);
    }
    for (const der_certificate& pin : roots.pins) {
        look(pin);
    }
}

bool accept(std::shared_ptr<revocation_list> list, const pem_file& file, const std::string& label,
            std::chrono::sys_seconds now, trust& out, tls_diagnosis& why)
{
    if (!list) {
        why = file.fault(label + " is damaged, or no revocation list", "fetch it again");
        return false;
    }
    const std::string name = label + ", of " + quoted_issuer(*list) + ", ";
    if (list->partial || list->weak_signature) {
        why = file.fault(name + (list->partial
                                     ? "is not a complete list (it has a critical extension)"
                                     : "is signed with SHA-1 or older"),
                         "fetch the CA's full list");
        return false;
    }
    if (now < list->this_update || (list->next_update && now > *list->next_update)) {
        why =
            file.fault(name +
                           (now < list->this_update ? "begins on " + date_text(list->this_update)
                                                    : "ended on " + date_text(*list->next_update)) +
                           "; this machine's clock says " + date_text(now),
                       "fetch the CA's current list; check the clock");
        return false;
    }
    bool known = false;
    verify_by_roots(*list, out, known);
    if (known && !list->verified) {
        why = file.fault(name + "is not signed by the CA of that name in " + out.source,
                         "fetch it again from the CA; if it stays, something intercepts");
        return false;
    }
    out.lists.push_back(std::move(list));
    return true;
}

struct subject_check {
    std::span<const der_bytes> chain;
    const trust& roots;
    std::string_view host;
    std::chrono::sys_seconds now;

    [[nodiscard]] tls_diagnosis refuse(tls_failure kind, std::string text, std::string hint) const
    {
        tls_diagnosis why = describe(kind);
        why.text = "certificate verify failed: " + std::move(text);
        why.hint = std::move(hint);
        why.path = roots.lists_path;
        return why;
    }

    // A certificate of the chain is as good as a root here: a stranger's would not fit the
    // signature of a list that the user has.
    [[nodiscard]] bool is_authentic(const revocation_list& list) const
    {
        return list.verified || std::ranges::any_of(chain, [&](der_bytes der) {
                   const auto issuer = parse_certificate(der);
                   return issuer && equals(issuer->subject, list.issuer) &&
                          signed_by(list, *issuer, roots);
               });
    }

    [[nodiscard]] std::optional<tls_diagnosis> operator()(const certificate& one, bool own,
                                                          bool must_be_covered,
                                                          std::chrono::sys_seconds& until) const
    {
        const std::string subject = own ? "the certificate of " + std::string(host)
                                        : "the intermediate certificate \"" +
                                              name_text(one.subject) + "\" of " + std::string(host);
        bool covered = false;
        for (const auto& list : roots.lists) {
            if (!equals(list->issuer, one.issuer)) {
                continue;
            }
            if (!is_authentic(*list)) {
                return refuse(tls_failure::bad_crl,
                              "the list of " + quoted_issuer(*list) + " in " + roots.lists_path +
                                  " is not signed by the issuer that " + std::string(host) +
                                  " sent",
                              "fetch the CA's current list");
            }
            const auto found = std::ranges::lower_bound(list->revoked, one.serial, less_than,
                                                        &revocation_list::entry::serial);
            if (found != list->revoked.end() && equals(found->serial, one.serial)) {
                return refuse(tls_failure::revoked,
                              subject + ", serial " + hex(one.serial) + ", was revoked by " +
                                  quoted_issuer(*list) + " on " + date_text(found->since) + " (" +
                                  roots.lists_path + ")",
                              describe(tls_failure::revoked).hint);
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
        if (must_be_covered && !covered) {
            return refuse(tls_failure::bad_crl,
                          "whether " + subject + " was revoked is not known: " + roots.lists_path +
                              " has no list of its issuer \"" + name_text(one.issuer) + "\"",
                          "add the list of that CA to the file");
        }
        return std::nullopt;
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
    der_bytes ignored;
    if (!in.read(tag_sequence, body, out->signed_part) ||
        !in.read(tag_sequence, ignored, out->algorithm) ||
        !in.read(tag_bit_string, out->signature) || out->signature.empty() || !in.empty() ||
        !read_body(body, *out)) {
        return nullptr;
    }
    out->signature = out->signature.subspan(1); // the count of unused bits
    out->weak_signature = is_weak_signature(ignored);
    return out;
}

bool load_crls(const tls_options& options, std::chrono::sys_seconds now, trust& out,
               tls_diagnosis& why)
{
    if (options.crl.empty()) {
        return true;
    }
    const pem_file file{"tls_crl", tls_failure::bad_crl, options.crl};
    out.lists_path = options.crl;
    std::string text;
    if (!read_file(file, text, why)) {
        return false;
    }
    std::vector<der_certificate> lists;
    if (text.starts_with('\x30')) {
        const auto* data = reinterpret_cast<const std::byte*>(text.data());
        lists.emplace_back(data, data + text.size());
    } else if (!read_blocks(file, text, pem_label, lists, why)) {
        return false;
    }
    std::size_t index = 0;
    for (const der_certificate& der : lists) {
        const std::string label = "list " + std::to_string(++index) + " of " +
                                  std::to_string(lists.size()) + " in " + file.path;
        if (!accept(parse_crl(der), file, label, now, out, why)) {
            return false;
        }
    }
    return true;
}

std::optional<tls_diagnosis> check_revocation(std::span<const der_bytes> chain, bool pinned,
                                              const trust& roots, std::string_view host,
                                              std::chrono::sys_seconds now,
                                              std::chrono::sys_seconds& until)
{
    if (roots.lists.empty()) {
        return std::nullopt;
    }
    const subject_check check{chain, roots, host, now};
    bool own = true;
    for (const der_bytes der : pinned ? chain.first(1) : chain) {
        const auto one = parse_certificate(der);
        if (one && (own || !one->self_issued())) {
            if (auto why = check(*one, own, own && !pinned, until)) {
                return why;
            }
        }
        own = false;
    }
    return std::nullopt;
}

} // namespace coquest::detail
