// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: QuestDB takes arrays of double only

#include <coquest/buffer.hpp>

#include <cstdint>
#include <vector>

#ifdef COQUEST_CONTROL
using element = double;
#else
using element = std::int64_t;
#endif

void write(coquest::buffer& rows)
{
    rows.table("t").column_arr("a", std::vector<element>{1, 2}).at_now();
}
