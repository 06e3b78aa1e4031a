// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Random programs of calls, each on a new buffer. tests/support/buffer_program.hpp has the model.

#include "support/buffer_program.hpp"
#include "support/choices.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

namespace {

using namespace coquest::test;

TEST(buffer_property, random_calls_agree_with_the_model)
{
    std::size_t calls = 0;
    for (std::uint64_t seed = 1; calls < 500'000; ++seed) {
        choices choose(seed, 2000);
        buffer_program program(choose);
        try {
            program.run();
        } catch (const program_failure& failure) {
            FAIL() << "seed " << seed << ": " << failure.what();
        }
        calls += program.calls();
    }
}

} // namespace
