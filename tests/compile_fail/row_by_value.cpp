// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: deleted
// with: -DASIO_STANDALONE -DASIO_DISABLE_STD_ALIGNED_ALLOC

#include <coquest/row.hpp>

using namespace coquest;

row table();

#ifdef COQUEST_CONTROL
void write()
{
    auto open = table();
    open.symbol("side", "buy");
    static_cast<void>(open.try_at_now());
}
#else
void write()
{
    auto copy = table().symbol("side", "buy");
    static_cast<void>(copy.try_at_now());
}
#endif
