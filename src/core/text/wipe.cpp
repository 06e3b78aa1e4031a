// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/text/wipe.hpp"

#include <cstring>

namespace coquest::inline v0::detail {

void wipe(void* data, std::size_t size) noexcept
{
    if (size == 0) {
        return;
    }
    std::memset(data, 0, size);
    __asm__ __volatile__(""
                         :
                         : "r"(data)
                         : "memory"); // counts as a read, so that the store is kept
}

} // namespace coquest::inline v0::detail
