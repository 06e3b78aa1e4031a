// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows of data in the Arrow C Data Interface, without Arrow's library.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/name.hpp>

#include <cstdint>
#include <string>
#include <vector>

// The interface's own structures, under the guard that its specification asks for: Arrow's headers
// and others define the same.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

extern "C" {

struct ArrowSchema {
    const char* format;
    const char* name;
    const char* metadata;
    std::int64_t flags;
    std::int64_t n_children;
    struct ArrowSchema** children;
    struct ArrowSchema* dictionary;
    void (*release)(struct ArrowSchema*);
    void* private_data;
};

struct ArrowArray {
    std::int64_t length;
    std::int64_t null_count;
    std::int64_t offset;
    std::int64_t n_buffers;
    std::int64_t n_children;
    const void** buffers;
    struct ArrowArray** children;
    struct ArrowArray* dictionary;
    void (*release)(struct ArrowArray*);
    void* private_data;
};

} // extern "C"

#endif

namespace coquest {

/// Says what the columns of an Arrow array are for. Names are those of the schema.
struct arrow_options {
    /// The column of type timestamp with the designated timestamps; empty: as at_now.
    std::string timestamp;
    /// Columns of type utf8 and large_utf8 that are symbols; those with a dictionary always are.
    std::vector<std::string> symbols;
};

/// Adds a row for each element of a struct array (a record batch): all of them or, where one is
/// refused, none.
///
/// | Arrow | QuestDB |
/// |---|---|
/// | bool | BOOLEAN |
/// | int8 to int64, uint8 to uint64 below 2^63 | LONG |
/// | float32, float64 | DOUBLE |
/// | utf8, large_utf8 | VARCHAR, or SYMBOL by arrow_options::symbols |
/// | these with a dictionary | SYMBOL |
/// | timestamp, date32, date64 | TIMESTAMP, in nanoseconds TIMESTAMP_NS |
/// | decimal of 32 to 256 bits | DECIMAL: version 3, the column must exist |
/// | list, large_list, fixed_size_list of float64 | DOUBLE[]; NULL within is NaN |
/// | null | nothing |
///
/// NULL is an omitted column. Time zones are ignored, as Arrow keeps UTC. Symbols come first in a
/// row, then the columns in their order.
///
/// Errors: those of buffer::append_columns; errc::invalid_api_call, with the column, for formats
/// that are not in the table, for options that name no column of theirs, and for structures that
/// cannot be (lengths, buffers, offsets); that buffers are as long as these say is taken on trust.
///
/// Reads both structures during the call only, and never releases them: they stay the caller's.
void append_arrow(buffer& rows, table_name table, const ArrowSchema& schema,
                  const ArrowArray& array, const arrow_options& options = {});

} // namespace coquest
