// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows from data in the Arrow C Data Interface. The Arrow library is not needed.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/detail/language.hpp>
#include <coquest/name.hpp>

#include <cstdint>
#include <string>
#include <vector>

// The structures of the interface, under the guard that its specification prescribes, because the
// headers of Arrow and of other libraries define them as well.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

extern "C" {

// The Arrow C Data Interface defines the members of both.
/// \cond
/// Describes the type of an array.
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

/// Holds the data of an array.
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
/// \endcond

} // extern "C"

#endif

namespace coquest::inline v0 {

/// Names the columns of an Arrow schema that have a role.
struct arrow_options {
    /// The column of type timestamp with the designated timestamps. Empty: the server sets the
    /// timestamps, as for at_now.
    std::string timestamp;
    /// The columns of type utf8, large_utf8 or utf8_view that are symbols. Columns with a
    /// dictionary always are.
    std::vector<std::string> symbols;
};

/// Adds a row for each element of a struct array (a record batch) to @p rows: all rows or, on an
/// error, none.
///
/// | Arrow | QuestDB |
/// |---|---|
/// | bool | BOOLEAN |
/// | int8 to int64, uint8 to uint64 below 2^63 | LONG |
/// | float32, float64 | DOUBLE |
/// | utf8, large_utf8, utf8_view | VARCHAR, or SYMBOL by arrow_options::symbols |
/// | these with a dictionary | SYMBOL |
/// | timestamp, date32, date64 | TIMESTAMP, in nanoseconds TIMESTAMP_NS |
/// | decimal of 32 to 256 bits | DECIMAL; needs version 3, and a column that exists |
/// | list, large_list, fixed_size_list of float64 | DOUBLE[]; a NULL inside is NaN |
/// | null | nothing |
///
/// A NULL leaves the column out of the row. Time zones are ignored, because Arrow keeps UTC. In a
/// row, symbols come first, then the columns in their order.
///
/// Errors: those of buffer::append_columns; errc::invalid_api_call, with the column, for a format
/// that the table lacks, for an option that names no suitable column, and for structures that
/// contradict themselves (lengths, buffers, offsets). The sizes of the buffers cannot be checked.
/// Lifetime: both structures are read during the call only. They still belong to the caller, who
/// releases them.
void append_arrow(buffer& rows, table_name table, const ArrowSchema& schema,
                  const ArrowArray& array, const arrow_options& options = {});

} // namespace coquest::inline v0
