// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What became of the servers that an attempt to connect has tried.
#pragma once

#include "core/address_list.hpp"

#include <coquest/detail/fault.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace coquest::net {

using clock = std::chrono::steady_clock;
using detail::fault;

/// Gathers what became of the servers that were tried, and makes one report of it.
class connect_report {
public:
    explicit connect_report(std::shared_ptr<detail::address_list> addresses)
        : addresses_(std::move(addresses))
    {
    }

    /// Notes that @p which is tried.
    void tried(std::size_t which);
    /// Notes that @p which failed; puts it back unless that is no fault of its own.
    void failed(std::size_t which, fault why, clock::time_point now, bool put_back = true);

    /// Returns @p which without those that failed.
    [[nodiscard]] std::vector<std::size_t> remaining(std::vector<std::size_t> which) const;
    /// Returns the first failure of a certificate where there was one, else the first failure; to
    /// be tried again where any may pass.
    [[nodiscard]] fault result() const;
    /// Returns the servers that were tried, in order.
    [[nodiscard]] const std::vector<std::size_t>& tried() const noexcept { return tried_; }

    [[nodiscard]] detail::address_list& addresses() const noexcept { return *addresses_; }

private:
    std::shared_ptr<detail::address_list> addresses_;
    std::vector<std::size_t> tried_;
    std::vector<std::size_t> failed_;
    fault first_;
    fault certificate_;
    bool retryable_ = false;
};

} // namespace coquest::net
