// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Authentication over TCP (docs/protocol.md, TCP authentication). The client sends the id of its
// key, the server sends a challenge, and the client answers with a signature of it. This file only
// reads and composes bytes; the caller signs and sends.
#pragma once

#include <coquest/config.hpp>
#include <coquest/detail/status.hpp>
#include <coquest/ecdsa.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

/// Holds the key of a client. The destructor wipes it.
class tcp_key {
public:
    tcp_key() noexcept = default;
    tcp_key(const tcp_key&) = delete;
    tcp_key& operator=(const tcp_key&) = delete;
    ~tcp_key();

    /// Reads `username` and `token`. If `token_x` and `token_y` are set, they must be the public
    /// key that @p signer computes from the token. Fails with errc::auth_error; the message names
    /// the configuration key.
    [[nodiscard]] status read(const config& options, const any_signer& signer);

    [[nodiscard]] p256_private_key bytes() const noexcept { return private_; }
    /// Returns the first bytes that the client sends.
    [[nodiscard]] const std::string& greeting() const noexcept { return greeting_; }

private:
    std::array<std::byte, 32> private_{};
    std::string greeting_;
};

/// Reads the server's challenge: 512 bytes, a line feed, and nothing after it.
class auth_challenge {
public:
    static constexpr std::size_t size = 512;

    enum class step { need_input, complete, failed };

    /// Consumes @p bytes from the server.
    step feed(std::span<const std::byte> bytes);
    /// Returns the number of bytes received.
    [[nodiscard]] std::size_t received() const noexcept { return received_; }
    /// Describes the error, after `failed`.
    [[nodiscard]] std::string_view problem() const noexcept { return problem_; }
    /// Returns the bytes to sign, after `complete`.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

private:
    std::array<std::byte, size> bytes_{};
    std::size_t received_ = 0; // including the line feed
    std::string_view problem_;
};

/// Returns the client's answer to a challenge: @p signature as a line of base64.
[[nodiscard]] std::string auth_answer(std::span<const std::byte, 64> signature);

} // namespace coquest::inline v0::detail
