// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/peer_check.hpp"

#include "tls/trust/certificate_path.hpp"
#include "tls/trust/crl.hpp"
#include "tls/trust/failure_text.hpp"

#include <algorithm>

namespace coquest::inline v0::detail {
namespace {

bool matches_name(const host_name& host, const certificate& leaf, bool is_trusted)
{
    if (host.matches(leaf)) {
        return true;
    }
    // `openssl req -x509 -subj /CN=localhost` adds no subjectAltName. A common name is safe only
    // for a certificate that the user put into the file.
    return is_trusted && !leaf.san && !host.is_ip() && host.matches(common_name(leaf.subject));
}

std::optional<tls_failure> check_leaf(const certificate& leaf, bool is_trusted,
                                      const host_name& host, std::chrono::sys_seconds now)
{
    if (now > leaf.not_after) {
        return tls_failure::expired;
    }
    if (now < leaf.not_before) {
        return tls_failure::not_yet_valid;
    }
    if (leaf.unknown_critical) {
        return tls_failure::bad_certificate;
    }
    if (!leaf.may_serve_tls || !leaf.may_sign_handshake) {
        return tls_failure::bad_usage;
    }
    if (!matches_name(host, leaf, is_trusted)) {
        return tls_failure::name_mismatch;
    }
    return std::nullopt;
}

bool has_pinned_key(const certificate& leaf, const trust& roots)
{
    if (roots.key_pins.empty()) {
        return true;
    }
    const auto found = roots.pin_of(leaf);
    return found && std::ranges::find(roots.key_pins, *found) != roots.key_pins.end();
}

// Returns whether the library failed only because it does not know the roots, which it is never
// given.
bool is_for_lack_of_roots(tls_failure failure, bool trusted_leaf) noexcept
{
    return failure == tls_failure::unknown_issuer || failure == tls_failure::self_signed ||
           (failure == tls_failure::bad_signature && trusted_leaf);
}

} // namespace

void peer_check::distrust(std::size_t index)
{
    distrusted_.resize(std::max(distrusted_.size(), index + 1));
    distrusted_[index] = true;
}

bool peer_check::judge(std::span<const der_bytes> chain, std::optional<tls_failure> library_failure,
                       std::chrono::sys_seconds now)
{
    if (failure_) {
        return false;
    }
    accepted_ = false;
    keep(chain);
    const auto leaf = chain.empty() ? std::nullopt : parse_certificate(chain[0]);
    if (!leaf) {
        failure_ = describe(tls_failure::bad_certificate);
        return false;
    }
    const peer_facts facts{host_.text(), host_.is_ip(), *leaf, chain.size(), *roots_, now};
    const bool trusted = roots_->is_trusted_leaf(chain[0]);
    if (library_failure && !is_for_lack_of_roots(*library_failure, trusted)) {
        // A library reports an unsupported curve as an unreadable certificate. Without roots it
        // compares no keys, so its bad_signature says nothing about the signature.
        const bool unread = *library_failure == tls_failure::bad_certificate ||
                            *library_failure == tls_failure::bad_signature;
        failure_ = explain(unread && leaf->weak_key() ? tls_failure::weak_key
                           : unread                   ? tls_failure::bad_certificate
                                                      : *library_failure,
                           facts);
        return false;
    }
    certificate_path path;
    if (trusted) {
        path.certificates = {*leaf};
        path.sent = {0};
    } else {
        path = find_path(chain, distrusted_, *roots_, now);
    }
    if (!path.good()) {
        failure_ = explain(path, facts);
        return false;
    }
    std::optional<tls_failure> failure = check_leaf(*leaf, trusted, host_, now);
    if (!failure && leaf->weak_key()) {
        failure = tls_failure::weak_key;
    }
    if (!failure && !has_pinned_key(*leaf, *roots_)) {
        failure = tls_failure::pin_mismatch;
    }
    if (failure) {
        failure_ = explain(*failure, facts);
        return false;
    }
    for (const certificate& element : path.certificates) {
        good_until_ = std::min(good_until_, element.not_after);
    }
    failure_ = trusted
                   ? check_revocation_of_trusted_leaf(*leaf, chain, *roots_, host_.text(), now,
                                                      good_until_)
                   : check_revocation(path.certificates, *roots_, host_.text(), now, good_until_);
    if (failure_) {
        return false;
    }
    leaf_until_ = leaf->not_after;
    path_ = std::move(path.sent);
    root_ = path.root;
    if (roots_->keep_chain) {
        chain_.clear();
        for (const std::size_t index : path_) {
            chain_.emplace_back(chain[index].begin(), chain[index].end());
        }
        anchor_ = root_ != nullptr ? *root_ : trusted_certificate{chain_[0], {}};
        if (anchor_.label.empty()) {
            anchor_.label = roots_->source;
        }
    }
    accepted_ = true;
    return true;
}

void peer_check::refuse(tls_failure kind)
{
    accepted_ = false;
    path_.clear();
    failure_ = describe(kind);
}

void peer_check::keep(std::span<const der_bytes> chain)
{
    if (roots_->keep_chain) {
        chain_.clear();
        for (const der_bytes der : chain) {
            chain_.emplace_back(der.begin(), der.end());
        }
    }
}

} // namespace coquest::inline v0::detail
