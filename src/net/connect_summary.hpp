// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The outcome of one attempt to connect, over all servers that it tried.
#pragma once

#include "core/connect/address_list.hpp"

#include <coquest/detail/status.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace coquest::inline v0::net {

using clock = std::chrono::steady_clock;
using detail::status;

/// Collects the failures of the servers that were tried, and sums them up in one status.
class connect_summary {
public:
    explicit connect_summary(std::shared_ptr<detail::address_list> addresses)
        : addresses_(std::move(addresses))
    {
    }

    /// Records that @p server is being tried.
    void add_tried(std::size_t server);
    /// Records the failure of @p server. With @p put_back, also puts the server behind the others
    /// for a while; without, the cause is on this side and says nothing about the server.
    void add_failed(std::size_t server, status failure, clock::time_point now,
                    bool put_back = true);

    /// Returns those of @p servers that have not failed.
    [[nodiscard]] std::vector<std::size_t> remaining(std::vector<std::size_t> servers) const;
    /// Returns the first failure that concerns a certificate, or else the first failure. It is
    /// retryable if any of the failures is.
    [[nodiscard]] status result() const;
    /// Returns the servers that were tried, in order.
    [[nodiscard]] const std::vector<std::size_t>& tried() const noexcept { return tried_; }

    [[nodiscard]] detail::address_list& addresses() const noexcept { return *addresses_; }

private:
    std::shared_ptr<detail::address_list> addresses_;
    std::vector<std::size_t> tried_;
    std::vector<std::size_t> failed_;
    status first_failure_;
    status certificate_failure_;
    bool retryable_ = false;
};

} // namespace coquest::inline v0::net
