// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coquest/detail/segment.hpp>

#include <cstddef>

namespace coquest::detail {

/// Leaves the first @p rows rows in @p from, and returns the others. What shares a segment with the
/// first is copied; nothing else is.
[[nodiscard]] batch split_batch(batch& from, std::size_t rows);

} // namespace coquest::detail
