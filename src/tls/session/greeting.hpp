// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Tells from its first bytes whether a server speaks TLS at all. TLS libraries call plain HTTP a
// wrong version or a bad length; users need to hear what is there.
#pragma once

#include <coquest/tls.hpp>

#include "tls/x509.hpp"

namespace coquest::detail {

enum class greeting { undecided, tls, other };

/// Says what @p first, all that came so far, begins; `undecided` asks for more.
[[nodiscard]] greeting classify_greeting(der_bytes first) noexcept;

/// Explains what answered with @p first in place of a TLS record.
[[nodiscard]] tls_diagnosis explain_greeting(der_bytes first);

} // namespace coquest::detail
