// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: define ASIO_DISABLE_STD_ALIGNED_ALLOC before the first header of Asio
// with: -DASIO_STANDALONE
// only to pass: -DASIO_DISABLE_STD_ALIGNED_ALLOC

#include <string>

#include <asio/detail/config.hpp>
#ifndef ASIO_DISABLE_STD_ALIGNED_ALLOC
#define ASIO_DISABLE_STD_ALIGNED_ALLOC
#endif
#include <coquest/detail/asio_setup.hpp>
