// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: coquest needs C\+\+20: compile with -std=c\+\+20
// only to fail: -std=c++17

#include <coquest/buffer.hpp>
