// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

/// The version of this library. CMake reads it from here.
#define COQUEST_VERSION_MAJOR 0
#define COQUEST_VERSION_MINOR 1
#define COQUEST_VERSION_PATCH 0
#define COQUEST_VERSION "0.1.0"
