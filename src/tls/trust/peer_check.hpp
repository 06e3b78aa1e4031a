// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Decides whether a server's certificate is good. The TLS library judges the chain; what follows is
// ours, so that it is the same everywhere: pins, dates, key, usage, and the name.
#pragma once

#include <coquest/tls.hpp>

#include "tls/host_name.hpp"
#include "tls/roots.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace coquest::detail {

class peer_check {
public:
    peer_check(host_name host, std::shared_ptr<const trust> roots)
        : host_(std::move(host)), roots_(std::move(roots))
    {
    }

    /// Judges @p chain, the server's own certificate first. @p verdict is what the library found
    /// wrong with the chain, if anything. Returns whether to go on.
    ///
    /// What was refused once stays refused.
    ///
    /// A pinned certificate needs no chain, so a chain failure of it is overruled. Dates, key,
    /// usage and name are checked all the same.
    bool judge(std::span<const der_bytes> chain, std::optional<tls_failure> verdict,
               std::chrono::sys_seconds now);

    /// Records that the library refused @p chain for @p kind, where there is nothing to overrule.
    void refuse(tls_failure kind, std::span<const der_bytes> chain, std::chrono::sys_seconds now);

    [[nodiscard]] const host_name& host() const noexcept { return host_; }
    [[nodiscard]] const trust& roots() const noexcept { return *roots_; }
    /// Whether a certificate was judged, and found good.
    [[nodiscard]] bool accepted() const noexcept { return accepted_; }
    /// When the first of what was found good ends: a certificate, or a revocation list.
    [[nodiscard]] std::chrono::sys_seconds good_until() const noexcept { return good_until_; }
    /// When the server's own certificate ends.
    [[nodiscard]] std::chrono::sys_seconds leaf_until() const noexcept { return leaf_until_; }
    /// Why the certificate was refused; empty where none was.
    [[nodiscard]] const std::optional<tls_diagnosis>& failure() const noexcept { return failure_; }
    /// What was judged or refused last, where trust::keep_chain says so.
    [[nodiscard]] const std::vector<der_certificate>& chain() const noexcept { return chain_; }

private:
    void keep(std::span<const der_bytes> chain);

    host_name host_;
    std::shared_ptr<const trust> roots_;
    bool accepted_ = false;
    std::chrono::sys_seconds good_until_ = std::chrono::sys_seconds::max();
    std::chrono::sys_seconds leaf_until_ = std::chrono::sys_seconds::max();
    std::optional<tls_diagnosis> failure_;
    std::vector<der_certificate> chain_;
};

} // namespace coquest::detail
