// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Sets the clock of wolfSSL, which needs the headers of wolfSSL.

#include "tls/trust/clock.hpp"
#include "tls/trust/roots.hpp"
#include "unit/tls/chosen_time.hpp"

#include <chrono>
#include <ctime>

#ifndef WOLFSSL_USER_SETTINGS
#include <wolfssl/options.h> // rules all that follows
#endif
#include <wolfssl/wolfcrypt/asn_public.h>

namespace coquest::test {

void set_wolfssl_clock(bool chosen)
{
    wc_SetTimeCb(chosen ? [](std::time_t* target) {
        const std::time_t now = std::chrono::system_clock::to_time_t(detail::current_time());
        if (target != nullptr) {
            *target = now;
        }
        return now;
    } : wc_time_cb{});
}

} // namespace coquest::test
