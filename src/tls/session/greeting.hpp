// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Tells from the first bytes of a server whether it speaks TLS at all. TLS libraries report plain
// HTTP as a wrong version or a bad length, which does not help the user.
#pragma once

#include <coquest/tls.hpp>

#include "tls/x509/x509.hpp"

namespace coquest::inline v0::detail {

enum class greeting { undecided, tls, other };

/// Classifies a server by @p first, all bytes received so far. Returns `undecided` if more are
/// needed.
[[nodiscard]] greeting classify_greeting(der_bytes first) noexcept;

/// Explains which server answered with @p first in place of a TLS record.
[[nodiscard]] tls_diagnosis explain_greeting(der_bytes first);

} // namespace coquest::inline v0::detail
