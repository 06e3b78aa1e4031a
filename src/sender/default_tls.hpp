// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coquest/detail/any_tls.hpp>
#include <coquest/ecdsa.hpp>

#include <string_view>

namespace coquest::detail {

/// Returns the factory of the TLS backend that this build has: wolfSSL, else OpenSSL, else one that
/// says that there is none.
[[nodiscard]] tls_factory default_tls() noexcept;

/// Returns the name and version of its library; "no TLS library" where there is none.
[[nodiscard]] std::string_view default_tls_name() noexcept;

/// Returns the signer of the same library; null where there is none.
[[nodiscard]] const any_signer* default_signer() noexcept;

} // namespace coquest::detail
