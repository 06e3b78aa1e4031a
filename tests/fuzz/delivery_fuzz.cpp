// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The input is a program of events for a delivery machine: rows, results of attempts, calls, time.
// tests/support/delivery_program.hpp has the checks.

#include "support/choices.hpp"
#include "support/delivery_program.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace coquest::test;
    choices choose(std::span(data, size));
    delivery_program program(choose);
    try {
        program.run();
    } catch (const delivery_program_failure& failure) {
        std::fprintf(stderr, "event %zu: %s\n", program.events(), failure.what());
        std::abort();
    }
    return 0;
}
