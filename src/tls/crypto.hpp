// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What our own checks of certificates need of a TLS library's cryptography.
#pragma once

#include "core/key_pin.hpp"
#include "tls/x509.hpp"

namespace coquest::detail {

struct crypto {
    /// Computes a SHA-256; false where the library can't.
    bool (*sha256)(der_bytes of, key_hash& out);
};

} // namespace coquest::detail
