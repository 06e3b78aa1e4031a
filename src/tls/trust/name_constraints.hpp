// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The names that a CA may certify (RFC 5280 4.2.1.10). Older versions of wolfSSL ignore constraints
// on addresses, those that apply to a self-issued leaf, and kinds that they do not support.
#pragma once

#include "tls/x509/x509.hpp"

#include <optional>
#include <span>
#include <string>

namespace coquest::inline v0::detail {

/// A name that a CA above it may not certify.
struct constraint_violation {
    std::string name;
    std::string ca;
    std::string subject; ///< of the certificate that has the name; empty: the server's own
};

/// Finds a name in the certificates of @p path that the constraints of a later CA forbid. The
/// server's own certificate is first, and each is signed by the next; the last one is the root,
/// whose constraints count too. Names of self-issued CAs are not constrained. A constrained name is
/// forbidden if it or its constraint is malformed, or of a kind that is not supported here.
[[nodiscard]] std::optional<constraint_violation> find_constraint_violation(
    std::span<const certificate> path);

} // namespace coquest::inline v0::detail
