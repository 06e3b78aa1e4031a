// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Arrays of double for buffer::column_arr: which types are arrays, and how their elements are
// packed in row-major order (docs/protocol.md, Types and values).
#pragma once

#include <coquest/detail/language.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <ranges>
#include <span>
#include <type_traits>

namespace coquest::inline v0 {

/// The most dimensions of an array.
inline constexpr std::size_t max_array_rank = 32;

/// Names the unit of the strides of an array_view.
enum class stride_unit : unsigned char {
    elements, ///< doubles
    bytes,    ///< bytes, as NumPy has them
};

/// Refers to doubles as an array, for buffer::column_arr. Lifetime: elements, shape and strides
/// must outlive the call.
class array_view {
public:
    /// Refers to packed elements in row-major order. Their number is the product of @p shape;
    /// otherwise buffer::column_arr reports errc::array_error.
    constexpr array_view(std::span<const double> elements,
                         std::span<const std::size_t> shape) noexcept
        : data_(elements.data()), count_(elements.size()), shape_(shape)
    {
    }
    /// Refers to elements in any layout: element (i, j, ...) is i * strides[0] + j * strides[1] +
    /// ... units from @p first. Strides may be negative or zero. Each dimension has one; otherwise
    /// buffer::column_arr reports errc::array_error.
    constexpr array_view(const double* first, std::span<const std::size_t> shape,
                         std::span<const std::ptrdiff_t> strides,
                         stride_unit unit = stride_unit::elements) noexcept
        : data_(first), shape_(shape), strides_(strides), strided_(true), unit_(unit)
    {
    }

    /// Returns the first element.
    [[nodiscard]] constexpr const double* data() const noexcept { return data_; }
    /// Returns the number of packed elements; 0 with strides.
    [[nodiscard]] constexpr std::size_t count() const noexcept { return count_; }
    /// Returns the length of each dimension.
    [[nodiscard]] constexpr std::span<const std::size_t> shape() const noexcept { return shape_; }
    /// Returns the stride of each dimension; empty for packed elements.
    [[nodiscard]] constexpr std::span<const std::ptrdiff_t> strides() const noexcept
    {
        return strides_;
    }
    /// Returns true if the array has strides.
    [[nodiscard]] constexpr bool strided() const noexcept { return strided_; }
    /// Returns the unit of the strides.
    [[nodiscard]] constexpr stride_unit unit() const noexcept { return unit_; }

private:
    const double* data_;
    std::size_t count_ = 0;
    std::span<const std::size_t> shape_;
    std::span<const std::ptrdiff_t> strides_;
    bool strided_ = false;
    stride_unit unit_ = stride_unit::elements;
};

namespace detail {

/// Models a view with extents and strides, such as std::mdspan.
template <class M>
concept mdspan_like = requires(const M& m) {
    { M::rank() } -> std::convertible_to<std::size_t>;
    { m.extent(0) } -> std::convertible_to<std::size_t>;
    { m.stride(0) } -> std::convertible_to<std::ptrdiff_t>;
    { m.data_handle() } -> std::convertible_to<const double*>;
};

template <class T>
concept sized_range = std::ranges::sized_range<const T> && std::ranges::forward_range<const T>;

/// The number of dimensions of nested ranges of double; 0 for other element types.
template <class T>
inline constexpr std::size_t array_rank = 0;
template <sized_range T>
inline constexpr std::size_t array_rank<T> = [] {
    using inner = std::remove_cvref_t<std::ranges::range_reference_t<const T>>;
    if constexpr (std::same_as<inner, double>) {
        return std::size_t{1};
    } else if constexpr (array_rank<inner> != 0) {
        return 1 + array_rank<inner>;
    } else {
        return std::size_t{0};
    }
}();

template <class T>
concept array_like = std::same_as<T, array_view> || mdspan_like<T> || array_rank<T> != 0;

/// Writes the length of each dimension, taken from the first element of each range.
template <class T>
void measure_array(const T& array, std::size_t* shape)
{
    *shape = static_cast<std::size_t>(std::ranges::size(array));
    if constexpr (array_rank<T> > 1) {
        if (*shape != 0) {
            measure_array(*std::ranges::begin(array), shape + 1);
        }
    }
}

/// Copies the elements to @p out. Returns the end, or null if a length differs from @p shape.
template <class T>
char* gather_array(const T& array, const std::size_t* shape, char* out)
{
    if (static_cast<std::size_t>(std::ranges::size(array)) != *shape) {
        return nullptr;
    }
    if constexpr (array_rank<T> > 1) {
        for (const auto& part : array) {
            out = gather_array(part, shape + 1, out);
            if (out == nullptr) {
                return nullptr;
            }
        }
    } else if constexpr (std::ranges::contiguous_range<const T>) {
        if (*shape != 0) {
            std::memcpy(out, std::ranges::data(array), *shape * sizeof(double));
        }
        out += *shape * sizeof(double);
    } else {
        for (const double element : array) {
            std::memcpy(out, &element, sizeof element);
            out += sizeof element;
        }
    }
    return out;
}

} // namespace detail
} // namespace coquest::inline v0
