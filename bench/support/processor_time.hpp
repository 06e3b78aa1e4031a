// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>

#include <time.h>

namespace coquest::bench {

/// Returns the processor time of this process, user and system.
inline std::chrono::nanoseconds processor_time()
{
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

} // namespace coquest::bench
