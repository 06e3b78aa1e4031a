// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The functions of a TLS library's cryptography that coquest's own checks use.
#pragma once

#include "core/config/key_pin.hpp"
#include "tls/x509/x509.hpp"

namespace coquest::inline v0::detail {

/// The result of verifying a signature with a key.
enum class signature_check {
    good,
    bad,         ///< it was made by another key, or over other data
    unsupported, ///< not verified: this build of the library lacks an algorithm or a curve
};

struct crypto {
    /// Computes the SHA-256 of @p data. Returns false if the library cannot.
    bool (*sha256)(der_bytes data, key_hash& out);
    /// Returns whether the key of @p key_info, a SubjectPublicKeyInfo, has signed @p data.
    signature_check (*verify)(const signed_data& data, der_bytes key_info);
    /// Returns whether this build of the library has the algorithm and the curve of @p key_info.
    bool (*can_use)(der_bytes key_info);
};

} // namespace coquest::inline v0::detail
