// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Checks the description of an Arrow array before its data is read.
#pragma once

#include "core/ilp/arrow_readers.hpp"
#include "core/text/quoted.hpp"

#include <coquest/arrow.hpp>
#include <coquest/error.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

// The limit of all counts. The product with the size of an element does not overflow.
inline constexpr std::int64_t max_count = std::numeric_limits<std::int64_t>::max() / 128;

[[noreturn]] inline void refuse_arrow(const std::string& message)
{
    throw error(errc::invalid_api_call, "arrow" + message);
}

constexpr bool is_count(std::int64_t value) noexcept
{
    return value >= 0 && value <= max_count;
}

/// An array, its schema, and the range of elements to read.
struct arrow_input {
    std::string_view name; // of the column, for messages
    const ArrowSchema& schema;
    const ArrowArray& array;
    std::size_t first = 0; // index in the buffers
    std::size_t rows = 0;

    [[noreturn]] void refuse(const std::string& message) const
    {
        refuse_arrow(" column " + quoted(name) + ": " + message);
    }
    [[nodiscard]] std::string_view format() const noexcept { return schema.format; }

    /// Checks the fields that all arrays have. The range becomes @p read elements after @p skipped.
    void check(std::int64_t skipped, std::int64_t read)
    {
        if (schema.format == nullptr) {
            refuse("it has no format");
        }
        if (!is_count(array.length) || !is_count(array.offset) || array.null_count < -1) {
            refuse("a length, offset or NULL count is out of range");
        }
        if (array.length < skipped + read) {
            refuse("its length is " + std::to_string(array.length) + ", but " +
                   std::to_string(skipped + read) + " elements are read");
        }
        first = static_cast<std::size_t>(array.offset + skipped);
        rows = static_cast<std::size_t>(read);
    }
    void expect_buffers(std::int64_t count) const
    {
        if (array.n_buffers != count) {
            refuse("it has " + std::to_string(array.n_buffers) + " buffers; its format has " +
                   std::to_string(count));
        }
        if (array.buffers == nullptr) {
            refuse("its buffers are missing");
        }
    }
    /// Returns a buffer, which may be null unless @p needed.
    [[nodiscard]] const std::byte* buffer(std::size_t index, bool needed) const
    {
        const auto* found = static_cast<const std::byte*>(array.buffers[index]);
        if (found == nullptr && needed) {
            refuse("buffer " + std::to_string(index) + " is missing");
        }
        return found;
    }
    /// Returns which rows are not NULL.
    [[nodiscard]] validity valid_rows() const
    {
        if (array.null_count == 0 || rows == 0) {
            return {};
        }
        const auto* bits = static_cast<const std::uint8_t*>(array.buffers[0]);
        if (bits == nullptr && array.null_count > 0) {
            refuse("it says that it has NULLs, but its validity bitmap is missing");
        }
        return {nullptr, bits, first};
    }
    /// Returns the last offset. Offsets must not decrease.
    template <class Offset>
    [[nodiscard]] std::int64_t check_offsets() const
    {
        if (rows == 0) {
            return 0;
        }
        const std::byte* const offsets = buffer(1, true);
        std::int64_t last = load<Offset>(offsets, first);
        if (last < 0) {
            refuse("its first offset is negative");
        }
        for (std::size_t row = 0; row < rows; ++row) {
            const std::int64_t next = load<Offset>(offsets, first + row + 1);
            if (next < last) {
                refuse("offsets decrease at row " + std::to_string(row));
            }
            last = next;
        }
        if (last > max_count) {
            refuse("an offset is out of range");
        }
        return last;
    }
};

} // namespace coquest::inline v0::detail
