// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: define ASIO_DISABLE_STD_ALIGNED_ALLOC for the whole program
// with: -DASIO_STANDALONE
// only to pass: -DASIO_DISABLE_STD_ALIGNED_ALLOC

#include <coquest/detail/asio_setup.hpp>
