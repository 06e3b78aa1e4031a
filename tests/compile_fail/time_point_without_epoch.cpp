// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: this clock has no epoch

#include <coquest/buffer.hpp>

#include <chrono>

#ifdef COQUEST_CONTROL
using clock_type = std::chrono::system_clock;
#else
using clock_type = std::chrono::steady_clock;
#endif

void write(coquest::buffer& rows)
{
    rows.table("t").column_bool("b", true).at(clock_type::now());
}
