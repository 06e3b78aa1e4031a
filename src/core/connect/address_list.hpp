// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The servers of a sender and how they have fared, shared by its connections: the one that works is
// kept to, and one that failed is put back behind the others for a while.
#pragma once

#include <coquest/config.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::detail {

/// Orders addresses by their health. An index means the position in the configuration.
class address_list {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::seconds first_pause{1}; // behind the others, after one failure
    static constexpr std::chrono::seconds longest_pause{30};

    explicit address_list(const std::vector<server_address>& addresses);

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] const server_address& operator[](std::size_t which) const
    {
        return entries_[which].address;
    }

    /// Returns every index in the order in which to try: the one that worked last, those that are
    /// not put back as they were configured, then the others, first the one whose pause ends first.
    [[nodiscard]] std::vector<std::size_t> order(time_point now) const;

    /// Notes that @p which did what it is for.
    void worked(std::size_t which) noexcept;
    /// Notes that @p which could not be used. The pause doubles with each failure in turn; what
    /// fails while it is put back, as every connection's own view of one event, counts once.
    void failed(std::size_t which, time_point now) noexcept;

    /// Remembers the IP address at which @p which took a connection: of many, it is tried first.
    void reached(std::size_t which, std::string ip) { entries_[which].ip = std::move(ip); }
    /// Returns that IP address; empty before there was one.
    [[nodiscard]] std::string_view last_ip(std::size_t which) const { return entries_[which].ip; }

private:
    struct entry {
        server_address address;
        std::string ip;
        unsigned failures = 0; // since it worked
        time_point put_back_until = time_point::min();
    };

    std::vector<entry> entries_;
    std::size_t current_ = 0; // the one to keep to
};

/// Returns the order in which to try the IP addresses of one server, of which @p is_v6 tells the
/// families in the resolver's order: the families in turn (RFC 8305 4), @p first before all where
/// it is one of them.
[[nodiscard]] std::vector<std::size_t> interleave(const std::vector<bool>& is_v6,
                                                  std::size_t first);

} // namespace coquest::detail
