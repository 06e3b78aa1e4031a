// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Columns of the Arrow C data interface for the tests of append_arrow().
#pragma once

#include "support/arrow_batch.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

namespace coquest::test {

/// Makes a column of @p indices into @p texts.
inline arrow_column dictionary_of(arrow_column indices, arrow_column texts)
{
    indices.dictionary.push_back(std::move(texts));
    return indices;
}

/// Makes a column of lists. Empty @p offsets make lists of fixed size.
inline arrow_column list_of(std::string format, std::string name, std::int64_t length,
                            bytes offsets, arrow_column elements)
{
    arrow_column column{std::move(format), std::move(name), length, 0, {bytes()}};
    if (!offsets.empty()) {
        column.memory.push_back(std::move(offsets));
    }
    column.children.push_back(std::move(elements));
    return column;
}

/// Returns the rows that @p batch adds to an empty buffer.
inline std::string appended(arrow_column batch, const arrow_options& options = {},
                            protocol_version version = protocol_version::v3)
{
    batch.make();
    buffer rows(version);
    append_arrow(rows, "t", batch.schema, batch.array, options);
    EXPECT_NE(batch.schema.release, nullptr);
    EXPECT_NE(batch.array.release, nullptr);
    return rows.to_string();
}

} // namespace coquest::test
