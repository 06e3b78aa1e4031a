// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/address_list.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace coquest::detail {

address_list::address_list(const std::vector<server_address>& addresses)
{
    for (const server_address& one : addresses) {
        entries_.push_back({one, {}});
    }
}

std::vector<std::size_t> address_list::order(time_point now) const
{
    std::vector<std::size_t> all(entries_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    const auto rank = [this, now](std::size_t i) {
        const bool put_back = entries_[i].put_back_until > now;
        return std::tuple(put_back, put_back ? entries_[i].put_back_until : time_point(),
                          i != current_, i);
    };
    std::ranges::sort(all, {}, rank);
    return all;
}

void address_list::worked(std::size_t which) noexcept
{
    current_ = which;
    entries_[which].failures = 0;
    entries_[which].put_back_until = time_point::min();
}

void address_list::failed(std::size_t which, time_point now) noexcept
{
    entry& one = entries_[which];
    if (one.put_back_until > now) {
        return;
    }
    constexpr unsigned enough = 5; // doublings that exceed the longest pause
    one.put_back_until =
        now + std::min(first_pause * (1 << std::min(one.failures, enough)), longest_pause);
    ++one.failures;
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
    // the family that goes next: the resolver's choice, or the other one than the first's
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

} // namespace coquest::detail
