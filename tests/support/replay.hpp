// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/ilp_decoder.hpp"

#include <string>

namespace coquest::test {

/// Encodes a decoded row with the buffer's plain calls, without any limit.
[[nodiscard]] std::string replay(const ilp_row& row, int version);

} // namespace coquest::test
