// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coquest/config.hpp>
#include <coquest/detail/fault.hpp>

#include <string>
#include <system_error>

namespace coquest::net {

/// What a socket's or resolver's error means, in the words that users search for.
struct socket_text {
    std::string text;
    std::string hint; // what to do about it; empty: nobody knows
};

[[nodiscard]] socket_text explain(std::error_code ec);

/// Says whether @p ec is a want of this process or machine, not the fault of a peer.
[[nodiscard]] bool is_own_want(std::error_code ec) noexcept;

/// Makes the fault of an operation that failed with @p ec. @p doing is such as "connecting to";
/// @p code stands where the error is neither a cancellation nor an expired deadline.
[[nodiscard]] detail::fault socket_fault(const char* doing, const server_address& peer,
                                         std::error_code ec, errc code = errc::socket_error);

/// Makes the fault of an operation whose time is over.
[[nodiscard]] detail::fault late_fault(const char* doing, const server_address& peer);

} // namespace coquest::net
