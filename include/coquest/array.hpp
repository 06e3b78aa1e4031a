// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Arrays of double for buffer::column_arr: what counts as one, and how it is gathered into the
// packed row-major order of the wire (contract §5.5).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <ranges>
#include <span>
#include <type_traits>

namespace coquest {

/// Most dimensions of an array.
inline constexpr std::size_t max_array_rank = 32;

/// What the strides of an array_view count.
enum class stride_unit : unsigned char { elements, bytes };

/// Views doubles as an array. It refers to elements, shape and strides: they outlive the call.
class array_view {
public:
    /// Views packed elements in row-major order; as many as the product of @p shape.
    constexpr array_view(std::span<const double> elements,
                         std::span<const std::size_t> shape) noexcept
        : data_(elements.data()), count_(elements.size()), shape_(shape)
    {
    }
    /// Views elements wherever they are: index (i, j, ...) is i * strides[0] + j * strides[1] + ...
    /// from @p first. Strides may be negative or zero; there is one for each dimension.
    constexpr array_view(const double* first, std::span<const std::size_t> shape,
                         std::span<const std::ptrdiff_t> strides,
                         stride_unit unit = stride_unit::elements) noexcept
        : data_(first), shape_(shape), strides_(strides), strided_(true), unit_(unit)
    {
    }

    [[nodiscard]] constexpr const double* data() const noexcept { return data_; }
    /// Returns the number of packed elements that were given.
    [[nodiscard]] constexpr std::size_t count() const noexcept { return count_; }
    [[nodiscard]] constexpr std::span<const std::size_t> shape() const noexcept { return shape_; }
    [[nodiscard]] constexpr std::span<const std::ptrdiff_t> strides() const noexcept
    {
        return strides_;
    }
    [[nodiscard]] constexpr bool strided() const noexcept { return strided_; }
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

/// A view with extents and strides, as std::mdspan.
template <class M>
concept mdspan_like = requires(const M& m) {
    { M::rank() } -> std::convertible_to<std::size_t>;
    { m.extent(0) } -> std::convertible_to<std::size_t>;
    { m.stride(0) } -> std::convertible_to<std::ptrdiff_t>;
    { m.data_handle() } -> std::convertible_to<const double*>;
};

template <class T>
concept sized_range = std::ranges::sized_range<const T> && std::ranges::forward_range<const T>;

/// The number of dimensions of nested ranges of double; 0 where there is something else inside.
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

/// Writes the length of each dimension, that of the first part where there are parts.
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

/// Copies the elements to @p out and returns the end; null where a length differs from @p shape.
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
} // namespace coquest
