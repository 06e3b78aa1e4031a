// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/file_stamp.hpp"

#include "tls/roots.hpp"

#include <sys/stat.h>

namespace coquest::detail {
namespace {

void add(std::vector<file_stamp>& to, const std::string& path)
{
    if (path.empty()) {
        return;
    }
    file_stamp& made = to.emplace_back();
    made.path = path;
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0) {
        made.device = status.st_dev;
        made.inode = status.st_ino;
        made.size = status.st_size;
#ifdef __APPLE__
        made.modified_s = status.st_mtimespec.tv_sec;
        made.modified_ns = status.st_mtimespec.tv_nsec;
#else
        made.modified_s = status.st_mtim.tv_sec;
        made.modified_ns = status.st_mtim.tv_nsec;
#endif
    }
}

} // namespace

std::vector<file_stamp> stamps_of(const tls_options& options)
{
    std::vector<file_stamp> all;
    add(all, options.roots);
    add(all, options.crl);
    add(all, options.client_cert);
    add(all, options.client_key);
    if (options.ca == tls_ca::os_roots || options.ca == tls_ca::webpki_and_os_roots) {
        const os_store os = os_store::from_environment();
        add(all, os.file);
        for (const std::string& path : os.directory_list()) {
            add(all, path);
        }
        for (const std::string& path : os.usual_files) {
            add(all, path);
        }
    }
    return all;
}

} // namespace coquest::detail
