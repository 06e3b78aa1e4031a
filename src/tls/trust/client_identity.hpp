// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The certificate by which we prove who we are (mutual TLS), read and checked before a library
// sees it: libraries say no more than "bad file".
#pragma once

#include <coquest/secret.hpp>
#include <coquest/tls.hpp>

#include "tls/pem.hpp"
#include "tls/roots.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace coquest::detail {

struct client_identity {
    std::string chain_pem; // empty: none
    der_certificate leaf;  // the first of the chain
    secret key_pem;
};

/// Reads what @p options name, which must be in date; an empty identity where they name nothing.
[[nodiscard]] bool load_client_identity(const tls_options& options, std::chrono::sys_seconds now,
                                        client_identity& out, tls_diagnosis& why);

/// Returns when the client's certificate ends; empty where there is none.
[[nodiscard]] std::optional<dated_certificate> end_of(const tls_options& options,
                                                      const client_identity& identity);

/// Says that the library refused the key of @p options.
[[nodiscard]] tls_diagnosis refused_key(const tls_options& options);

/// Says that the library refused the certificate of @p options.
[[nodiscard]] tls_diagnosis refused_certificate(const tls_options& options);

} // namespace coquest::detail
