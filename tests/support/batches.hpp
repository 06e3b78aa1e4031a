// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Batches with a given text.
#pragma once

#include <coquest/detail/segment.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

namespace coquest::test {

/// Returns a batch of @p rows rows with the text @p text, in one segment of at least @p capacity
/// bytes.
inline detail::batch rows_of(const std::string& text, std::size_t rows = 1,
                             std::size_t capacity = 0)
{
    detail::batch result;
    detail::segment* segment = detail::segment::make(std::max(capacity, text.size()));
    std::memcpy(segment->data(), text.data(), text.size());
    segment->size = text.size();
    result.chain.push_back(segment);
    result.rows = rows;
    return result;
}

inline std::string text_of(const detail::batch& rows)
{
    std::string text;
    for (const detail::segment* s = rows.chain.front(); s != nullptr; s = s->next) {
        text.append(s->data(), s->size);
    }
    return text;
}

} // namespace coquest::test
