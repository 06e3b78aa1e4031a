// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Random programs of events, each on a new machine. tests/support/delivery_program.hpp has the
// checks.

#include "support/delivery_program.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

namespace {

using coquest::test::choices;
using coquest::test::delivery_program;
using coquest::test::delivery_program_failure;

TEST(delivery_machine_programs, lose_and_double_no_row)
{
    std::size_t events = 0;
    for (std::uint64_t seed = 1; seed != 20'001; ++seed) {
        choices choose(seed, 20 + seed % 400);
        delivery_program program(choose);
        try {
            program.run();
        } catch (const delivery_program_failure& failure) {
            FAIL() << "seed " << seed << ", event " << program.events() << ": " << failure.what();
        }
        events += program.events();
    }
    RecordProperty("events", static_cast<int>(events));
    EXPECT_GT(events, 500'000U);
}

} // namespace
