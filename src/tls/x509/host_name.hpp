// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Whether a certificate is for the server that we meant to reach (RFC 9525). TLS libraries differ
// here, and some accept too much: this one matcher decides for all of them.
#pragma once

#include "tls/x509.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coquest::detail {

/// The server we mean to reach: a DNS name, or an IP address.
class host_name {
public:
    /// Reads @p text; empty where it is neither an ASCII host name nor an IP address. Case and one
    /// trailing dot don't matter; the zone of an IPv6 address is dropped.
    [[nodiscard]] static std::optional<host_name> parse(std::string_view text);

    [[nodiscard]] bool is_ip() const noexcept { return address_size_ != 0; }
    /// The DNS name in lower case without trailing dot; empty for an address.
    [[nodiscard]] const std::string& dns() const noexcept { return dns_; }
    /// The name or the address as text.
    [[nodiscard]] std::string text() const;

    /// Says whether @p pattern, a dNSName, covers this name. `*` is a whole left-most label, covers
    /// one label, and needs two labels behind it.
    [[nodiscard]] bool matches(std::string_view pattern) const noexcept;

    /// Says whether @p of is a certificate for this host, by subjectAltName only.
    [[nodiscard]] bool matches(const certificate& of) const noexcept;

private:
    [[nodiscard]] der_bytes address() const noexcept
    {
        return der_bytes(address_).first(address_size_);
    }

    std::string dns_;
    std::array<std::byte, 16> address_{};
    std::size_t address_size_ = 0;
};

} // namespace coquest::detail
