// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: coquest needs Asio 1.22 or newer
// with: -DASIO_STANDALONE -DASIO_DISABLE_STD_ALIGNED_ALLOC
// only to fail: -Iold_asio

#include <coquest/detail/asio_setup.hpp>
