// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/connect/connect_race.hpp"

#include <algorithm>

namespace coquest::inline v0::detail {

connect_race::decision connect_race::next(time_point now)
{
    bool running = false;
    time_point until = time_point::max();
    for (std::size_t i = 0; i < attempts_.size(); ++i) {
        if (!attempts_[i].running) {
            continue;
        }
        if (attempts_[i].ends <= now) {
            failed(i);
            return {action::abandon, i, servers_[attempts_[i].rank], 0, now};
        }
        running = true;
        until = std::min(until, attempts_[i].ends);
    }
    const bool more = !ready_.empty() || begun_ < servers_.size();
    if (!more) {
        return {running ? action::wait : action::over, 0, 0, 0, until};
    }
    if (now < next_start_) {
        return {action::wait, 0, 0, 0, std::min(until, next_start_)};
    }
    if (ready_.empty()) {
        return start(action::resolve, {begun_++, 0}, now);
    }
    const target endpoint = ready_.front();
    ready_.pop_front();
    return start(action::connect, endpoint, now);
}

connect_race::decision connect_race::start(action kind, target endpoint, time_point now)
{
    attempts_.push_back({endpoint.rank, now + attempt_limit});
    next_start_ = now + head_start;
    return {kind, attempts_.size() - 1, servers_[endpoint.rank], endpoint.ip, now};
}

void connect_race::resolved(std::size_t attempt, std::size_t count)
{
    const std::size_t rank = attempts_[attempt].rank;
    failed(attempt); // ends it, so that its first address is tried immediately
    const auto position =
        std::ranges::find_if(ready_, [rank](const target& other) { return other.rank > rank; });
    std::vector<target> found(count);
    for (std::size_t i = 0; i < count; ++i) {
        found[i] = {rank, i};
    }
    ready_.insert(position, found.begin(), found.end());
}

void connect_race::failed(std::size_t attempt) noexcept
{
    attempts_[attempt].running = false;
    next_start_ = time_point::min();
}

bool connect_race::is_exhausted(std::size_t server) const
{
    const auto rank =
        static_cast<std::size_t>(std::ranges::find(servers_, server) - servers_.begin());
    return rank < begun_ &&
           std::ranges::none_of(
               attempts_,
               [rank](const runner& attempt) { return attempt.running && attempt.rank == rank; }) &&
           std::ranges::none_of(
               ready_, [rank](const target& endpoint) { return endpoint.rank == rank; });
}

std::vector<std::size_t> connect_race::started() const
{
    return {servers_.begin(), servers_.begin() + static_cast<std::ptrdiff_t>(begun_)};
}

} // namespace coquest::inline v0::detail
