// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tools/report.hpp"

#include <coquest/config.hpp>

#include <asio/awaitable.hpp>

#include <string>

namespace coquest::tools {

/// Checks step by step whether a sender with @p options could deliver, at every server, and notes
/// all of it in @p out, which outlives this. No row is sent, unless @p table is not empty and
/// nothing has failed: then one to that table.
asio::awaitable<void> check(config options, std::string table, report& out);

} // namespace coquest::tools
