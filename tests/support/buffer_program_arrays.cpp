// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The arrays of buffer_program: ranges, some of them ragged, and views of any shape and strides.

#include "support/buffer_program.hpp"
#include "support/random_values.hpp"

#include <algorithm>
#include <list>
#include <span>
#include <utility>

namespace coquest::test {
namespace {

ilp_array to_ilp(const std::vector<double>& elements, const std::vector<std::size_t>& shape)
{
    ilp_array result;
    for (const double element : elements) {
        result.elements.push_back({element});
    }
    for (const std::size_t length : shape) {
        result.shape.push_back(static_cast<std::uint32_t>(length));
    }
    return result;
}

std::vector<double> random_doubles(choices& choose, std::size_t n)
{
    std::vector<double> result(n);
    std::ranges::generate(result, [&choose] { return random_f64(choose); });
    return result;
}

} // namespace

void buffer_program::array_column(column_name name)
{
    switch (choose_.below(5)) {
    case 0: {
        const std::vector<double> value = random_doubles(choose_, choose_.below(20));
        buffer_.column_arr(name, value);
        faults failures;
        if (version_ == 1) {
            failures.early = errc::protocol_version_error;
        }
        return add(to_ilp(value, {value.size()}), failures);
    }
    case 1:
    case 2: return nested_array_column(name);
    default: return viewed_array_column(name);
    }
}

/// Ranges of ranges, some of them ragged.
void buffer_program::nested_array_column(column_name name)
{
    const std::size_t rows = choose_.below(4);
    const std::size_t columns = choose_.below(4);
    std::vector<std::list<double>> value;
    std::vector<double> flat;
    faults failures;
    for (std::size_t i = 0; i < rows; ++i) {
        const bool ragged = i != 0 && choose_.once_in(20);
        const std::vector<double> part = random_doubles(choose_, columns + (ragged ? 1 : 0));
        value.emplace_back(part.begin(), part.end());
        flat.insert(flat.end(), part.begin(), part.end());
        if (ragged) {
            failures.late = errc::array_error;
        }
    }
    if (version_ == 1) {
        failures.early = errc::protocol_version_error;
    }
    buffer_.column(name, value);
    add(to_ilp(flat, {rows, rows == 0 ? 0 : columns}), failures);
}

/// Views with shapes and strides, some of them impossible.
void buffer_program::viewed_array_column(column_name name)
{
    constexpr std::size_t longest = 0x0fffffff;
    const std::uint64_t rank = choose_.once_in(10) ? choose_.below(40) : 1 + choose_.below(3);
    std::vector<std::size_t> shape(rank);
    std::size_t count = 1;
    for (std::size_t& length : shape) {
        length = rank > 3 ? 1 : choose_.below(4);
        count *= length;
    }
    faults failures;
    if (rank != 0 && choose_.once_in(20)) {
        shape[choose_.below(rank)] = longest + choose_.below(2);
        failures.late = errc::array_error; // too few elements, unless the shape is invalid or empty
        count = 0;
    }
    if (rank == 0 || rank > 32 || std::ranges::max(shape) > longest) {
        failures.early = errc::array_error;
    } else if (failures.late && std::ranges::count(shape, 0U) == 0) {
        failures.early = errc::array_error; // 2 GiB at least
    } else {
        failures.late = std::nullopt;
    }
    if (version_ == 1) {
        failures.early = errc::protocol_version_error;
    }
    // Strided elements lie within 30 elements of the middle.
    const std::vector<double> elements = random_doubles(choose_, 61);
    if (choose_.once_in(2)) {
        const bool missing = choose_.once_in(10);
        if (missing && !failures.early) {
            failures.late = errc::array_error;
        }
        const std::span<const double> packed(elements.data(), (rank > 32 ? 0 : count) + missing);
        buffer_.column_arr(name, array_view(packed, shape));
        return add(to_ilp({packed.begin(), packed.end()}, shape), failures);
    }
    const bool bytes = choose_.once_in(2);
    std::vector<std::ptrdiff_t> strides(rank);
    for (std::ptrdiff_t& stride : strides) {
        stride = static_cast<std::ptrdiff_t>(choose_.below(11)) - 5;
    }
    std::vector<double> gathered;
    for (std::size_t i = 0; i < count && !failures.early; ++i) {
        std::ptrdiff_t offset = 30;
        std::size_t remainder = i;
        for (std::size_t d = rank; d-- != 0; remainder /= shape[d]) {
            offset += static_cast<std::ptrdiff_t>(remainder % shape[d]) * strides[d];
        }
        gathered.push_back(elements[static_cast<std::size_t>(offset)]);
    }
    for (std::ptrdiff_t& stride : strides) {
        stride *= bytes ? 8 : 1;
    }
    if (rank != 0 && choose_.once_in(10)) {
        strides.pop_back();
        failures.early = errc::array_error;
    }
    buffer_.column_arr(name, array_view(elements.data() + 30, shape, strides,
                                        bytes ? stride_unit::bytes : stride_unit::elements));
    add(to_ilp(gathered, shape), failures);
}

} // namespace coquest::test
