// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The client certificate and its key (mutual TLS). They are read and checked before a TLS library
// sees them, since libraries report no more than "bad file".
#pragma once

#include <coquest/secret.hpp>
#include <coquest/tls.hpp>

#include "tls/trust/roots.hpp"
#include "tls/x509/pem.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace coquest::inline v0::detail {

struct client_identity {
    std::string chain_pem; // empty: no client certificate
    der_blob leaf;         // the first of the chain
    secret key_pem;
};

/// Reads the certificate, which must be in date, and the key that @p options name. The identity is
/// empty if they name none.
[[nodiscard]] bool load_client_identity(const tls_options& options, std::chrono::sys_seconds now,
                                        client_identity& out, tls_diagnosis& diagnosis);

/// Returns the client certificate with its expiry, or nothing if no certificate is configured.
[[nodiscard]] std::optional<dated_certificate> dated_identity(const tls_options& options,
                                                              const client_identity& identity);

/// Describes that the library refused the key of @p options.
[[nodiscard]] tls_diagnosis refused_key(const tls_options& options);

/// Describes that the library refused the certificate of @p options.
[[nodiscard]] tls_diagnosis refused_certificate(const tls_options& options);

} // namespace coquest::inline v0::detail
