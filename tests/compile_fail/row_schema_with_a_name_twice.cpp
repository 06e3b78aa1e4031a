// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: a name appears twice in one schema

#include <coquest/row_schema.hpp>

using namespace coquest;

#ifdef COQUEST_CONTROL
row_schema<"t", fields::symbol<"side">, fields::f64<"price">> schema;
#else
row_schema<"t", fields::symbol<"side">, fields::f64<"SIDE">> schema;
#endif
