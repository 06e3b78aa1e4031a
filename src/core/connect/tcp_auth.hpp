// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Authentication over TCP (contract §7.2): the client names its key, the server sends a challenge,
// the client signs it. Bytes only; who signs, and how they travel, is the caller's.
#pragma once

#include <coquest/config.hpp>
#include <coquest/detail/fault.hpp>
#include <coquest/ecdsa.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace coquest::detail {

/// Holds the key of a client. Its bytes are wiped when it goes.
class tcp_key {
public:
    tcp_key() noexcept = default;
    tcp_key(const tcp_key&) = delete;
    tcp_key& operator=(const tcp_key&) = delete;
    ~tcp_key();

    /// Reads `username`, `token` and, where they are given, `token_x` and `token_y`, which must be
    /// the public half of the token by @p signer. Fails with errc::auth_error, and names the key.
    [[nodiscard]] fault read(const config& options, const any_signer& signer);

    [[nodiscard]] p256_private_key bytes() const noexcept { return private_; }
    /// Returns what the client says first.
    [[nodiscard]] const std::string& greeting() const noexcept { return greeting_; }

private:
    std::array<std::byte, 32> private_{};
    std::string greeting_;
};

/// Reads the server's challenge: 512 bytes and a line feed, and nothing behind.
class auth_challenge {
public:
    static constexpr std::size_t size = 512;

    enum class step { need_input, complete, failed };

    /// Takes what came from the server.
    step feed(std::span<const std::byte> bytes);
    /// Returns how many bytes have come.
    [[nodiscard]] std::size_t received() const noexcept { return received_; }
    /// Says what is wrong, after `failed`.
    [[nodiscard]] std::string_view problem() const noexcept { return problem_; }
    /// Returns what is to be signed, after `complete`.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

private:
    std::array<std::byte, size> bytes_{};
    std::size_t received_ = 0; // with the line feed
    std::string_view problem_;
};

/// Returns the client's answer to a challenge.
[[nodiscard]] std::string auth_answer(std::span<const std::byte, 64> signature);

} // namespace coquest::detail
