// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: symbols come before columns

#include <coquest/row.hpp>

using namespace coquest;

#ifdef COQUEST_CONTROL
row_schema<"t", symbol<"side">, f64<"price">> schema;
#else
row_schema<"t", f64<"price">, symbol<"side">> schema;
#endif
