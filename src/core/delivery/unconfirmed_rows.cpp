// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/unconfirmed_rows.hpp"

#include <coquest/detail/text.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace coquest::detail {
namespace {

// Copies `from` behind the last segment of `to`, where it is small and there is room: a flush of
// one row would hold a whole segment.
bool copied(const segment& from, segment_chain& to) noexcept
{
    segment* const last = to.back();
    if (last == nullptr || from.size > from.capacity / 2 ||
        last->size + from.size + text_slack > last->capacity) {
        return false;
    }
    std::memcpy(last->data() + last->size, from.data(), from.size);
    to.grow_back(from.size);
    return true;
}

} // namespace

unconfirmed_rows::unconfirmed_rows(std::size_t size) noexcept
    : large_group_(std::min(size / 8, std::size_t{256} * 1024))
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
    if (groups_.empty() || groups_.back().memory >= large_group_ ||
        now - groups_.back().first >= together) {
        groups_.splice(groups_.end(), spare_, spare_.begin());
        groups_.back().first = now;
    }
    group& last = groups_.back();
    last.last = now;
    rows_ += sent.rows;
    last.rows.rows += std::exchange(sent.rows, 0);
    last.rows.server_time = last.rows.server_time || sent.server_time;
    while (!sent.chain.empty()) {
        segment* const one = sent.chain.pop_front();
        if (copied(*one, last.rows.chain)) {
            spare.push_back(one);
        } else {
            last.memory += one->capacity;
            memory_ += one->capacity;
            last.rows.chain.push_back(one);
        }
    }
}

void unconfirmed_rows::trim(time_point now, std::size_t most, segment_chain& spare) noexcept
{
    if (forgotten_ != 0 && forgotten_until_ <= now) {
        forgotten_ = 0;
    }
    while (!groups_.empty() && groups_.front().last + confirmed_after <= now) {
        drop_front(spare);
    }
    while (!groups_.empty() && memory_ > most) {
        forgotten_ += groups_.front().rows.rows;
        forgotten_until_ = groups_.front().last + confirmed_after;
        drop_front(spare);
    }
}

batch unconfirmed_rows::take() noexcept
{
    batch all;
    for (; !groups_.empty(); groups_.pop_front()) {
        all.append(std::move(groups_.front().rows));
    }
    rows_ = memory_ = forgotten_ = 0;
    return all;
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

} // namespace coquest::detail
