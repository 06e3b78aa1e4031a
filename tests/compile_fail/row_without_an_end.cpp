// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: nodiscard
// with: -DASIO_STANDALONE -DASIO_DISABLE_STD_ALIGNED_ALLOC -Werror=unused-result

#include <coquest/row.hpp>

using namespace coquest;

row table();

#ifdef COQUEST_CONTROL
void write()
{
    static_cast<void>(table().symbol("side", "buy").try_at_now());
}
#else
void write()
{
    table().symbol("side", "buy");
}
#endif
