// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Decides whether a certificate is for the intended server (RFC 9525). TLS libraries differ here,
// and some accept too much, so this matcher decides for all of them.
#pragma once

#include <coquest/tls.hpp>

#include "tls/x509/x509.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

/// The name of the intended server: a DNS name or an IP address.
class host_name {
public:
    /// Parses @p text; empty if it is neither an ASCII host name nor an IP address. Ignores case
    /// and one trailing dot, and drops the zone of an IPv6 address.
    [[nodiscard]] static std::optional<host_name> parse(std::string_view text);

    [[nodiscard]] bool is_ip() const noexcept { return address_size_ != 0; }
    /// The DNS name in lower case, without the trailing dot; empty for an address.
    [[nodiscard]] const std::string& dns() const noexcept { return dns_; }
    /// The name or the address as text.
    [[nodiscard]] std::string text() const;

    /// Returns whether @p pattern, a dNSName, covers this name. A `*` must be the whole left-most
    /// label, covers exactly one label, and must be followed by at least two labels.
    [[nodiscard]] bool matches(std::string_view pattern) const noexcept;

    /// Returns whether @p leaf is a certificate for this host, by subjectAltName only.
    [[nodiscard]] bool matches(const certificate& leaf) const noexcept;

private:
    [[nodiscard]] der_bytes address() const noexcept
    {
        return der_bytes(address_).first(address_size_);
    }

    std::string dns_;
    std::array<std::byte, 16> address_{};
    std::size_t address_size_ = 0;
};

/// Parses a server's name as host_name::parse does; empty with @p diagnosis if that fails.
[[nodiscard]] std::optional<host_name> parse_host(std::string_view host, tls_diagnosis& diagnosis);

} // namespace coquest::inline v0::detail
