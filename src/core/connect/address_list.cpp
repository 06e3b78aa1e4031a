// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/connect/address_list.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace coquest::inline v0::detail {

address_list::address_list(const std::vector<server_address>& addresses)
{
    for (const server_address& address : addresses) {
        entries_.push_back({address, {}});
    }
}

std::vector<std::size_t> address_list::order(time_point now) const
{
    std::vector<std::size_t> indices(entries_.size());
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    const auto rank = [this, now](std::size_t i) {
        const bool put_back = entries_[i].put_back_until > now;
        return std::tuple(put_back, put_back ? entries_[i].put_back_until : time_point(),
                          i != current_, i);
    };
    std::ranges::sort(indices, {}, rank);
    return indices;
}

void address_list::worked(std::size_t index) noexcept
{
    current_ = index;
    entries_[index].failures = 0;
    entries_[index].put_back_until = time_point::min();
}

void address_list::failed(std::size_t index, time_point now,
                          std::chrono::milliseconds least_pause) noexcept
{
    entry& server = entries_[index];
    if (server.put_back_until > now) {
        server.put_back_until = std::max(server.put_back_until, now + least_pause);
        return;
    }
    constexpr unsigned max_doublings = 5; // more exceed the longest pause
    const std::chrono::milliseconds pause =
        std::min(first_pause * (1 << std::min(server.failures, max_doublings)), longest_pause);
    server.put_back_until = now + std::max(pause, least_pause);
    ++server.failures;
}

bool address_list::has_alternative(std::size_t index, time_point now) const noexcept
{
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (i != index && entries_[i].put_back_until <= now) {
            return true;
        }
    }
    return false;
}

void address_list::refused_size(std::size_t index, std::size_t bytes, time_point now) noexcept
{
    const std::size_t limit = std::min(size_limit(index, now), bytes / 2);
    entries_[index].size_limit = std::max(limit, least_size_limit);
    entries_[index].size_limit_until = now + size_limit_lasts;
}

std::vector<std::size_t> interleave(const std::vector<bool>& is_v6, std::size_t first)
{
    std::vector<std::size_t> order;
    std::vector<std::size_t> families[2];
    for (std::size_t i = 0; i < is_v6.size(); ++i) {
        if (i == first) {
            order.push_back(i);
        } else {
            families[is_v6[i] ? 1 : 0].push_back(i);
        }
    }
    // the next family: the resolver's choice, or not the family of the first address
    bool v6 = first < is_v6.size() ? !is_v6[first] : !is_v6.empty() && is_v6.front();
    for (std::size_t taken[2] = {0, 0}; order.size() < is_v6.size(); v6 = !v6) {
        const auto& family = families[v6 ? 1 : 0];
        std::size_t& next = taken[v6 ? 1 : 0];
        if (next < family.size()) {
            order.push_back(family[next++]);
        }
    }
    return order;
}

} // namespace coquest::inline v0::detail
