// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Hides the differences between Asio 1.22.1 (Debian 12) and later releases. No other file has to
// know them.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/version.hpp>

#if ASIO_VERSION >= 102400
#include <asio/as_tuple.hpp>
#else
#include <asio/experimental/as_tuple.hpp>
#endif

namespace coquest::inline v0::net {

#if ASIO_VERSION >= 102400
using asio::as_tuple;
#else
using asio::experimental::as_tuple;
#endif

/// Awaits an operation and returns its error as the first element of a tuple, instead of throwing.
inline constexpr auto no_throw = as_tuple(asio::use_awaitable);

} // namespace coquest::inline v0::net
