// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/file_stamp.hpp"

#include "tls/trust/roots.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <sys/stat.h>

namespace coquest::inline v0::detail {
namespace {

void add(std::vector<file_stamp>& stamps, const std::string& path)
{
    if (path.empty()) {
        return;
    }
    file_stamp& stamp = stamps.emplace_back();
    stamp.path = path;
    struct stat info{};
    if (::stat(path.c_str(), &info) == 0) {
        stamp.device = info.st_dev;
        stamp.inode = info.st_ino;
        stamp.size = info.st_size;
#ifdef __APPLE__
        stamp.modified_s = info.st_mtimespec.tv_sec;
        stamp.modified_ns = info.st_mtimespec.tv_nsec;
#else
        stamp.modified_s = info.st_mtim.tv_sec;
        stamp.modified_ns = info.st_mtim.tv_nsec;
#endif
    }
}

// Adds the files too: rewriting one in place does not change the directory.
void add_directory(std::vector<file_stamp>& stamps, const std::string& path)
{
    add(stamps, path);
    std::vector<std::string> files;
    std::error_code failed;
    std::filesystem::directory_iterator entries(path, failed);
    for (; !failed && entries != std::filesystem::directory_iterator(); entries.increment(failed)) {
        files.push_back(entries->path().string());
    }
    std::ranges::sort(files);
    for (const std::string& file : files) {
        add(stamps, file);
    }
}

} // namespace

std::vector<file_stamp> stamps_of(const tls_options& options)
{
    std::vector<file_stamp> stamps;
    add(stamps, options.roots);
    add(stamps, options.crl);
    add(stamps, options.client_cert);
    add(stamps, options.client_key);
    if (options.ca == tls_ca::os_roots || options.ca == tls_ca::webpki_and_os_roots) {
        const os_store os = os_store::from_environment();
        add(stamps, os.file);
        for (const std::string& path : os.directory_list()) {
            add_directory(stamps, path);
        }
        for (const std::string& path : os.usual_files) {
            add(stamps, path);
        }
    }
    return stamps;
}

} // namespace coquest::inline v0::detail
