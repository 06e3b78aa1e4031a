// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Checks the configuration of Asio. The library was compiled with these macros. A file without them
// would have other types, or would free memory with another allocator. The CMake target
// coquest::coquest defines the macros.
#pragma once

#include <coquest/detail/language.hpp>

#if !defined(ASIO_STANDALONE)
#error "define ASIO_STANDALONE for the whole program, or link to coquest::coquest in CMake"
#endif
#if !defined(ASIO_DISABLE_STD_ALIGNED_ALLOC)
#error "define ASIO_DISABLE_STD_ALIGNED_ALLOC for the whole program, or link to coquest::coquest"
#endif

#include <asio/version.hpp>

#if ASIO_VERSION < 102200
#error "coquest needs Asio 1.22 or newer: put one first in the include path (CMake: ASIO_ROOT)"
#endif

#include <asio/detail/config.hpp>

#if defined(ASIO_HAS_STD_ALIGNED_ALLOC)
#error "define ASIO_DISABLE_STD_ALIGNED_ALLOC before the first header of Asio is included"
#endif
#if !defined(ASIO_HAS_CO_AWAIT)
#error "Asio before 1.25 needs ASIO_HAS_CO_AWAIT and ASIO_HAS_STD_COROUTINE defined with clang"
#endif
