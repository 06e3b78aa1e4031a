// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Stands in for an Asio that is too old.
#pragma once

#define ASIO_VERSION 101801 // 1.18.1
