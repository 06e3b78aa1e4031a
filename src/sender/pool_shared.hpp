// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "core/retry.hpp"
#include "tls/tls_source.hpp"

#include <memory>

namespace coquest::detail {

/// What the senders of a pool have in common.
struct shared_parts {
    retry_budget budget;
    std::shared_ptr<tls_source> tls; // made by the first of them; null: they speak no TLS
};

} // namespace coquest::detail
