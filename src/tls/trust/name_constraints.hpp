// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Which names a CA may vouch for (RFC 5280 4.2.1.10). Older versions of wolfSSL pass over the
// constraints on addresses, over those of a self-issued leaf, and over what they don't know.
#pragma once

#include "tls/roots.hpp"
#include "tls/x509.hpp"

#include <optional>
#include <span>
#include <string>

namespace coquest::detail {

/// A name of the server's certificate that a CA above it may not certify.
struct constraint_violation {
    std::string name;
    std::string ca;
};

/// Looks for a name in @p chain[0] that the constraints of a CA forbid. The CAs are those of
/// @p chain and of @p roots that its line of issuers leads to, by name: where two share one,
/// both count. A name or constraint that is malformed, or of a kind that nobody here understands,
/// is forbidden.
[[nodiscard]] std::optional<constraint_violation> find_constraint_violation(
    std::span<const der_bytes> chain, const trust& roots);

} // namespace coquest::detail
