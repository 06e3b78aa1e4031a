// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Another time for whatever judges certificates: the checks of coquest and of both libraries.
#pragma once

#include "tls/roots.hpp"

#include <chrono>

namespace coquest::test {

void set_wolfssl_clock(bool chosen);

/// While it lives, certificates are judged at the time it was given.
class chosen_time {
public:
    explicit chosen_time(std::chrono::sys_seconds now)
    {
        now_ = now;
        detail::set_time_source([]() noexcept { return now_; });
#ifdef COQUEST_HAS_WOLFSSL
        set_wolfssl_clock(true);
#endif
    }
    chosen_time(const chosen_time&) = delete;
    chosen_time& operator=(const chosen_time&) = delete;
    ~chosen_time()
    {
#ifdef COQUEST_HAS_WOLFSSL
        set_wolfssl_clock(false);
#endif
        detail::set_time_source(nullptr);
    }

private:
    static inline std::chrono::sys_seconds now_;
};

} // namespace coquest::test
