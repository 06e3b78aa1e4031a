// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: symbols come before columns

#include <coquest/row_schema.hpp>

using namespace coquest;

#ifdef COQUEST_CONTROL
row_schema<"t", fields::symbol<"side">, fields::f64<"price">> schema;
#else
row_schema<"t", fields::f64<"price">, fields::symbol<"side">> schema;
#endif
