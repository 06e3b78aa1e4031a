// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Checks the settings of the compiler: one clear error instead of many.
#pragma once

#if __cplusplus < 202002L
#error "coquest needs C++20: compile with -std=c++20, or link to coquest::coquest in CMake"
#endif
#if !defined(__cpp_exceptions)
#error "coquest reports errors by exceptions: compile without -fno-exceptions"
#endif
