// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The input is a program of calls on a buffer. The result is decoded, and compared with a model.

#include "support/buffer_program.hpp"
#include "support/choices.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace coquest::test;
    choices choose(std::span(data, size));
    try {
        buffer_program(choose).run();
    } catch (const program_failure& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        std::abort();
    }
    return 0;
}
