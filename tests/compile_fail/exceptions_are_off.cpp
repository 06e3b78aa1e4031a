// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: compile without -fno-exceptions
// only to fail: -fno-exceptions

#include <coquest/buffer.hpp>
