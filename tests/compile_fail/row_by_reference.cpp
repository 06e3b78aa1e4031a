// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: non-const lvalue reference
// with: -DASIO_STANDALONE -DASIO_DISABLE_STD_ALIGNED_ALLOC

#include <coquest/row.hpp>

using namespace coquest;

row table();

#ifdef COQUEST_CONTROL
void write()
{
    auto open = table();
    row& same = open.symbol("side", "buy");
    static_cast<void>(same.try_at_now());
}
#else
void write()
{
    row& dangling = table().symbol("side", "buy");
    static_cast<void>(dangling.try_at_now());
}
#endif
