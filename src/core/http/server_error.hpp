// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a status other than success means: the code, the text, whether to try again, and what became
// of the rows (contract §6.2).
#pragma once

#include <coquest/detail/fault.hpp>

#include "core/http_response.hpp"

#include <string_view>

namespace coquest::detail {

/// Says whether @p status acknowledges a batch: 200 to 206.
[[nodiscard]] constexpr bool is_success(int status) noexcept
{
    return status >= 200 && status <= 206;
}

/// Says whether the same request may succeed later, or at another address.
[[nodiscard]] bool is_retryable_status(int status) noexcept;

/// Describes the response to a batch that is_success() refuses. @p response is complete, or failed
/// after its head; @p host is host:port; the message begins with @p what.
[[nodiscard]] fault server_fault(const http_response_parser& response, std::string_view host,
                                 std::string_view what = "could not flush");

} // namespace coquest::detail
