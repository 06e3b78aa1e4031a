// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Resolves host names. getaddrinfo blocks and cannot be interrupted, so each name gets its own
// thread: one slow name delays neither the others nor the end of the program. (Asio resolves all
// names of a context on one thread, and the context's destructor waits for that thread.)
#pragma once

#include "net/asio.hpp"

#include <coquest/config.hpp>

#include <asio/ip/tcp.hpp>

#include <functional>
#include <system_error>
#include <vector>

namespace coquest::inline v0::net {

using resolve_handler =
    std::function<void(std::error_code, const std::vector<asio::ip::tcp::endpoint>&)>;

/// Resolves @p server and calls @p handler on @p executor, after this function has returned. The
/// handler is not called if the executor's context has been destroyed. Concurrent calls for the
/// same server share one look-up.
void resolve(const asio::any_io_executor& executor, const server_address& server,
             resolve_handler handler);

} // namespace coquest::inline v0::net
