// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Decides whether a server's certificate is accepted, in the same way with every TLS library. The
// findings of the library count too. docs/tls-checks.md lists who checks what.
#pragma once

#include <coquest/tls.hpp>

#include "tls/trust/roots.hpp"
#include "tls/x509/host_name.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace coquest::inline v0::detail {

class peer_check {
public:
    peer_check(host_name host, std::shared_ptr<const trust> roots)
        : host_(std::move(host)), roots_(std::move(roots))
    {
    }

    /// Records that the library cannot use the certificate at @p index of those that the server
    /// sent. No path contains it.
    void distrust(std::size_t index);

    /// Judges @p chain, the certificates that the server sent in this handshake, its own first.
    /// @p library_failure is what the library found wrong with the server's own certificate, if
    /// anything. An unknown issuer does not count, since the path to a root is searched here.
    /// Returns whether the certificate is accepted; a refusal is final.
    ///
    /// A trusted leaf needs no path, but its dates, key, usage and name are checked.
    bool judge(std::span<const der_bytes> chain, std::optional<tls_failure> library_failure,
               std::chrono::sys_seconds now);

    /// Refuses an accepted certificate, because the library judged the same path and found @p kind.
    void refuse(tls_failure kind);

    [[nodiscard]] const host_name& host() const noexcept { return host_; }
    [[nodiscard]] const trust& roots() const noexcept { return *roots_; }
    /// Returns whether a certificate was judged and accepted.
    [[nodiscard]] bool accepted() const noexcept { return accepted_; }
    /// Returns when the first certificate or revocation list of the accepted path expires.
    [[nodiscard]] std::chrono::sys_seconds good_until() const noexcept { return good_until_; }
    /// Returns when the server's own certificate expires.
    [[nodiscard]] std::chrono::sys_seconds leaf_until() const noexcept { return leaf_until_; }
    /// Returns why the certificate was refused. It is empty if none was.
    [[nodiscard]] const std::optional<tls_diagnosis>& failure() const noexcept { return failure_; }
    /// With trust::keep_chain, returns the path without its root, or all that a refused server
    /// sent.
    [[nodiscard]] const std::vector<der_blob>& chain() const noexcept { return chain_; }
    /// With trust::keep_chain, returns the root at the end of the path, labelled with its source.
    [[nodiscard]] const trusted_certificate& anchor() const noexcept { return anchor_; }
    /// The indexes of the path's certificates in what the server sent; empty after a refusal.
    [[nodiscard]] const std::vector<std::size_t>& path() const noexcept { return path_; }
    /// The root of the path; null for a trusted leaf.
    [[nodiscard]] const trusted_certificate* root() const noexcept { return root_; }

private:
    void keep(std::span<const der_bytes> chain);

    host_name host_;
    std::shared_ptr<const trust> roots_;
    bool accepted_ = false;
    std::chrono::sys_seconds good_until_ = std::chrono::sys_seconds::max();
    std::chrono::sys_seconds leaf_until_ = std::chrono::sys_seconds::max();
    std::optional<tls_diagnosis> failure_;
    std::vector<der_blob> chain_;
    trusted_certificate anchor_;
    std::vector<std::size_t> path_;
    const trusted_certificate* root_ = nullptr;
    std::vector<bool> distrusted_; // by index in what the server sent
};

} // namespace coquest::inline v0::detail
