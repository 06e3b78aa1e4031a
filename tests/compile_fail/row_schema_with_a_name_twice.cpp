// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: a name is twice in one schema

#include <coquest/row.hpp>

using namespace coquest;

#ifdef COQUEST_CONTROL
row_schema<"t", symbol<"side">, f64<"price">> schema;
#else
row_schema<"t", symbol<"side">, f64<"SIDE">> schema;
#endif
