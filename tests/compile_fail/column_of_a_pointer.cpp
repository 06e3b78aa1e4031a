// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: no column type for this value

#include <coquest/buffer.hpp>

void write(coquest::buffer& rows)
{
#ifdef COQUEST_CONTROL
    rows.table("trades").column("price", 1.5).at_now();
#else
    rows.table("trades").column("price", &rows).at_now();
#endif
}
