// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The limits of a buffer.
#pragma once

#include <coquest/detail/language.hpp>

#include <cstddef>

namespace coquest::inline v0 {

/// Holds the limits of a buffer.
struct buffer_options {
    std::size_t segment_size = 64 * 1024;     ///< bytes of one segment; a row may be larger
    std::size_t max_size = 100 * 1024 * 1024; ///< most bytes of finished rows
    std::size_t max_name_len = 127;           ///< longest name in bytes, at least 16
    /// Whether a row with two columns of one name is refused. The server would silently keep the
    /// first one. As on the server, names are compared without regard to case. The check reads each
    /// row once more.
    bool check_duplicates = false;
};

} // namespace coquest::inline v0
