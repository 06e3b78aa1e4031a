// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The seam between coquest and a library that signs: what authentication over TCP needs.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

namespace coquest {

/// A private key on the curve P-256: the number, big-endian.
using p256_private_key = std::span<const std::byte, 32>;
/// A public key on P-256: x, then y, 32 bytes each, big-endian.
using p256_public_key = std::span<std::byte, 64>;
/// An ECDSA signature in the encoding of IEEE P1363: r, then s, 32 bytes each, big-endian.
using p256_signature = std::span<std::byte, 64>;

/// Models a library that signs with ECDSA on P-256 with SHA-256 (FIPS 186-5). Its functions have no
/// state, may be called from any thread, keep no copy of the key, and return false where the key is
/// none of the curve, or the library fails.
///
/// `sign` signs the bytes of a message, `public_key` finds the public half of a key.
template <class S>
concept ecdsa_signer = requires(p256_private_key key, std::span<const std::byte> message,
                                p256_signature signature, p256_public_key point) {
    { S::sign(key, message, signature) } -> std::same_as<bool>;
    { S::public_key(key, point) } -> std::same_as<bool>;
    { S::name() } -> std::convertible_to<std::string_view>;
};

/// The project's brief names the concept so.
template <class S>
concept EcdsaSigner = ecdsa_signer<S>;

namespace detail {

/// A signer whose type is erased.
struct any_signer {
    bool (*sign)(p256_private_key, std::span<const std::byte>, p256_signature) = nullptr;
    bool (*public_key)(p256_private_key, p256_public_key) = nullptr;
};

template <ecdsa_signer Signer>
inline constexpr any_signer erased_signer{Signer::sign, Signer::public_key};

} // namespace detail

} // namespace coquest
