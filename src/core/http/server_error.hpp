// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Describes a response that does not acknowledge a batch: the error code, the message, whether to
// retry, and the state of the rows. The table in core/http/status.hpp decides.
#pragma once

#include <coquest/detail/status.hpp>

#include "core/http/response.hpp"
#include "core/http/status.hpp"

#include <string_view>

namespace coquest::inline v0::detail {

/// Returns whether @p response, which is complete, acknowledges a batch. That takes a success that
/// provably has no content: QuestDB answers 204, and a page or a JSON text with status 200 does not
/// come from its /write.
[[nodiscard]] bool acknowledges(const http_response_parser& response) noexcept;

/// Returns the error for a response that does not acknowledge a batch. @p response is complete, or
/// failed after its head; @p host is host:port; the message begins with @p summary.
[[nodiscard]] status server_error(const http_response_parser& response, std::string_view host,
                                  std::string_view summary = "could not flush");

/// Returns whether @p info is about the server and not about the rows, so that another server may
/// accept them.
[[nodiscard]] bool blames_server(const diagnostics& info) noexcept;

} // namespace coquest::inline v0::detail
