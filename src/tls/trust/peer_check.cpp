// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/peer_check.hpp"

#include "tls/crl.hpp"
#include "tls/failure_text.hpp"
#include "tls/name_constraints.hpp"

#include <algorithm>

namespace coquest::detail {
namespace {

bool matches_name(const host_name& host, const certificate& leaf, bool pinned)
{
    if (host.matches(leaf)) {
        return true;
    }
    // `openssl req -x509 -subj /CN=localhost` makes no subjectAltName. Trusting a common name is
    // safe for exactly the certificate that the user put into the file, and for no other.
    return pinned && !leaf.san && !host.is_ip() && host.matches(common_name(leaf.subject));
}

std::optional<tls_failure> check_leaf(const certificate& leaf, bool pinned, const host_name& host,
                                      std::chrono::sys_seconds now)
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
    if (!matches_name(host, leaf, pinned)) {
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

bool is_chain_failure(tls_failure kind) noexcept
{
    return kind == tls_failure::unknown_issuer || kind == tls_failure::self_signed ||
           kind == tls_failure::bad_signature;
}

bool has_weak_key(std::span<const der_bytes> chain)
{
    return std::ranges::any_of(chain, [](der_bytes der) {
        const auto one = parse_certificate(der);
        return one && one->weak_key();
    });
}

} // namespace

bool peer_check::judge(std::span<const der_bytes> chain, std::optional<tls_failure> verdict,
                       std::chrono::sys_seconds now)
{
    keep(chain);
    if (failure_) {
        return false; // another certificate of the chain was refused
    }
    const auto leaf = chain.empty() ? std::nullopt : parse_certificate(chain[0]);
    if (!leaf) {
        refuse(tls_failure::bad_certificate, chain, now);
        return false;
    }
    const bool pinned = roots_->is_pinned(chain[0]);
    if (verdict && !(pinned && is_chain_failure(*verdict))) {
        refuse(*verdict, chain, now);
        return false;
    }
    std::optional<tls_failure> fault = check_leaf(*leaf, pinned, host_, now);
    if (!fault && !pinned && find_constraint_violation(chain, *roots_)) {
        fault = tls_failure::bad_certificate;
    }
    for (const der_bytes der : pinned ? chain.first(1) : chain) {
        const auto one = parse_certificate(der);
        good_until_ = one ? std::min(good_until_, one->not_after) : good_until_;
        if (!fault && one && one->weak_key()) {
            fault = tls_failure::weak_key;
        }
        if (!fault && one && one->weak_signature && !one->self_issued()) {
            fault = tls_failure::bad_certificate;
        }
    }
    if (!fault && !has_pinned_key(*leaf, *roots_)) {
        fault = tls_failure::pin_mismatch;
    }
    if (fault) {
        refuse(*fault, chain, now);
        return false;
    }
    failure_ = check_revocation(chain, pinned, *roots_, host_.text(), now, good_until_);
    accepted_ = !failure_;
    leaf_until_ = leaf->not_after;
    return accepted_;
}

void peer_check::refuse(tls_failure kind, std::span<const der_bytes> chain,
                        std::chrono::sys_seconds now)
{
    keep(chain);
    accepted_ = false;
    // Of a curve that it was built without, a library only says that it can't read the certificate.
    if (kind == tls_failure::bad_certificate && has_weak_key(chain)) {
        kind = tls_failure::weak_key;
    }
    failure_ = explain(kind, {host_.text(), host_.is_ip(), chain, *roots_, now});
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

} // namespace coquest::detail
