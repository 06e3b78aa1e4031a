// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/write_queue.hpp"

#include "core/retry.hpp"

#include <algorithm>
#include <iterator>

namespace coquest::detail {

std::uint64_t write_queue::push(batch&& rows)
{
    bytes_ += rows.bytes();
    rows_ += rows.rows;
    if (spare_.empty()) {
        spare_.emplace_back();
    }
    spare_.front().id = ++last_id_;
    spare_.front().rows = std::move(rows);
    queue_.splice(queue_.end(), spare_, spare_.begin());
    return last_id_;
}

write_queue::decision write_queue::next(time_point now) const
{
    if (queue_.empty() || in_flight_ || stopped()) {
        return {};
    }
    return due_ <= now ? decision{action::send, now} : decision{action::wait, due_};
}

void write_queue::sending(time_point now) noexcept
{
    in_flight_ = true;
    if (attempts_++ == 0) {
        first_attempt_ = now;
    }
}

batch write_queue::sent()
{
    in_flight_ = false;
    forget_attempts();
    return take(queue_.begin());
}

void write_queue::failed(fault&& why, time_point now, std::uint32_t random)
{
    in_flight_ = false;
    if (attempts_ == 1) {
        first_failure_ = now;
    }
    const auto pause =
        std::max(why.info.retry_after, backoff(attempts_ - 1, limits_.max_backoff, random));
    if (why.info.retryable && now + pause <= first_failure_ + limits_.retry_timeout) {
        due_ = now + pause;
        return;
    }
    why.info.attempts = attempts_;
    why.info.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - first_attempt_);
    why.info.unsent_rows = rows_;
    failure_ = std::move(why);
}

void write_queue::resume() noexcept
{
    failure_ = fault();
    forget_attempts();
}

bool write_queue::withdraw(std::uint64_t id, batch& out)
{
    const auto found =
        std::find_if(queue_.begin(), queue_.end(), [id](const entry& one) { return one.id == id; });
    if (found == queue_.end() || (in_flight_ && found == queue_.begin())) {
        return false;
    }
    if (found == queue_.begin()) {
        resume(); // the failure was this batch's
    }
    out = take(found);
    return true;
}

batch write_queue::withdraw_all()
{
    batch all;
    for (auto at = in_flight_ ? std::next(queue_.begin()) : queue_.begin(); at != queue_.end();) {
        batch one = take(at++);
        all.rows += one.rows;
        all.chain.append(std::move(one.chain));
    }
    if (!in_flight_) {
        resume();
    }
    return all;
}

bool write_queue::done(std::uint64_t id) const noexcept
{
    return queue_.empty() || queue_.front().id > id;
}

batch write_queue::take(std::list<entry>::iterator at)
{
    batch rows = std::move(at->rows);
    at->rows.rows = 0;
    spare_.splice(spare_.begin(), queue_, at);
    bytes_ -= rows.bytes();
    rows_ -= rows.rows;
    return rows;
}

void write_queue::forget_attempts() noexcept
{
    attempts_ = 0;
    due_ = time_point::min();
}

} // namespace coquest::detail
