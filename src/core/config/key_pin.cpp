// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/config/key_pin.hpp"

#include "core/text/base64.hpp"

namespace coquest::inline v0::detail {
namespace {

constexpr std::string_view prefix = "sha256/";

} // namespace

std::optional<key_hash> parse_pin(std::string_view text) noexcept
{
    if (text.starts_with(prefix)) {
        text.remove_prefix(prefix.size());
    }
    key_hash hash{};
    return base64_decode(text, base64::standard, hash) == hash.size() ? std::optional(hash)
                                                                      : std::nullopt;
}

std::string pin_text(const key_hash& hash)
{
    std::string text(prefix);
    base64_encode(hash, base64::standard, text);
    return text;
}

} // namespace coquest::inline v0::detail
