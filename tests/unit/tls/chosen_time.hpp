// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Replaces the clock of everything that judges certificates: coquest and both TLS libraries.
#pragma once

#include "tls/trust/clock.hpp"
#include "tls/trust/roots.hpp"

#include <chrono>

namespace coquest::test {

void set_wolfssl_clock(bool chosen);

/// Certificates are judged at the given time until the object is destroyed.
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
