// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Certificates come from whoever answers: no bytes may make the reader leave its input.

#include "tls/host_name.hpp"

#include <cstddef>
#include <cstdint>

using namespace coquest::detail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto host = host_name::parse("db.example.test");
    if (const auto facts = parse_certificate(std::as_bytes(std::span(data, size)))) {
        const bool matched = host->matches(*facts);
        return matched && name_text(facts->subject).empty() && san_text(*facts).empty() ? -1 : 0;
    }
    return 0;
}
