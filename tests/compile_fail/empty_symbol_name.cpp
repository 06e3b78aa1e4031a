// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: this_name_is_empty

#include <coquest/name.hpp>

#ifdef COQUEST_CONTROL
coquest::column_name name = "side";
#else
coquest::column_name name = "";
#endif
