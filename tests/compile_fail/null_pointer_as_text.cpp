// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: deleted

#include <coquest/buffer.hpp>

using namespace coquest;

#ifdef COQUEST_CONTROL
void write(buffer& rows, const char* text)
{
    rows.table("t").symbol("s", text);
}
#else
void write(buffer& rows, const char* /*text*/)
{
    rows.table("t").symbol("s", nullptr);
}
#endif
