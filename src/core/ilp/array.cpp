// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/array.hpp>
#include <coquest/detail/write_column.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

constexpr std::size_t max_length = 0x0fffffff;             // of one dimension
constexpr std::size_t max_bytes = std::size_t{512} << 20;  // of all elements
constexpr std::size_t max_header = 4 + 4 * max_array_rank; // "=", type, element type, rank, lengths

/// Copies the elements of an array of @p shape to @p out, with @p steps in bytes between them.
char* gather(const char* source, std::span<const std::size_t> shape, const std::ptrdiff_t* steps,
             char* out) noexcept
{
    for (std::size_t i = 0; i < shape[0]; ++i) {
        const char* part = source + static_cast<std::ptrdiff_t>(i) * *steps;
        if (shape.size() == 1) {
            std::memcpy(out, part, sizeof(double));
            out += sizeof(double);
        } else {
            out = gather(part, shape.subspan(1), steps + 1, out);
        }
    }
    return out;
}

} // namespace

// Writes everything before the elements, and makes room for them. Returns null if the row is
// broken.
char* begin_array(row_writer& rows, column_name name, std::span<const std::size_t> shape)
{
    if (rows.version() == protocol_version::v1) {
        rows.refuse(errc::protocol_version_error, name,
                    "protocol version 1 has no arrays: use version 2 or 3");
        return nullptr;
    }
    if (shape.empty() || shape.size() > max_array_rank) {
        refuse_array(rows, name,
                     "it has " + std::to_string(shape.size()) +
                         " dimensions; an array has 1 to 32");
        return nullptr;
    }
    std::size_t bytes = sizeof(double);
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] > max_length) {
            refuse_array(rows, name,
                         "dimension " + std::to_string(i) + " has length " +
                             std::to_string(shape[i]) + "; the maximum is 268435455");
            return nullptr;
        }
        if (__builtin_mul_overflow(bytes, shape[i], &bytes)) {
            bytes = SIZE_MAX; // too large, unless a later dimension is empty
        }
    }
    if (bytes > max_bytes) {
        refuse_array(rows, name, "it has more than 512 MiB of elements");
        return nullptr;
    }
    char* out = rows.begin_column(name, max_header + bytes);
    if (out == nullptr) {
        return nullptr;
    }
    *out++ = '='; // a second "=": a binary value follows
    *out++ = 0x0e;
    *out++ = 0x0a; // double
    *out++ = static_cast<char>(shape.size());
    for (const std::size_t length : shape) {
        const auto word = static_cast<std::uint32_t>(length);
        std::memcpy(out, &word, sizeof word);
        out += sizeof word;
    }
    return out;
}

void write_array(row_writer& rows, column_name name, const array_view& value)
{
    const std::span<const std::size_t> shape = value.shape();
    if (value.strided() && value.strides().size() != shape.size()) {
        refuse_array(rows, name,
                     std::to_string(shape.size()) + " dimensions, but " +
                         std::to_string(value.strides().size()) + " strides");
        return;
    }
    char* const begin = begin_array(rows, name, shape);
    if (begin == nullptr) {
        return;
    }
    std::size_t expected = 1;
    for (const std::size_t length : shape) {
        expected *= length;
    }
    if (value.strided()) {
        std::array<std::ptrdiff_t, max_array_rank> steps{};
        for (std::size_t i = 0; i < shape.size(); ++i) {
            steps[i] = value.strides()[i] *
                       (value.unit() == stride_unit::bytes ? 1 : std::ptrdiff_t{sizeof(double)});
        }
        if (expected != 0) {
            gather(reinterpret_cast<const char*>(value.data()), shape, steps.data(), begin);
        }
    } else if (value.count() != expected) {
        refuse_array(rows, name,
                     std::to_string(value.count()) + " elements, but the shape needs " +
                         std::to_string(expected));
        return;
    } else if (expected != 0) {
        std::memcpy(begin, value.data(), expected * sizeof(double));
    }
    rows.end_column(begin + expected * sizeof(double));
}

void refuse_array(row_writer& rows, column_name name, std::string message)
{
    rows.refuse(errc::array_error, name, "array: " + std::move(message));
}

} // namespace coquest::inline v0::detail
