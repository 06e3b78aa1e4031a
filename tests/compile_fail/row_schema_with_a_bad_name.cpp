// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: this_name_holds_a_character_that_questdb_forbids

#include <coquest/row_schema.hpp>

using namespace coquest;

#ifdef COQUEST_CONTROL
row_schema<"t", fields::f64<"price">> schema;
#else
row_schema<"t", fields::f64<"pri?ce">> schema;
#endif
