// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Finds a path from a server's certificate to a trusted root (RFC 5280 6.1), through the
// certificates that the server sent in this handshake only. TLS libraries accept different chains,
// and some use certificates that they remember from other handshakes.
#pragma once

#include "tls/trust/roots.hpp"
#include "tls/x509/x509.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace coquest::inline v0::detail {

/// The reason why a path is not good.
enum class path_flaw {
    none,
    no_issuer,             ///< no sent certificate and no root has the name of the issuer
    other_key,             ///< a sent certificate has that name, but its key did not sign
    other_root_key,        ///< a trusted root has that name, but its key did not sign
    unsupported_signature, ///< the library lacks the algorithm or the curve
    too_many_checks,       ///< the search reached its limits
    unreadable,            ///< the library cannot read a certificate
    two_algorithms,        ///< a certificate names two signature algorithms
    weak_signature,
    not_a_ca,
    may_not_sign,     ///< keyUsage without keyCertSign
    other_purpose,    ///< extendedKeyUsage without serverAuth
    unknown_critical, ///< a critical extension that is not understood
    weak_key,
    path_too_long,
    expired,
    not_yet_valid,
    name_constraints,
};

/// A good path, or the one that comes closest to being good.
struct certificate_path {
    path_flaw flaw = path_flaw::none;
    /// The server's own certificate first, each signed by the next. The last is the root if the
    /// path is complete.
    std::vector<certificate> certificates;
    std::vector<std::size_t> sent; ///< index of each but the root in what the server sent
    const trusted_certificate* root = nullptr; ///< null: the path is not complete
    std::size_t culprit = 0;                   ///< index of the certificate that has the flaw

    [[nodiscard]] bool good() const noexcept { return flaw == path_flaw::none; }
};

/// The most signatures that one search verifies, since a server can send any number.
inline constexpr std::size_t max_signature_checks = 32;
/// The most pairs of a certificate and a possible issuer that one search considers.
inline constexpr std::size_t max_path_steps = 1024;

/// Finds a path for @p sent: the server's own certificate first, the others in any order.
/// Certificates that no path needs are ignored. @p unreadable marks those that the library cannot
/// read; it may be shorter than @p sent. If several paths are good, returns the first one: roots
/// are tried before sent certificates, and these in their order. If none is good, returns the one
/// that comes closest. Does not check the dates, usage and names of the server's own certificate.
[[nodiscard]] certificate_path find_path(std::span<const der_bytes> sent,
                                         const std::vector<bool>& unreadable, const trust& roots,
                                         std::chrono::sys_seconds now);

} // namespace coquest::inline v0::detail
