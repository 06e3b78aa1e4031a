// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Any text is either rejected or safe to search.

#include "core/http/json.hpp"
#include "core/text/printable.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using coquest::detail::json_value;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto root = json_value::parse(text);
    if (!root) {
        return 0;
    }
    for (const auto& value : {*root, root->member("a"), root->member("a").member("b")}) {
        static_cast<void>(value.integer());
        const auto decoded = value.string().value_or("");
        if (coquest::detail::printable(decoded, 100).size() > 100) {
            std::abort();
        }
        for (const auto& element : value.elements(8)) {
            static_cast<void>(element.string());
            static_cast<void>(element.member("c"));
        }
    }
    return 0;
}
