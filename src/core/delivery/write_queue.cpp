// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/write_queue.hpp"

#include "core/batch_split.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace coquest::detail {

void write_queue::prepare()
{
    if (spare_.empty()) {
        spare_.emplace_back();
    }
}

std::uint64_t write_queue::push(batch&& rows, bool joinable)
{
    insert(queue_.end(), ++last_id_, std::move(rows))->joinable = joinable;
    return last_id_;
}

write_queue::entry& write_queue::push_front(batch&& rows, unsigned attempts,
                                            time_point first_failure)
{
    // no owner of a batch in the queue takes it for his
    const std::uint64_t id = queue_.empty() ? last_id_ : queue_.front().id - 1;
    entry& made = *insert(queue_.begin(), id, std::move(rows));
    made.attempts = attempts;
    made.first_attempt = made.first_failure = first_failure;
    return made;
}

void write_queue::gather(entry& one, std::size_t most) noexcept
{
    if (!one.joinable || one.attempts != 0) {
        return;
    }
    for (auto next = std::next(find(one)); next != queue_.end(); next = std::next(find(one))) {
        if (!next->joinable || next->attempts != 0 ||
            one.rows.bytes() + next->rows.bytes() > most) {
            return;
        }
        batch more = take(next);
        bytes_ += more.bytes();
        rows_ += more.rows;
        one.rows.append(std::move(more));
    }
}

write_queue::decision write_queue::next(time_point now)
{
    decision best;
    if (stopped()) {
        return best;
    }
    for (entry& one : queue_) {
        if (one.aside) {
            continue;
        }
        if (!one.in_flight) {
            if (one.due <= now) {
                return {action::send, now, &one};
            }
            best.todo = action::wait;
            best.until = std::min(best.until, one.due);
        }
        if (limits_.in_order) {
            break;
        }
    }
    return best;
}

void write_queue::sending(entry& one, time_point now) noexcept
{
    one.in_flight = true;
    ++in_flight_;
    if (one.attempts++ == 0) {
        one.first_attempt = now;
    }
}

batch write_queue::sent(entry& one)
{
    --in_flight_;
    return take(find(one));
}

write_queue::verdict write_queue::failed(entry& one, fault& why, time_point now,
                                         std::uint32_t random)
{
    unsent(one);
    return judge(one, why, now, random);
}

write_queue::verdict write_queue::judge(entry& one, fault& why, time_point now,
                                        std::uint32_t random)
{
    if (one.attempts == 1) {
        one.first_failure = now;
    }
    diagnostics& info = why.info;
    const bool twice = info.state == delivery::maybe_applied && one.rows.server_time;
    if (info.retryable && (limits_.retry_at_now || !twice)) {
        auto due = now + std::max(info.retry_after,
                                  backoff(one.attempts - 1, limits_.max_backoff, random));
        if (limits_.budget != nullptr && due <= one.first_failure + limits_.retry_timeout) {
            due = limits_.budget->take(due);
        }
        if (due <= one.first_failure + limits_.retry_timeout) {
            one.due = due;
            return verdict::again;
        }
    } else if (info.retryable) {
        info.message += "; the rows may be stored and have no timestamp of yours, so that sending "
                        "them again could double them: retry_at_now=off";
    }
    info.attempts = one.attempts;
    info.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - one.first_attempt);
    info.unsent_rows = rows_;
    const bool refused = info.state == delivery::rejected && why.code == errc::server_flush_error;
    return refused ? verdict::rejected : verdict::failed;
}

void write_queue::unsent(entry& one) noexcept
{
    one.in_flight = false;
    --in_flight_;
}

void write_queue::interrupted() noexcept
{
    in_flight_ = aside_ = 0;
    for (entry& one : queue_) {
        one.in_flight = one.aside = false;
    }
}

void write_queue::stop(fault&& why)
{
    if (!stopped()) {
        failure_ = std::move(why);
    }
}

void write_queue::resume() noexcept
{
    if (unsure()) {
        return;
    }
    failure_ = fault();
    for (entry& one : queue_) {
        if (!one.in_flight) {
            one.attempts = 0;
            one.due = time_point::min();
        }
    }
}

void write_queue::set_aside(entry& one, fault&& why)
{
    aside_ += one.aside ? 0 : 1;
    one.aside = true;
    one.failure = std::move(why);
}

bool write_queue::split(entry& one, std::optional<std::size_t> row)
{
    const std::size_t rows = one.rows.rows;
    if (rows < 2) {
        return false;
    }
    const bool known = row && *row < rows;
    const std::size_t cuts[] = {known ? *row + 1 : rows / 2, known ? *row : 0};
    for (const std::size_t cut : cuts) { // from the back, which leaves the front in its place
        if (cut != 0 && cut < one.rows.rows) {
            batch rest = split_batch(one.rows, cut);
            bytes_ -= rest.bytes();
            rows_ -= rest.rows;
            insert(std::next(find(one)), one.id, std::move(rest));
        }
    }
    one.attempts = 0;
    return true;
}

batch write_queue::lend(entry& one) noexcept
{
    bytes_ -= one.rows.bytes();
    rows_ -= one.rows.rows;
    batch rows = std::move(one.rows);
    one.rows.rows = 0;
    return rows;
}

void write_queue::give_back(entry& one, batch&& rows) noexcept
{
    bytes_ += rows.bytes();
    rows_ += rows.rows;
    one.rows = std::move(rows);
}

batch write_queue::let_go(entry& one)
{
    return take(find(one));
}

batch write_queue::withdraw(std::uint64_t id)
{
    batch out;
    for (auto at = queue_.begin(); at != queue_.end() && at->id <= id;) {
        const auto one = at++;
        if (one->id == id && !one->in_flight) {
            out.append(take(one));
        }
    }
    return out;
}

batch write_queue::withdraw_all()
{
    batch all;
    for (auto at = queue_.begin(); at != queue_.end();) {
        const auto one = at++;
        if (!one->in_flight && !one->aside) {
            all.append(take(one));
        }
    }
    resume();
    return all;
}

bool write_queue::unsure() const noexcept
{
    return std::ranges::any_of(queue_, [](const entry& one) { return one.unsure && !one.aside; });
}

const fault* write_queue::given_up(std::uint64_t id) const noexcept
{
    const fault* first = nullptr;
    if (aside_ == 0) {
        return nullptr; // without a look at each of many
    }
    for (const entry& one : queue_) {
        if (one.id == id) {
            if (!one.aside) {
                return nullptr;
            }
            first = first == nullptr ? &one.failure : first;
        }
    }
    return first;
}

write_queue::place write_queue::insert(place before, std::uint64_t id, batch&& rows)
{
    prepare();
    bytes_ += rows.bytes();
    rows_ += rows.rows;
    const auto made = spare_.begin();
    made->id = id;
    made->rows = std::move(rows);
    queue_.splice(before, spare_, made);
    return made;
}

batch write_queue::take(place at)
{
    batch rows = lend(*at);
    aside_ -= at->aside ? 1 : 0;
    *at = entry();
    spare_.splice(spare_.begin(), queue_, at);
    return rows;
}

write_queue::place write_queue::find(const entry& one)
{
    return std::find_if(queue_.begin(), queue_.end(),
                        [&one](const entry& other) { return &other == &one; });
}

} // namespace coquest::detail
