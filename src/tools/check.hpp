// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tools/report.hpp"

#include <coquest/config.hpp>

#include <asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace coquest::tools {

/// How to check.
struct check_options {
    std::string table; ///< gets one row if nothing has failed; empty: no row is sent
    /// For how long a server that accepts rows over TCP must keep the connection open: it rejects a
    /// client only by closing it.
    std::chrono::seconds wait{3};
};

/// Checks step by step, on every server, whether a sender with @p options could deliver rows.
/// Stores the results in @p out, which must stay valid until the check completes.
asio::awaitable<void> check(config options, check_options settings, report& out);

} // namespace coquest::tools
