// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What our own checks of certificates need of a TLS library's cryptography.
#pragma once

#include "core/key_pin.hpp"
#include "tls/x509.hpp"

namespace coquest::detail {

struct revocation_list;

struct crypto {
    /// Computes a SHA-256; false where the library can't.
    bool (*sha256)(der_bytes of, key_hash& out);
    /// Says whether the key of @p key_info, a SubjectPublicKeyInfo, has signed @p list.
    bool (*verify_crl)(const revocation_list& list, der_bytes key_info);
};

} // namespace coquest::detail
