// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Converts what an operation throws to an error code.
#pragma once

#include <coquest/error.hpp>

#include <asio/awaitable.hpp>

#include <exception>
#include <system_error>

namespace coquest::inline v0::detail {

/// Returns the code of @p thrown, or success if it is null. @p info, unless null, receives the
/// diagnostics. Rethrows what is neither an error of this library or of Asio nor std::bad_alloc.
std::error_code code_of(const std::exception_ptr& thrown, diagnostics* info);
/// Awaits @p operation, and returns the code of what it throws.
asio::awaitable<std::error_code> code_of(asio::awaitable<void> operation, diagnostics* info);

} // namespace coquest::inline v0::detail
