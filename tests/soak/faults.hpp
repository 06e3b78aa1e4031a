// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Causes one fault at a time, chosen by a seed.
#pragma once

#include "support/questdb_process.hpp"
#include "support/toxiproxy.hpp"

#include <chrono>
#include <map>
#include <random>
#include <string>

namespace coquest::soak {

class faults {
public:
    faults(test::questdb_process& server, test::toxiproxy& proxy, unsigned seed);

    /// Begins a fault; returns how long it should last.
    std::chrono::milliseconds begin();
    /// Ends the fault.
    void end();

    /// Returns how often each fault was caused.
    [[nodiscard]] const std::map<std::string, int>& counts() const noexcept { return counts_; }

private:
    test::questdb_process& server_;
    test::toxiproxy& proxy_;
    std::minstd_rand random_;
    std::map<std::string, int> counts_;
};

} // namespace coquest::soak
