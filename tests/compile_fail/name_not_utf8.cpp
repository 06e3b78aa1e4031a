// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: this_name_is_not_utf8

#include <coquest/name.hpp>

#ifdef COQUEST_CONTROL
coquest::table_name name = "trades\xc3\xbf";
#else
coquest::table_name name = "trades\xff";
#endif
