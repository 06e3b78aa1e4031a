// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Mozilla's bundle, compiled in. EmbedRoots.cmake copies the base64 of each certificate into a
// generated file, and the compiler decodes it: the library holds DER, which is a quarter smaller
// than PEM, and a program does not decode anything.
#pragma once

#include "core/text/base64.hpp"
#include "tls/x509/der.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace coquest::inline v0::detail {

/// Returns the certificates of the bundle in DER form, one after another.
[[nodiscard]] der_bytes webpki_roots() noexcept;
/// The number of certificates in the bundle; 0: built without it.
extern const std::size_t webpki_count;

/// Returns the size of the DER form of a certificate whose base64 is @p text. The generated file
/// calls this and the next function.
[[nodiscard]] constexpr std::size_t der_size(std::string_view text)
{
    return text.substr(0, text.find('=')).size() * 3 / 4;
}

/// Returns the DER form of a certificate. Does not compile if @p text is not valid base64.
template <std::size_t Size>
[[nodiscard]] constexpr std::array<std::byte, Size> to_der(std::string_view text)
{
    std::array<std::byte, Size> der{};
    if (base64_decode(text, base64::standard, der) != Size) {
        throw "this certificate of the bundle is not valid base64";
    }
    return der;
}

} // namespace coquest::inline v0::detail
