// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
// expect: QuestDB takes arrays of at most 32 dimensions

#include <coquest/buffer.hpp>

#include <array>
#include <cstddef>

template <std::size_t Rank>
struct nested {
    using type = std::array<typename nested<Rank - 1>::type, 1>;
};
template <>
struct nested<0> {
    using type = double;
};

#ifdef COQUEST_CONTROL
constexpr std::size_t rank = 32;
#else
constexpr std::size_t rank = 33;
#endif

void write(coquest::buffer& rows)
{
    rows.table("t").column_arr("a", nested<rank>::type()).at_now();
}
