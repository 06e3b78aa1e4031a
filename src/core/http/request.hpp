// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The heads of the two requests of a sender, composed once for each connection. The body stays in
// the caller's memory and is sent in the same gathered write.
#pragma once

#include <coquest/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

/// Holds the request heads of one connection. They may contain credentials, so the destructor wipes
/// their memory, and the object can be neither copied nor moved.
class http_request_head {
public:
    /// Composes the heads. validate() must have accepted @p options.
    http_request_head(const config& options, const server_address& server);
    http_request_head(const http_request_head&) = delete;
    http_request_head& operator=(const http_request_head&) = delete;
    ~http_request_head();

    /// Returns the head of a POST of @p content_length bytes. Overwrites the result of the previous
    /// call. Does not allocate.
    [[nodiscard]] std::string_view post(std::size_t content_length) noexcept;

    /// Returns the head of GET /settings without credentials, as the official clients send it.
    [[nodiscard]] std::string_view get_settings() const noexcept { return settings_; }

    /// Returns the same head with credentials, for a proxy that answered 401, or an empty string if
    /// no credentials are configured.
    [[nodiscard]] std::string_view get_settings_authorized() const noexcept
    {
        return settings_authorized_;
    }

private:
    std::string post_;            // ends with the digits of Content-Length and the empty line
    std::size_t post_prefix_ = 0; // bytes before those digits
    std::string settings_;
    std::string settings_authorized_;
};

} // namespace coquest::inline v0::detail
