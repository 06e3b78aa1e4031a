// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Pins of public keys as users write them: "sha256/" and base64, as in RFC 7469 and in curl.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

/// The SHA-256 of a SubjectPublicKeyInfo.
using key_hash = std::array<std::byte, 32>;

/// Parses a pin, with or without "sha256/". Returns nothing if @p text is not a pin.
[[nodiscard]] std::optional<key_hash> parse_pin(std::string_view text) noexcept;

/// Returns @p hash as a pin.
[[nodiscard]] std::string pin_text(const key_hash& hash);

} // namespace coquest::inline v0::detail
