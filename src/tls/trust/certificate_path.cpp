// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/certificate_path.hpp"

#include "tls/trust/name_constraints.hpp"
#include "tls/x509/der.hpp"

#include <algorithm>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

constexpr std::size_t not_sent = static_cast<std::size_t>(-1);

class path_search {
public:
    path_search(std::span<const der_bytes> sent, const std::vector<bool>& unreadable,
                const trust& roots, std::chrono::sys_seconds now)
        : roots_(roots), now_(now)
    {
        for (std::size_t i = 0; i < sent.size(); ++i) {
            if (const auto facts = parse_certificate(sent[i])) {
                pool_.push_back({*facts, nullptr, i, i < unreadable.size() && unreadable[i]});
            }
        }
    }

    certificate_path run()
    {
        if (pool_.empty() || pool_[0].index != 0) {
            certificate_path empty_path;
            empty_path.flaw = path_flaw::unreadable;
            return empty_path;
        }
        // The first search considers good certificates only. If it fails, the second one looks for
        // the reason.
        for (const bool explaining : {false, true}) {
            explaining_ = explaining;
            steps_ = 0;
            path_ = {pool_[0]};
            flaws_ = {own_flaw(pool_[0].facts)};
            if ((explaining || flaws_[0] == path_flaw::none) && extend()) {
                return std::move(found_);
            }
        }
        if (gave_up_) {
            found_.flaw = path_flaw::too_many_checks;
        }
        return std::move(found_);
    }

private:
    struct node {
        certificate facts;
        const trusted_certificate* root; // null: the server sent it
        std::size_t index;               // in what the server sent
        bool unreadable;
    };
    struct comparison {
        const std::byte* below;
        const std::byte* above;
        signature_check result;
    };

    // The flaw of a certificate that counts at any place of a path.
    static path_flaw own_flaw(const certificate& facts) noexcept
    {
        return facts.two_algorithms   ? path_flaw::two_algorithms
               : facts.weak_signature ? path_flaw::weak_signature
                                      : path_flaw::none;
    }

    // The flaw of `above` as the issuer of the last certificate of the path. A root is only a name
    // and a key (RFC 5280 6.1), but its dates and extensions count here.
    [[nodiscard]] path_flaw issuer_flaw(const node& above) const noexcept
    {
        const certificate& facts = above.facts;
        const bool sent = above.root == nullptr;
        if (sent && !facts.is_ca) { // which roots are CAs was decided when they were loaded
            return path_flaw::not_a_ca;
        }
        if (now_ > facts.not_after) {
            return path_flaw::expired;
        }
        if (now_ < facts.not_before) {
            return path_flaw::not_yet_valid;
        }
        if (facts.unknown_critical) {
            return path_flaw::unknown_critical;
        }
        if (!facts.may_sign_certificates) {
            return path_flaw::may_not_sign;
        }
        if (!facts.may_serve_tls) {
            return path_flaw::other_purpose;
        }
        if (facts.weak_key()) {
            return path_flaw::weak_key;
        }
        const auto cas_below = std::count_if(path_.begin() + 1, path_.end(), [](const node& below) {
            return !below.facts.self_issued();
        });
        if (facts.path_length && static_cast<std::size_t>(cas_below) > *facts.path_length) {
            return path_flaw::path_too_long;
        }
        if (sent && above.unreadable) {
            return path_flaw::unreadable;
        }
        return sent ? own_flaw(facts) : path_flaw::none;
    }

    signature_check compare(const certificate& below, const certificate& above)
    {
        const auto known = std::ranges::find_if(compared_, [&](const comparison& earlier) {
            return earlier.below == below.der.data() && earlier.above == above.der.data();
        });
        if (known != compared_.end()) {
            return known->result;
        }
        if (compared_.size() >= max_signature_checks || roots_.primitives == nullptr) {
            gave_up_ = gave_up_ || roots_.primitives != nullptr;
            return signature_check::unsupported;
        }
        const signature_check result = roots_.primitives->verify(below.proof, above.key_info);
        compared_.push_back({below.der.data(), above.der.data(), result});
        return result;
    }

    // Returns whether the path has the name and the key of `above` already, and would be a circle.
    [[nodiscard]] bool is_on_path(const node& above) const noexcept
    {
        return std::ranges::any_of(path_, [&](const node& element) {
            return element.index == above.index ||
                   (equals(element.facts.subject, above.facts.subject) &&
                    equals(element.facts.key_info, above.facts.key_info));
        });
    }

    // Continues at the end of the path. Returns true if found_ is the result.
    bool extend()
    {
        const certificate below = path_.back().facts;
        path_flaw dead_end = path_flaw::no_issuer;
        for (const trusted_certificate& root : roots_.issuers) {
            if (!equals(subject_of(root.der), below.issuer)) {
                continue;
            }
            const auto facts = parse_certificate(root.der);
            if (facts && try_issuer({*facts, &root, not_sent, false}, dead_end)) {
                return true;
            }
        }
        for (std::size_t i = 1; i < pool_.size(); ++i) {
            if (equals(pool_[i].facts.subject, below.issuer) && !is_on_path(pool_[i]) &&
                try_issuer(pool_[i], dead_end)) {
                return true;
            }
        }
        if (explaining_ && path_.size() > found_.certificates.size()) {
            keep(dead_end, path_.size() - 1);
        }
        return false;
    }

    bool try_issuer(const node& above, path_flaw& dead_end)
    {
        if (++steps_ > max_path_steps) {
            gave_up_ = true;
            return false;
        }
        const certificate below = path_.back().facts;
        const path_flaw flaw = issuer_flaw(above);
        if (flaw != path_flaw::none && !explaining_) {
            return false;
        }
        signature_check result = compare(below, above.facts);
        // Some builds of the libraries lack old algorithms and short keys. The explanation is then
        // the weak signature or key, not that it could not be verified.
        if (result == signature_check::unsupported && explaining_ && !gave_up_ &&
            (flaws_.back() == path_flaw::weak_signature || flaw == path_flaw::weak_key)) {
            result = signature_check::good;
        }
        switch (result) {
        case signature_check::good: break;
        case signature_check::bad:
            if (above.root != nullptr || dead_end == path_flaw::no_issuer) {
                dead_end = above.root != nullptr ? path_flaw::other_root_key : path_flaw::other_key;
            }
            return false;
        case signature_check::unsupported:
            if (dead_end != path_flaw::other_root_key) {
                dead_end = path_flaw::unsupported_signature;
            }
            return false;
        }
        path_.push_back(above);
        flaws_.push_back(flaw);
        const bool done = above.root != nullptr ? complete() : extend();
        path_.pop_back();
        flaws_.pop_back();
        return done;
    }

    // Judges a path that has reached a root.
    bool complete()
    {
        const auto first =
            std::ranges::find_if(flaws_, [](path_flaw flaw) { return flaw != path_flaw::none; });
        path_flaw flaw = first == flaws_.end() ? path_flaw::none : *first;
        auto culprit = static_cast<std::size_t>(first - flaws_.begin());
        if (flaw == path_flaw::none) {
            std::vector<certificate> certificates;
            certificates.reserve(path_.size());
            for (const node& element : path_) {
                certificates.push_back(element.facts);
            }
            if (find_constraint_violation(certificates)) {
                flaw = path_flaw::name_constraints;
                culprit = 0;
            }
        }
        if (flaw != path_flaw::none && !explaining_) {
            return false;
        }
        keep(flaw, culprit);
        return true;
    }

    void keep(path_flaw flaw, std::size_t culprit)
    {
        found_ = {};
        found_.flaw = flaw;
        found_.culprit = culprit;
        for (const node& element : path_) {
            found_.certificates.push_back(element.facts);
            if (element.root == nullptr) {
                found_.sent.push_back(element.index);
            }
        }
        found_.root = path_.back().root;
    }

    const trust& roots_;
    std::chrono::sys_seconds now_;
    std::vector<node> pool_; // the sent certificates that can be parsed
    std::vector<node> path_;
    std::vector<path_flaw> flaws_; // of each certificate of the path
    std::vector<comparison> compared_;
    std::size_t steps_ = 0;
    bool explaining_ = false;
    bool gave_up_ = false;
    certificate_path found_;
};

} // namespace

certificate_path find_path(std::span<const der_bytes> sent, const std::vector<bool>& unreadable,
                           const trust& roots, std::chrono::sys_seconds now)
{
    return path_search(sent, unreadable, roots, now).run();
}

} // namespace coquest::inline v0::detail
