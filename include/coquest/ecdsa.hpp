// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The interface to a library that signs the challenge of a TCP server (docs/protocol.md, TCP
// authentication).
#pragma once

#include <coquest/detail/language.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

namespace coquest::inline v0 {

/// Refers to a private key on the curve P-256: the number, big-endian.
using p256_private_key = std::span<const std::byte, 32>;
/// Refers to the place for a public key on P-256: x, then y, 32 bytes each, big-endian.
using p256_public_key = std::span<std::byte, 64>;
/// Refers to the place for an ECDSA signature as in IEEE P1363: r, then s, 32 bytes each,
/// big-endian.
using p256_signature = std::span<std::byte, 64>;

/// Models a library that signs with ECDSA on P-256 and SHA-256 (FIPS 186-5), as a class of static
/// functions.
///
/// - `sign(key, message, signature)` signs the bytes of a message.
/// - `public_key(key, point)` computes the public half of a key.
/// - `name()` returns the name of the library.
///
/// `sign` and `public_key` return false if the key is not on the curve, or if the library fails.
/// They keep no copy of the key. Threads: the functions have no state, and any thread may call
/// them.
template <class S>
concept ecdsa_signer = requires(p256_private_key key, std::span<const std::byte> message,
                                p256_signature signature, p256_public_key point) {
    { S::sign(key, message, signature) } -> std::same_as<bool>;
    { S::public_key(key, point) } -> std::same_as<bool>;
    { S::name() } -> std::convertible_to<std::string_view>;
};

/// Another name of ecdsa_signer.
template <class S>
concept EcdsaSigner = ecdsa_signer<S>;

namespace detail {

/// Holds the functions of a signer whose type is erased.
struct any_signer {
    bool (*sign)(p256_private_key, std::span<const std::byte>, p256_signature) = nullptr;
    bool (*public_key)(p256_private_key, p256_public_key) = nullptr;
};

/// The functions of @p Signer.
template <ecdsa_signer Signer>
inline constexpr any_signer erased_signer{Signer::sign, Signer::public_key};

} // namespace detail

} // namespace coquest::inline v0
