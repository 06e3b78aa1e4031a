// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: this_table_name_begins_or_ends_with_a_dot

#include <coquest/name.hpp>

#ifdef COQUEST_CONTROL
coquest::table_name name = "trades.today";
#else
coquest::table_name name = "trades..today";
#endif
