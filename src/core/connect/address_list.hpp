// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The servers of a sender and their health, shared by its connections. A sender stays with the
// server that works; a server that failed moves behind the others for a while. The list also keeps
// the request size that a server accepts, if the server refused a larger request.
#pragma once

#include <coquest/config.hpp>

#include <chrono>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {

/// Orders addresses by their health. An index is a position in the configuration.
class address_list {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::seconds first_pause{1}; // after one failure
    static constexpr std::chrono::seconds longest_pause{30};
    /// The least limit. If a server refuses a smaller batch as too large, its size is not the
    /// cause.
    static constexpr std::size_t least_size_limit = std::size_t{4} * 1024;
    /// How long a learned limit holds. Afterwards a larger batch is tried again.
    static constexpr std::chrono::minutes size_limit_lasts{10};

    explicit address_list(const std::vector<server_address>& addresses);

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] const server_address& operator[](std::size_t index) const
    {
        return entries_[index].address;
    }

    /// Returns all indices in the order in which to try the servers: the one that worked last, the
    /// others that are not put back in the order of the configuration, then those that are put back
    /// in the order in which their pauses end.
    [[nodiscard]] std::vector<std::size_t> order(time_point now) const;

    /// Records that @p index worked.
    void worked(std::size_t index) noexcept;
    /// Records that @p index could not be used, and puts it back. The pause doubles with each
    /// failure in a row. A failure of a server that is already put back does not count, since each
    /// connection may report the same event. @p least_pause is the pause that the server asked for.
    void failed(std::size_t index, time_point now,
                std::chrono::milliseconds least_pause = std::chrono::milliseconds(0)) noexcept;
    /// Returns whether a server other than @p index is not put back.
    [[nodiscard]] bool has_alternative(std::size_t index, time_point now) const noexcept;

    /// Records that @p index refused a request of @p bytes as too large. The limit becomes half of
    /// that.
    void refused_size(std::size_t index, std::size_t bytes, time_point now) noexcept;
    /// Removes the limit of refused_size() for @p index.
    void remove_size_limit(std::size_t index) noexcept { entries_[index].size_limit = no_limit; }
    /// Returns the maximum size in bytes of a request to @p index.
    [[nodiscard]] std::size_t size_limit(std::size_t index, time_point now) const noexcept
    {
        const entry& server = entries_[index];
        return now < server.size_limit_until ? server.size_limit : no_limit;
    }

    /// Records the IP address at which @p index accepted a connection. It is tried first next time.
    void reached(std::size_t index, std::string ip) { entries_[index].ip = std::move(ip); }
    /// Returns that IP address, or an empty string if there was no connection.
    [[nodiscard]] std::string_view last_ip(std::size_t index) const { return entries_[index].ip; }

private:
    static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

    struct entry {
        server_address address;
        std::string ip;
        unsigned failures = 0; // since the server last worked
        time_point put_back_until = time_point::min();
        std::size_t size_limit = no_limit; // of a request, in bytes
        time_point size_limit_until = time_point::min();
    };

    std::vector<entry> entries_;
    std::size_t current_ = 0; // the server that worked last
};

/// Returns the order in which to try the IP addresses of one server. The families alternate (RFC
/// 8305 4), and the address @p first comes first if it exists. @p is_v6 holds the families in the
/// resolver's order.
[[nodiscard]] std::vector<std::size_t> interleave(const std::vector<bool>& is_v6,
                                                  std::size_t first);

} // namespace coquest::inline v0::detail
