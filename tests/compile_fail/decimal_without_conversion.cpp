// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: no column type for this value

#include <coquest/buffer.hpp>

namespace money {
struct cents {
    int count = 0;
};
#ifdef COQUEST_CONTROL
coquest::decimal to_coquest_decimal(const cents& value)
{
    return {value.count, 2};
}
#endif
} // namespace money

void write(coquest::buffer& rows)
{
    rows.table("t").column("price", money::cents{5}).at_now();
}
