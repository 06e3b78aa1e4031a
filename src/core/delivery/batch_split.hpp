// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coquest/detail/segment.hpp>

#include <cstddef>

namespace coquest::inline v0::detail {

/// Leaves the first @p rows rows in @p source and returns the other rows. Copies only the rows that
/// share a segment with the last row that stays.
[[nodiscard]] batch split_batch(batch& source, std::size_t rows);

/// Returns how many rows at the front of @p rows have at most @p max_bytes bytes together.
[[nodiscard]] std::size_t rows_within(const batch& rows, std::size_t max_bytes);

} // namespace coquest::inline v0::detail
