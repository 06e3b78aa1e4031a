// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace coquest::inline v0::detail {

/// Overwrites @p size bytes at @p data. The compiler does not remove the write.
void wipe(void* data, std::size_t size) noexcept;

} // namespace coquest::inline v0::detail
