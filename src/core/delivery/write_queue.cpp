// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/delivery/write_queue.hpp"

#include "core/delivery/batch_split.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <string>
#include <utility>

namespace coquest::inline v0::detail {

void write_queue::prepare()
{
    while (spare_.size() <= limits_.losses) {
        spare_.emplace_back();
    }
}

std::uint64_t write_queue::push(batch&& rows, bool joinable)
{
    prepare();
    insert(queue_.end(), ++last_id_, std::move(rows))->joinable = joinable;
    return last_id_;
}

queued_batch& write_queue::push_front(batch&& rows, unsigned attempts, time_point first_failure)
{
    // No batch has number 0: no buffer owns these rows, and every flush waits for them.
    queued_batch& front = *insert(queue_.begin(), 0, std::move(rows));
    front.attempts = attempts;
    front.first_attempt = front.first_failure = first_failure;
    return front;
}

void write_queue::join_followers(queued_batch& target, std::size_t max_bytes) noexcept
{
    if (!target.joinable || target.attempts != 0) {
        return;
    }
    for (auto next = std::next(target.place_); next != queue_.end();
         next = std::next(target.place_)) {
        if (!next->joinable || next->attempts != 0 ||
            target.rows.bytes() + next->rows.bytes() > max_bytes) {
            return;
        }
        batch joined = remove(next);
        bytes_ += joined.bytes();
        rows_ += joined.rows;
        target.rows.append(std::move(joined));
    }
}

write_queue::decision write_queue::next(time_point now)
{
    decision best;
    if (is_stopped()) {
        return best;
    }
    for (queued_batch& candidate : queue_) {
        if (candidate.state_ == batch_state::set_aside) {
            continue;
        }
        if (candidate.state_ == batch_state::pending) {
            if (candidate.due <= now) {
                return {action::send, now, &candidate};
            }
            best.kind = action::wait;
            best.until = std::min(best.until, candidate.due);
        }
        if (limits_.in_order) {
            break;
        }
    }
    return best;
}

void write_queue::begin_attempt(queued_batch& target, time_point now) noexcept
{
    change_state(target, batch_state::in_flight);
    if (target.attempts++ == 0) {
        target.first_attempt = now;
    }
}

batch write_queue::acknowledge(queued_batch& target)
{
    return remove(target.place_);
}

write_queue::outcome write_queue::fail_attempt(queued_batch& target, status& failure,
                                               time_point now, std::uint32_t random)
{
    abort_attempt(target);
    return decide_outcome(target, failure, now, random);
}

write_queue::outcome write_queue::decide_outcome(queued_batch& target, status& failure,
                                                 time_point now, std::uint32_t random)
{
    if (target.attempts == 1) {
        target.first_failure = now;
    }
    diagnostics& info = failure.amend();
    if (info.state == delivery::rejected && info.http_status == 413 && target.rows.rows > 1) {
        return outcome::too_large;
    }
    const bool may_duplicate = info.state == delivery::unconfirmed && target.rows.server_time;
    if (info.retryable && (limits_.retry_at_now || !may_duplicate)) {
        const auto end = target.first_failure + limits_.retry_timeout;
        const auto pause = backoff(target.attempts - 1, limits_.max_backoff, random);
        auto due = now + std::max(info.retry_after, pause);
        if (now < end && due > end && info.retry_after > pause) {
            due = end; // less than the server asked for, but one last attempt
        }
        if (limits_.budget != nullptr && now < end && due <= end) {
            due = limits_.budget->take(due, end);
        }
        if (due <= end) {
            target.due = due;
            return outcome::retry;
        }
        if (info.retry_after.count() != 0) {
            info.message += "; the server asked for a pause of " +
                            std::to_string(info.retry_after.count()) + " ms, and retry_timeout (" +
                            std::to_string(limits_.retry_timeout.count()) +
                            " ms) is over; the rows are kept";
        }
    } else if (info.retryable) {
        info.message += "; the rows may be stored and the server sets their timestamp, so that "
                        "sending them again could duplicate them: retry_at_now=off";
    }
    info.attempts = target.attempts;
    info.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - target.first_attempt);
    info.unacknowledged_rows = rows_;
    // QuestDB answers 500 for some rows that it will never accept, names the first of them, and
    // stores none.
    const bool names_row = info.http_status >= 500 && info.server_line != 0;
    if (names_row) {
        info.state = delivery::rejected;
    }
    return info.state == delivery::rejected ? outcome::rejected : outcome::failed;
}

void write_queue::abort_attempt(queued_batch& target) noexcept
{
    change_state(target, batch_state::pending);
}

void write_queue::abort_all() noexcept
{
    rejected_batches_ = 0;
    for (queued_batch& target : queue_) {
        if (target.state_ != batch_state::unconfirmed) {
            change_state(target, batch_state::pending);
        }
    }
}

void write_queue::stop(status&& failure)
{
    if (!is_stopped()) {
        failure_ = std::move(failure);
    }
}

void write_queue::resume() noexcept
{
    if (has_unconfirmed()) {
        return;
    }
    failure_ = status();
    for (queued_batch& target : queue_) {
        if (target.state_ != batch_state::in_flight) {
            target.attempts = 0;
            target.due = time_point::min();
        }
    }
}

void write_queue::mark_unconfirmed(queued_batch& target) noexcept
{
    change_state(target, batch_state::unconfirmed);
}

void write_queue::set_aside(queued_batch& target, status&& failure)
{
    assert(!failure.ok() && !target.is_rejected());
    change_state(target, batch_state::set_aside);
    target.failure_ = std::move(failure);
}

void write_queue::set_aside_rejected(queued_batch& target)
{
    assert(target.state_ != batch_state::set_aside);
    change_state(target, batch_state::set_aside);
    target.failure_ = status();
    ++rejected_batches_;
}

bool write_queue::is_delivered(std::uint64_t id) const noexcept
{
    if (id > last_id_) {
        return false;
    }
    // The numbers ascend, so that the loop nearly always ends at the first batch.
    for (const queued_batch& other : queue_) {
        if (other.id > id) {
            break;
        }
        if (!other.is_rejected()) {
            return false;
        }
    }
    return true;
}

bool write_queue::split(queued_batch& target, std::optional<std::size_t> row)
{
    const std::size_t rows = target.rows.rows;
    if (rows < 2) {
        return false;
    }
    const unsigned attempts = std::exchange(target.attempts, 0U);
    if (!row || *row >= rows) {
        cut_after(target, rows / 2);
        return true;
    }
    if (*row + 1 < rows) { // from the back, so that the front stays in its place
        cut_after(target, *row + 1);
    }
    queued_batch& named = *row == 0 ? target : cut_after(target, *row);
    // The row keeps its history, and its next failure is final.
    named.attempts = attempts;
    named.first_attempt = target.first_attempt;
    named.first_failure = target.first_failure;
    return true;
}

bool write_queue::cut_to_size(queued_batch& target, std::size_t max_bytes)
{
    const std::size_t rows = std::max<std::size_t>(rows_within(target.rows, max_bytes), 1);
    if (rows >= target.rows.rows) {
        return false;
    }
    cut_after(target, rows);
    target.attempts = 0;
    return true;
}

// Leaves the first `rows` rows in `target`, and returns the batch of the others.
queued_batch& write_queue::cut_after(queued_batch& target, std::size_t rows)
{
    prepare();
    batch tail = split_batch(target.rows, rows);
    bytes_ -= tail.bytes();
    rows_ -= tail.rows;
    return *insert(std::next(target.place_), target.id, std::move(tail));
}

batch write_queue::lend_rows(queued_batch& target) noexcept
{
    change_state(target, batch_state::in_flight);
    return take_rows(target);
}

batch write_queue::take_rows(queued_batch& target) noexcept
{
    bytes_ -= target.rows.bytes();
    rows_ -= target.rows.rows;
    batch rows = std::move(target.rows);
    target.rows.rows = 0;
    return rows;
}

void write_queue::return_rows(queued_batch& target, batch&& rows) noexcept
{
    bytes_ += rows.bytes();
    rows_ += rows.rows;
    target.rows = std::move(rows);
    change_state(target, batch_state::pending);
}

batch write_queue::drop(queued_batch& target)
{
    return remove(target.place_);
}

std::size_t write_queue::rows_in_flight(std::uint64_t id) const noexcept
{
    std::size_t rows = 0;
    for (const queued_batch& other : queue_) {
        rows += other.id == id && other.state_ == batch_state::in_flight ? other.rows.rows : 0;
    }
    return rows;
}

batch write_queue::withdraw(std::uint64_t id)
{
    batch withdrawn;
    for (auto it = queue_.begin(); it != queue_.end() && it->id <= id;) {
        const auto candidate = it++;
        if (candidate->id == id && candidate->state_ != batch_state::in_flight) {
            withdrawn.append(remove(candidate));
        }
    }
    return withdrawn;
}

batch write_queue::withdraw_all()
{
    batch withdrawn;
    for (auto it = queue_.begin(); it != queue_.end();) {
        const auto candidate = it++;
        const batch_state state = candidate->state_;
        const bool waits_for_owner = state == batch_state::set_aside && !candidate->is_rejected();
        if (state != batch_state::in_flight && !waits_for_owner) {
            first_withdrawn_ = withdrawn.rows == 0 ? candidate->id : first_withdrawn_;
            withdrawn.append(remove(candidate));
        }
    }
    return withdrawn;
}

std::size_t write_queue::rejected_rows() const noexcept
{
    std::size_t rows = 0;
    for (const queued_batch& other : queue_) {
        rows += other.is_rejected() ? other.rows.rows : 0;
    }
    return rows;
}

const status* write_queue::failure_of(std::uint64_t id) const noexcept
{
    const status* first = nullptr;
    if (count(batch_state::set_aside) == 0) {
        return nullptr; // does not search a long queue
    }
    for (const queued_batch& other : queue_) {
        if (other.id == id && !other.is_rejected()) {
            if (other.state_ != batch_state::set_aside) {
                return nullptr;
            }
            first = first == nullptr ? &other.failure_ : first;
        }
    }
    return first;
}

void write_queue::change_state(queued_batch& target, batch_state state) noexcept
{
    --count(target.state_);
    target.state_ = state;
    ++count(state);
}

// There must be a spare node.
write_queue::position write_queue::insert(position before, std::uint64_t id, batch&& rows)
{
    assert(!spare_.empty()); // see prepare()
    bytes_ += rows.bytes();
    rows_ += rows.rows;
    ++count(batch_state::pending);
    const auto node = spare_.begin();
    node->place_ = node;
    node->id = id;
    node->rows = std::move(rows);
    queue_.splice(before, spare_, node);
    return node;
}

batch write_queue::remove(position target)
{
    batch rows = take_rows(*target);
    rejected_batches_ -= target->is_rejected() ? 1 : 0;
    --count(target->state_);
    *target = queued_batch();
    spare_.splice(spare_.begin(), queue_, target);
    return rows;
}

} // namespace coquest::inline v0::detail
