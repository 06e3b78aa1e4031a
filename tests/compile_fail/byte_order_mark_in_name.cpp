// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: this_name_holds_a_byte_order_mark

#include <coquest/name.hpp>

#ifdef COQUEST_CONTROL
coquest::table_name name = "\xc3\xa9trades";
#else
coquest::table_name name = "\xef\xbb\xbftrades";
#endif
