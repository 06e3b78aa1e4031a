// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Detects that a file has changed, without reading it again.
#pragma once

#include <coquest/tls.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace coquest::inline v0::detail {

struct file_stamp {
    std::string path;
    std::uint64_t device = 0;
    std::uint64_t inode = 0; // 0: the file does not exist
    std::int64_t size = 0;
    std::int64_t modified_s = 0;
    std::int64_t modified_ns = 0;

    bool operator==(const file_stamp&) const = default;
};

/// Returns the stamps of the files that a backend with @p options would read.
[[nodiscard]] std::vector<file_stamp> stamps_of(const tls_options& options);

} // namespace coquest::inline v0::detail
