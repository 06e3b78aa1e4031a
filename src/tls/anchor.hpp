// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tls/roots.hpp"

#include <span>

namespace coquest::detail {

/// Finds the trusted certificate at which @p chain ends, which was verified and has the server's
/// own certificate first; labelled with where it comes from, and empty where there is none. Where
/// the chain is without it, it goes by names: of two roots of one name it is the first.
[[nodiscard]] trusted_certificate find_anchor(std::span<const der_certificate> chain,
                                              const trust& roots);

} // namespace coquest::detail
