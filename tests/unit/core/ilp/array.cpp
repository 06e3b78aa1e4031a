// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Arrays on the wire: input, bytes and limits (docs/protocol.md, Types and values).

#include "encoded.hpp"

#include <coquest/array.hpp>

#include <array>
#include <cstring>
#include <limits>
#include <list>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <vector>

namespace {

using coquest::array_view;
using coquest::buffer;
using coquest::errc;
using coquest::protocol_version;
using coquest::stride_unit;
using coquest::test::encoded;
using coquest::test::hex;
using coquest::test::refusal;
using coquest::test::refused;

using lengths = std::vector<std::size_t>;
using steps = std::vector<std::ptrdiff_t>;

/// Returns the row `t a=...` in binary form, built element by element.
std::string row(const lengths& shape, const std::vector<double>& elements)
{
    std::string bytes = "t a==\x0e\x0a";
    bytes += static_cast<char>(shape.size());
    const auto put = [&bytes](const auto& value) {
        char raw[sizeof value];
        std::memcpy(raw, &value, sizeof value);
        bytes.append(raw, sizeof raw);
    };
    for (const std::size_t length : shape) {
        put(static_cast<std::uint32_t>(length));
    }
    for (const double element : elements) {
        put(element);
    }
    return bytes + '\n';
}

template <class Array>
std::string sent(const Array& value, protocol_version version = protocol_version::v2)
{
    return encoded(version, [&](buffer& rows) { rows.column_arr("a", value); });
}

template <class Array>
refusal refusal_of(const Array& value)
{
    return refused(protocol_version::v2, [&](buffer& rows) { rows.column_arr("a", value); });
}

/// Has the members of std::mdspan that coquest uses.
template <std::size_t Rank, class Element = const double>
struct toy_mdspan {
    static constexpr std::size_t rank() noexcept { return Rank; }
    [[nodiscard]] long extent(std::size_t i) const { return lengths[i]; }
    [[nodiscard]] long stride(std::size_t i) const { return strides[i]; }
    [[nodiscard]] Element* data_handle() const { return elements; }

    Element* elements = nullptr;
    std::array<long, Rank> lengths{};
    std::array<long, Rank> strides{};
};

TEST(array, is_encoded_as_the_protocol_says)
{
    EXPECT_EQ(sent(std::vector{1.5, -2.0}),
              hex("74 20 61 3d 3d 0e 0a 01 02000000 000000000000f83f 00000000000000c0 0a"));
    EXPECT_EQ(sent(std::vector<std::vector<double>>{{1, 2}, {3, 4}}),
              hex("74 20 61 3d 3d 0e 0a 02 02000000 02000000 000000000000f03f 0000000000000040"
                  "0000000000000840 0000000000001040 0a"));
    EXPECT_EQ(sent(std::vector<double>()), hex("74 20 61 3d 3d 0e 0a 01 00000000 0a"));
    EXPECT_EQ(sent(std::vector{1.5}, protocol_version::v3), row({1}, {1.5}));
}

TEST(array, ranges_of_double_are_arrays_nested_or_not)
{
    const std::vector<double> flat{1, 2, 3, 4, 5, 6};
    const std::string one_by_six = row({6}, flat);
    const std::string two_by_three = row({2, 3}, flat);
    const double c_array[2][3] = {{1, 2, 3}, {4, 5, 6}};
    const std::array<std::vector<double>, 2> mixed{{{1, 2, 3}, {4, 5, 6}}};
    std::vector<double> writable = flat;

    EXPECT_EQ(sent(std::span<const double>(flat)), one_by_six);
    EXPECT_EQ(sent(std::span<double, 6>(writable)), one_by_six);
    EXPECT_EQ(sent(std::array<double, 6>{1, 2, 3, 4, 5, 6}), one_by_six);
    EXPECT_EQ(sent(std::list<double>{1, 2, 3, 4, 5, 6}), one_by_six);
    EXPECT_EQ(sent(std::views::reverse(std::views::all(flat))), row({6}, {6, 5, 4, 3, 2, 1}));
    EXPECT_EQ(sent(c_array[1]), row({3}, {4, 5, 6}));
    EXPECT_EQ(sent(c_array), two_by_three);
    EXPECT_EQ(sent(mixed), two_by_three);
    EXPECT_EQ(sent(std::list<std::list<double>>{{1, 2, 3}, {4, 5, 6}}), two_by_three);
    EXPECT_EQ(sent(std::vector<std::vector<std::vector<double>>>{{{1}, {2}, {3}}, {{4}, {5}, {6}}}),
              row({2, 3, 1}, flat));
}

TEST(array, column_takes_arrays_too)
{
    const double c_array[] = {1, 2};
    const std::optional<std::vector<double>> none;
    buffer rows;
    rows.table("t").column("a", c_array).column("b", none).at_now();
    rows.table("t").column("a", std::optional(std::vector{1.0, 2.0})).at_now();

    EXPECT_EQ(rows.to_string(), row({2}, {1, 2}) + row({2}, {1, 2}));
}

TEST(array, every_double_is_written_unchanged)
{
    using limits = std::numeric_limits<double>;
    const std::vector special{-0.0, limits::denorm_min(), limits::max(), limits::infinity(),
                              -limits::infinity()};
    const double nan = std::bit_cast<double>(std::uint64_t{0x7ff8'0000'0a22'2c0a}); // LF " , LF

    EXPECT_EQ(sent(special), row({5}, special));
    EXPECT_EQ(sent(std::vector{nan}), hex("74 20 61 3d 3d 0e 0a 01 01000000 0a2c220a0000f87f 0a"));
}

TEST(array, dimension_of_length_zero_is_written_without_elements)
{
    EXPECT_EQ(sent(std::vector<std::vector<double>>()), row({0, 0}, {}));
    EXPECT_EQ(sent(std::vector<std::vector<double>>(3)), row({3, 0}, {}));
    EXPECT_EQ(sent(array_view({}, lengths{2, 0, 5})), row({2, 0, 5}, {}));
    EXPECT_EQ(sent(array_view(nullptr, lengths{0, 5}, steps{5, 1})), row({0, 5}, {}));
    EXPECT_EQ(sent(toy_mdspan<2>{nullptr, {4, 0}, {0, 1}}), row({4, 0}, {}));
    // The product of the other lengths may exceed any memory.
    EXPECT_EQ(sent(array_view({}, lengths{0x0fffffff, 0x0fffffff, 0x0fffffff, 0})),
              row({0x0fffffff, 0x0fffffff, 0x0fffffff, 0}, {}));
}

TEST(array, packed_views_have_the_shape_that_is_given)
{
    const std::vector<double> flat{1, 2, 3, 4, 5, 6};

    EXPECT_EQ(sent(array_view(flat, lengths{3, 2})), row({3, 2}, flat));
    EXPECT_EQ(sent(array_view(flat, lengths{1, 6, 1})), row({1, 6, 1}, flat));
}

TEST(array, strided_views_are_gathered_in_row_major_order)
{
    const std::vector<double> m{1, 2, 3, 4, 5, 6}; // 2 rows of 3

    EXPECT_EQ(sent(array_view(m.data(), lengths{2, 3}, steps{3, 1})), row({2, 3}, m));
    EXPECT_EQ(sent(array_view(m.data(), lengths{3, 2}, steps{1, 3})),
              row({3, 2}, {1, 4, 2, 5, 3, 6}))
        << "transposed";
    EXPECT_EQ(sent(array_view(m.data() + 5, lengths{2, 3}, steps{-3, -1})),
              row({2, 3}, {6, 5, 4, 3, 2, 1}))
        << "negative";
    EXPECT_EQ(sent(array_view(m.data() + 1, lengths{2, 3}, steps{3, 0})),
              row({2, 3}, {2, 2, 2, 5, 5, 5}))
        << "zero";
    EXPECT_EQ(sent(array_view(m.data(), lengths{2}, steps{5})), row({2}, {1, 6})) << "gaps";
    EXPECT_EQ(sent(array_view(m.data(), lengths{3, 1, 2}, steps{1, 99, 3})),
              row({3, 1, 2}, {1, 4, 2, 5, 3, 6}));
}

TEST(array, strides_may_count_bytes)
{
    struct quote {
        double bid;
        int size; // makes the stride no multiple of the element
        float weight;
        double ask;
    };
    const quote quotes[] = {{1, 0, 0, 2}, {3, 0, 0, 4}, {5, 0, 0, 6}};
    constexpr std::ptrdiff_t step = sizeof(quote);

    EXPECT_EQ(sent(array_view(&quotes[0].ask, lengths{3}, steps{step}, stride_unit::bytes)),
              row({3}, {2, 4, 6}));
    EXPECT_EQ(sent(array_view(&quotes[2].bid, lengths{3, 2}, steps{-step, offsetof(quote, ask)},
                              stride_unit::bytes)),
              row({3, 2}, {5, 6, 3, 4, 1, 2}));
    // The doubles need not be aligned.
    const std::string bytes = "#" + row({3}, {7, 8, 9}).substr(12);
    const auto* first = reinterpret_cast<const double*>(bytes.data() + 1);
    EXPECT_EQ(sent(array_view(first, lengths{3}, steps{8}, stride_unit::bytes)),
              row({3}, {7, 8, 9}));
}

TEST(array, types_like_mdspan_are_arrays)
{
    std::vector<double> m{1, 2, 3, 4, 5, 6};

    EXPECT_EQ(sent(toy_mdspan<2>{m.data(), {2, 3}, {3, 1}}), row({2, 3}, m));
    EXPECT_EQ(sent(toy_mdspan<2, double>{m.data(), {3, 2}, {1, 3}}),
              row({3, 2}, {1, 4, 2, 5, 3, 6}));
    buffer rows;
    rows.table("t").column("a", toy_mdspan<1>{m.data() + 5, {3}, {-2}}).at_now();
    EXPECT_EQ(rows.to_string(), row({3}, {6, 4, 2}));
    EXPECT_EQ(refusal_of(toy_mdspan<0>{m.data(), {}, {}}),
              (refusal{errc::array_error,
                       "column \"a\": array: it has 0 dimensions; an array has 1 to 32"}));
}

TEST(array, dimensions_are_1_to_32)
{
    const double element = 1.5;

    EXPECT_EQ(sent(array_view({&element, 1}, lengths(32, 1))), row(lengths(32, 1), {1.5}));
    EXPECT_EQ(sent(array_view(&element, lengths(32, 1), steps(32, 1))), row(lengths(32, 1), {1.5}));
    EXPECT_EQ(refusal_of(array_view({&element, 1}, {})),
              (refusal{errc::array_error,
                       "column \"a\": array: it has 0 dimensions; an array has 1 to 32"}));
    const refusal too_many{errc::array_error,
                           "column \"a\": array: it has 33 dimensions; an array has 1 to 32"};
    EXPECT_EQ(refusal_of(array_view({&element, 1}, lengths(33, 1))), too_many);
    EXPECT_EQ(refusal_of(array_view(&element, lengths(33, 1), steps(33, 1))), too_many);
}

TEST(array, lengths_and_sizes_have_a_limit)
{
    EXPECT_EQ(refusal_of(array_view({}, lengths{0, 268'435'456})),
              (refusal{errc::array_error, "column \"a\": array: dimension 1 has length 268435456; "
                                          "the maximum is 268435455"}));
    EXPECT_EQ(sent(array_view({}, lengths{0, 268'435'455})), row({0, 268'435'455}, {}));
    const refusal too_large{errc::array_error,
                            "column \"a\": array: it has more than 512 MiB of elements"};
    EXPECT_EQ(refusal_of(array_view({}, lengths{8192, 8193})), too_large);
    EXPECT_EQ(refusal_of(array_view({}, lengths(3, 0x0fffffff))), too_large) << "2^64 and more";
    EXPECT_EQ(refusal_of(array_view({}, lengths(32, 4))), too_large) << "2^64 exactly";
}

TEST(array, array_larger_than_the_buffer_is_refused_before_memory_is_allocated)
{
    EXPECT_EQ(refusal_of(array_view({}, lengths{8192, 8192})),
              (refusal{errc::invalid_api_call, "a row of more than 104857600 bytes does not fit "
                                               "the buffer: raise max_buf_size"}));
}

TEST(array, elements_and_strides_must_fit_the_shape)
{
    const std::vector<double> flat{1, 2, 3, 4, 5};

    EXPECT_EQ(
        refusal_of(array_view(flat, lengths{2, 3})),
        (refusal{errc::array_error, "column \"a\": array: 5 elements, but the shape needs 6"}));
    EXPECT_EQ(
        refusal_of(array_view(flat, lengths{2, 0})),
        (refusal{errc::array_error, "column \"a\": array: 5 elements, but the shape needs 0"}));
    EXPECT_EQ(refusal_of(array_view(flat.data(), lengths{2, 2}, steps{2})),
              (refusal{errc::array_error, "column \"a\": array: 2 dimensions, but 1 strides"}));
}

TEST(array, ragged_nested_ranges_are_refused)
{
    const refusal ragged{
        errc::array_error,
        "column \"a\": array: irregular: all parts of one dimension have one length"};
    using matrix = std::vector<std::vector<double>>;

    EXPECT_EQ(refusal_of(matrix{{1, 2}, {3}}), ragged);
    EXPECT_EQ(refusal_of(matrix{{1}, {2, 3}}), ragged);
    EXPECT_EQ(refusal_of(matrix{{1}, {}}), ragged);
    EXPECT_EQ(refusal_of(matrix{{}, {1}}), ragged);
    EXPECT_EQ(refusal_of(std::vector<matrix>{{{1}, {2}}, {{3}}}), ragged);
    EXPECT_EQ(refusal_of(std::vector<matrix>{{}, {{3}}}), ragged);
}

TEST(array, is_refused_in_protocol_version_1)
{
    const refusal none{errc::protocol_version_error,
                       "column \"a\": protocol version 1 has no arrays: use version 2 or 3"};

    EXPECT_EQ(
        refused(protocol_version::v1, [](buffer& rows) { rows.column_arr("a", std::vector{1.0}); }),
        none);
    EXPECT_EQ(refused(protocol_version::v1,
                      [](buffer& rows) { rows.column_arr("a", array_view({}, lengths{0})); }),
              none);
}

TEST(array, is_refused_outside_of_a_row)
{
    for (const auto version : {protocol_version::v1, protocol_version::v2}) {
        EXPECT_EQ(coquest::test::without_row(
                      version, [](buffer& rows) { rows.column_arr("a", std::vector{1.0}); }),
                  coquest::test::no_row_is_open);
    }
}

TEST(array, arrays_larger_than_a_segment_move_the_row)
{
    buffer rows(protocol_version::v2, {64, 1 << 20, 127});
    const std::vector<double> large(1000, 0.25);
    rows.table("t").column_arr("a", large).at_now();
    rows.table("t").column_arr("a", large).at_now();

    EXPECT_EQ(rows.to_string(), row({1000}, large) + row({1000}, large));
}

} // namespace
