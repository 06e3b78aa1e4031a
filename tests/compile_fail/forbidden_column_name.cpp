// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: this_name_holds_a_character_that_questdb_forbids

#include <coquest/buffer.hpp>

void write(coquest::buffer& rows)
{
#ifdef COQUEST_CONTROL
    rows.table("trades").column_f64("price", 1.5).at_now();
#else
    rows.table("trades").column_f64("pri?ce", 1.5).at_now();
#endif
}
