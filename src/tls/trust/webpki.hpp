// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Mozilla's bundle, compiled in: the definitions are generated at build time (EmbedRoots.cmake).
#pragma once

#include <cstddef>

namespace coquest::detail {

extern const unsigned char webpki_der[]; // certificates in DER, one behind the other
extern const std::size_t webpki_der_size;
extern const std::size_t webpki_count; // 0: built without the bundle

} // namespace coquest::detail
