// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The source of decisions in a random test: a seeded generator, or the input of a fuzzer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <random>
#include <span>

namespace coquest::test {

class choices {
public:
    /// Makes @p limit decisions with a generator that is seeded with @p seed.
    choices(std::uint64_t seed, std::size_t limit) : random_(seed), left_(limit) {}
    /// Decides by @p input, and by zeros after its end.
    explicit choices(std::span<const std::uint8_t> input) : input_(input), random_(0) {}

    /// Returns whether no decisions are left.
    [[nodiscard]] bool done() const noexcept { return input_.empty() && left_ == 0; }

    /// Returns 64 bits.
    std::uint64_t bits() { return next(8); }
    /// Returns a number below @p bound.
    std::uint64_t below(std::uint64_t bound) { return next(bound <= 0x100 ? 1 : 8) % bound; }
    bool once_in(std::uint64_t n) { return below(n) == n - 1; }
    template <class Array>
    const auto& pick(const Array& values)
    {
        return values[below(std::size(values))];
    }

private:
    std::uint64_t next(std::size_t bytes)
    {
        if (left_ != 0) {
            --left_;
            return random_();
        }
        std::uint64_t value = 0;
        const std::size_t n = std::min(bytes, input_.size());
        if (n != 0) {
            std::memcpy(&value, input_.data(), n);
            input_ = input_.subspan(n);
        }
        return value;
    }

    std::span<const std::uint8_t> input_;
    std::mt19937_64 random_;
    std::size_t left_ = 0;
};

} // namespace coquest::test
