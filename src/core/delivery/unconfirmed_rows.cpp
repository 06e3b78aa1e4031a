// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/delivery/unconfirmed_rows.hpp"

#include <coquest/detail/text.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

// Copies `source` into the last segment of `chain` if it is small and there is room. Otherwise each
// flush of a single row would hold a whole segment.
bool copy_to_back(const segment& source, segment_chain& chain) noexcept
{
    segment* const last = chain.back();
    if (last == nullptr || source.size > source.capacity / 2 ||
        last->size + source.size + text_slack > last->capacity) {
        return false;
    }
    std::memcpy(last->data() + last->size, source.data(), source.size);
    chain.grow_back(source.size);
    return true;
}

} // namespace

unconfirmed_rows::unconfirmed_rows(std::size_t max_memory,
                                   std::chrono::milliseconds confirmed_after) noexcept
    : confirmed_after_(confirmed_after),
      max_group_(std::min(max_memory / 8, std::size_t{256} * 1024))
{
}

void unconfirmed_rows::prepare()
{
    if (spare_.empty()) {
        spare_.emplace_back();
    }
}

void unconfirmed_rows::add(batch&& sent, time_point now, segment_chain& spare) noexcept
{
    if (groups_.empty() || groups_.back().memory >= max_group_ ||
        now - groups_.back().first_sent >= group_period) {
        groups_.splice(groups_.end(), spare_, spare_.begin());
        groups_.back().first_sent = now;
    }
    group& last = groups_.back();
    last.last_sent = now;
    rows_ += sent.rows;
    last.rows.rows += std::exchange(sent.rows, 0);
    last.rows.server_time = last.rows.server_time || sent.server_time;
    while (!sent.chain.empty()) {
        segment* const source = sent.chain.pop_front();
        if (copy_to_back(*source, last.rows.chain)) {
            spare.push_back(source);
        } else {
            last.memory += source->capacity;
            memory_ += source->capacity;
            last.rows.chain.push_back(source);
        }
    }
}

void unconfirmed_rows::trim(time_point now, std::size_t max_memory, segment_chain& spare) noexcept
{
    if (evicted_ != 0 && evicted_until_ <= now) {
        evicted_ = 0;
    }
    while (!groups_.empty() && groups_.front().last_sent + confirmed_after_ <= now) {
        drop_front(spare);
    }
    while (!groups_.empty() && memory_ > max_memory) {
        evicted_ += groups_.front().rows.rows;
        evicted_until_ = groups_.front().last_sent + confirmed_after_;
        drop_front(spare);
    }
}

batch unconfirmed_rows::take() noexcept
{
    batch taken;
    for (; !groups_.empty(); groups_.pop_front()) {
        taken.append(std::move(groups_.front().rows));
    }
    rows_ = memory_ = evicted_ = 0;
    return taken;
}

void unconfirmed_rows::drop_front(segment_chain& spare) noexcept
{
    group& oldest = groups_.front();
    memory_ -= oldest.memory;
    rows_ -= oldest.rows.rows;
    spare.append(std::move(oldest.rows.chain));
    oldest = group();
    if (spare_.empty()) {
        spare_.splice(spare_.end(), groups_, groups_.begin());
    } else {
        groups_.pop_front();
    }
}

} // namespace coquest::inline v0::detail
