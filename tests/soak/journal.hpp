// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A file of acknowledged rows, synchronized to disk: the soak's oracle.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace coquest::soak {

/// The number of rows of each writer.
using row_counts = std::map<int, std::int64_t>;

class journal {
public:
    /// Creates the file; throws std::system_error.
    explicit journal(const std::string& path);
    ~journal();
    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;

    /// Records that the first @p rows rows of @p writer are acknowledged; throws std::system_error.
    void acknowledged(int writer, std::int64_t rows);

    /// Reads the file at @p path.
    [[nodiscard]] static row_counts read(const std::string& path);

private:
    int file_;
};

} // namespace coquest::soak
