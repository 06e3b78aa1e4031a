// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Builds DER as text, well-formed or not.
#pragma once

#include "tls/x509/der.hpp"

#include <span>
#include <string>
#include <string_view>

namespace coquest::test {

inline detail::der_bytes bytes(const std::string& text)
{
    return std::as_bytes(std::span(text));
}

/// Returns an element of at most 255 bytes.
inline std::string element(unsigned tag, std::string_view content)
{
    std::string text(1, static_cast<char>(tag));
    if (content.size() > 127) {
        text += '\x81';
    }
    text += static_cast<char>(static_cast<unsigned char>(content.size()));
    return text.append(content);
}

inline std::string sequence(std::string_view content)
{
    return element(detail::tag_sequence, content);
}

inline std::string set(std::string_view content)
{
    return element(detail::tag_set, content);
}

} // namespace coquest::test
