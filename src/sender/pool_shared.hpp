// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "core/delivery/retry.hpp"
#include "tls/session/tls_source.hpp"

#include <memory>

namespace coquest::inline v0::detail {

/// The parts that the senders of a pool share.
struct pool_shared {
    retry_budget budget;
    std::shared_ptr<tls_source> tls; // created by the first sender; null without TLS
};

} // namespace coquest::inline v0::detail
