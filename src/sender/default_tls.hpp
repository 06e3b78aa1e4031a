// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coquest/detail/any_tls.hpp>
#include <coquest/ecdsa.hpp>

#include <string_view>

namespace coquest::inline v0::detail {

/// Returns the factory of the TLS backend of this build: wolfSSL, or else OpenSSL. Without either,
/// the factory fails and says so.
[[nodiscard]] tls_factory default_tls() noexcept;

/// Returns the name and version of the TLS library, or "no TLS library".
[[nodiscard]] std::string_view default_tls_name() noexcept;

/// Returns the signer of the same library, or null without one.
[[nodiscard]] const any_signer* default_signer() noexcept;

} // namespace coquest::inline v0::detail
