// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coquest/config.hpp>
#include <coquest/detail/status.hpp>

#include <string>
#include <system_error>

namespace coquest::inline v0::net {

/// Explains an error of a socket or of the resolver in the words that users search for.
struct socket_text {
    std::string text;
    std::string hint; // what to do about it; empty if there is no advice
};

[[nodiscard]] socket_text explain(std::error_code ec);

/// Returns true if @p ec means that this process or machine lacks a resource, so that the peer is
/// not to blame.
[[nodiscard]] bool is_local_shortage(std::error_code ec) noexcept;

/// Returns the status of an operation that failed with @p ec. @p operation begins the message, as
/// in "connecting to". @p code is the error code unless the operation was cancelled.
[[nodiscard]] detail::status socket_status(const char* operation, const server_address& peer,
                                           std::error_code ec, errc code = errc::socket_error);

/// Returns the status of an operation that did not end before its deadline.
[[nodiscard]] detail::status timeout_status(const char* operation, const server_address& peer);

} // namespace coquest::inline v0::net
