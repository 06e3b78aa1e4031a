// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/config/environment.hpp"

#include <cstdlib>

#ifndef __linux__
#include <unistd.h>
#endif

namespace coquest::inline v0::detail {

const char* environment(const char* name) noexcept
{
#ifdef __linux__
    return ::secure_getenv(name);
#else
    return ::issetugid() != 0 ? nullptr : std::getenv(name);
#endif
}

} // namespace coquest::inline v0::detail
