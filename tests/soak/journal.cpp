// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "soak/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace coquest::soak {

journal::journal(const std::string& path)
    : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600))
{
    if (file_ < 0) {
        throw std::system_error(errno, std::generic_category(), path);
    }
}

journal::~journal()
{
    ::close(file_);
}

void journal::acknowledged(int writer, std::int64_t rows)
{
    const std::string line = std::to_string(writer) + " " + std::to_string(rows) + "\n";
    if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
        ::fsync(file_) != 0) {
        throw std::system_error(errno, std::generic_category(), "journal");
    }
}

row_counts journal::read(const std::string& path)
{
    row_counts rows;
    std::ifstream file(path);
    int writer = 0;
    for (std::int64_t count = 0; file >> writer >> count;) {
        rows[writer] = std::max(rows[writer], count);
    }
    return rows;
}

} // namespace coquest::soak
