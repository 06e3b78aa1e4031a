// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: this_name_holds_a_character_that_questdb_forbids

#include <coquest/name.hpp>

#ifdef COQUEST_CONTROL
coquest::column_name name = "price_last";
#else
coquest::column_name name = "price.last";
#endif
