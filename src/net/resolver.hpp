// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Names to IP addresses. getaddrinfo blocks and can't be interrupted; each name has a thread of its
// own, so that one slow name doesn't hold up the others, nor the end of the program. (Asio would
// resolve all names of a context on one thread, which its destructor waits for.)
#pragma once

#include "net/asio.hpp"

#include <coquest/config.hpp>

#include <asio/ip/tcp.hpp>

#include <functional>
#include <system_error>
#include <vector>

namespace coquest::net {

using resolved = std::function<void(std::error_code, const std::vector<asio::ip::tcp::endpoint>&)>;

/// Looks up @p server and calls @p done on @p executor, never before this returns; not at all once
/// the executor's context is gone. A name that is being looked up already is not asked for again.
void resolve(const asio::any_io_executor& executor, const server_address& server, resolved done);

} // namespace coquest::net
