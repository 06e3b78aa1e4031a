// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: a row has a value for each field

#include <coquest/row_schema.hpp>

using namespace coquest;

#ifdef COQUEST_CONTROL
void write(buffer& rows, const row_schema<"t", fields::f64<"price">>& schema)
{
    rows.append(schema(1.5).at_now());
}
#else
void write(buffer& rows, const row_schema<"t", fields::f64<"price">>& schema)
{
    rows.append(schema().at_now());
}
#endif
