// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: this_table_name_begins_or_ends_with_a_blank

#include <coquest/buffer.hpp>

using namespace coquest;

#ifdef COQUEST_CONTROL
void write(buffer& rows)
{
    rows.table("t t").symbol("s ", "v");
}
#else
void write(buffer& rows)
{
    rows.table("t ").symbol("s", "v");
}
#endif
