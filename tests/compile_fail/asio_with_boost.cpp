// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: define ASIO_STANDALONE for the whole program
// with: -DASIO_DISABLE_STD_ALIGNED_ALLOC
// only to pass: -DASIO_STANDALONE

#include <coquest/detail/asio_setup.hpp>
