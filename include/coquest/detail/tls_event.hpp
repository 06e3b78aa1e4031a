// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What TLS has to tell though nothing failed.
#pragma once

#include <string>

namespace coquest::detail {

struct tls_notice {
    enum class what {
        expires,       // text says which certificate, and when it ends or did
        reloaded,      // the files were loaded again
        reload_failed, // text says why the old ones stay
    };

    what kind = what::expires;
    std::string text;
    std::string path;  // the file concerned, where there is one
    int days_left = 0; // of a certificate; negative where it has ended
};

} // namespace coquest::detail
