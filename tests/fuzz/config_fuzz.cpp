// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Any text is either a valid configuration or causes exactly one config_error.

#include "core/config/config_parser.hpp"
#include <coquest/config.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const coquest::config parsed = coquest::parse_config(text);
        if (!coquest::detail::validate(parsed).ok() || parsed.addresses.empty()) {
            std::abort();
        }
    } catch (const coquest::error& failure) {
        if (failure.code() != coquest::errc::config_error || failure.info().message.empty()) {
            std::abort();
        }
    }
    return 0;
}
