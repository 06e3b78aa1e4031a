// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/delivery/sent_rows.hpp"

#include <algorithm>

namespace coquest::inline v0::detail {

sent_rows::sent_rows(std::size_t connections, std::size_t max_memory,
                     std::chrono::milliseconds confirmed_after)
    : confirmed_after_(confirmed_after)
{
    windows_.reserve(connections);
    while (windows_.size() != connections) {
        windows_.push_back({unconfirmed_rows(max_memory, confirmed_after), 0, {}, {}});
    }
}

void sent_rows::add(std::size_t connection, batch&& sent, time_point now, std::size_t room,
                    segment_chain& spare) noexcept
{
    window& target = windows_[connection];
    target.rows.add(std::move(sent), now, spare);
    trim(target, now, room, spare);
}

bool sent_rows::has_unconfirmed(std::size_t connection, time_point now, std::size_t room,
                                segment_chain& spare) noexcept
{
    window& target = windows_[connection];
    trim(target, now, room, spare);
    return target.rows.rows() + target.rows.evicted() != 0;
}

void sent_rows::evict(std::size_t room, segment_chain& spare) noexcept
{
    while (memory() > room) {
        window& fullest = *std::ranges::max_element(
            windows_, {}, [](const window& each) { return each.rows.memory(); });
        trim(fullest, time_point::min(), room, spare);
    }
}

sent_rows::loss sent_rows::take(std::size_t connection, time_point now) noexcept
{
    window& lost = windows_[connection];
    if (lost.losses == 0 || lost.last_loss + confirmed_after_ <= now) {
        lost.losses = 0;
        lost.first_loss = now;
    }
    ++lost.losses;
    lost.last_loss = now;
    const std::size_t evicted = lost.rows.evicted();
    return {lost.rows.take(), evicted, lost.losses, lost.first_loss};
}

void sent_rows::forget_losses() noexcept
{
    for (window& each : windows_) {
        each.losses = 0;
    }
}

std::size_t sent_rows::memory() const noexcept
{
    std::size_t sum = 0;
    for (const window& each : windows_) {
        sum += each.rows.memory();
    }
    return sum;
}

// Drops the rows of `target` that count as stored, and as many others as have no room.
void sent_rows::trim(window& target, time_point now, std::size_t room,
                     segment_chain& spare) noexcept
{
    const std::size_t others = memory() - target.rows.memory();
    target.rows.trim(now, room - std::min(room, others), spare);
}

} // namespace coquest::inline v0::detail
