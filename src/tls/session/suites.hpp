// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The cipher suites that a connection may use: ECDHE with an AEAD cipher, and no others. Libraries
// name them differently, so the negotiated suite is checked by its number.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

struct cipher_suite {
    std::uint16_t id; // IANA
    std::string_view wolfssl;
    std::string_view openssl;

    [[nodiscard]] constexpr bool is_tls13() const noexcept { return id >> 8U == 0x13; }
    [[nodiscard]] constexpr bool is_chacha20() const noexcept
    {
        return id == 0x1303 || id == 0xcca8 || id == 0xcca9;
    }
};

inline constexpr std::array<cipher_suite, 9> cipher_suites{{
    {0x1301, "TLS13-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"},
    {0x1302, "TLS13-AES256-GCM-SHA384", "TLS_AES_256_GCM_SHA384"},
    {0x1303, "TLS13-CHACHA20-POLY1305-SHA256", "TLS_CHACHA20_POLY1305_SHA256"},
    {0xc02b, "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {0xc02f, "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    {0xc02c, "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {0xc030, "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    {0xcca9, "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {0xcca8, "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"},
}};

/// Returns the suites in order of preference: AES-128 first, or ChaCha20 first if the library does
/// not use the processor's AES instructions.
[[nodiscard]] constexpr std::array<cipher_suite, 9> preferred_suites(bool fast_aes) noexcept
{
    std::array<cipher_suite, 9> order = cipher_suites;
    std::size_t next = 0;
    for (const bool chacha20 : {!fast_aes, fast_aes}) {
        for (const cipher_suite& suite : cipher_suites) {
            if (suite.is_chacha20() == chacha20) {
                order[next++] = suite;
            }
        }
    }
    return order;
}

[[nodiscard]] constexpr bool is_our_suite(std::uint32_t id) noexcept
{
    return std::ranges::any_of(cipher_suites,
                               [id](const cipher_suite& suite) { return suite.id == id; });
}

/// Appends @p name to @p list, whose names are separated by ':'.
inline void append_suite(std::string& list, std::string_view name)
{
    list += list.empty() ? "" : ":";
    list += name;
}

} // namespace coquest::inline v0::detail
