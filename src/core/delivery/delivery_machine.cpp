// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/delivery/delivery_machine.hpp"

#include <coquest/detail/buffer_access.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

// Memory that stays for new rows, if they are less than two batches. That of a backlog is freed.
constexpr std::size_t min_spare = std::size_t{4} * 1024 * 1024;
constexpr std::size_t max_joined_bytes = std::size_t{1024} * 1024; // of one write over TCP

delivery_machine::effects work(bool is_there = true)
{
    delivery_machine::effects result;
    result.has_work = is_there;
    return result;
}

// The rows of a connection that is lost must return even if no memory is left.
write_queue::limits queue_limits(const delivery_machine::settings& configured)
{
    write_queue::limits result = configured.queue;
    result.losses = configured.is_acknowledged ? 0 : configured.connections;
    return result;
}

} // namespace

delivery_machine::delivery_machine(const settings& configured, buffer&& rows,
                                   delivery_observer& observer)
    : settings_(configured), observer_(observer), batcher_(configured.batching),
      rows_(std::move(rows)), queue_(queue_limits(configured)), sending_(configured.connections),
      sent_(configured.connections, configured.max_bytes, configured.confirmed_after)
{
}

batcher::action delivery_machine::row_committed()
{
    const batcher::action next = batcher_.row_committed(rows_.row_count(), rows_.size());
    if (next == batcher::action::seal) {
        seal();
    }
    return next;
}

void delivery_machine::seal()
{
    batcher_.sealed();
    if (rows_.empty()) {
        return;
    }
    queue_.prepare(); // rows that were taken must not get lost
    observer_.committed(rows_.row_count(), rows_.size());
    max_spare_ = std::max(min_spare, 2 * rows_.size());
    const bool waits = queue_.batches() > sending_.size();
    queue_.push(waits ? buffer_access::take_to_wait(rows_) : buffer_access::take(rows_), true);
    segment_chain spare;
    sent_.evict(room_for_sent_rows(), spare);
    recycle(rows_, std::move(spare));
    observer_.changed(queue_);
}

status delivery_machine::take_pending_error(effects& out)
{
    if (is_closed_) {
        return {errc::closed, "the sender is closed"};
    }
    if (!queue_.is_stopped()) {
        return stops_.has_unreported_rejection() ? report_rejection() : status();
    }
    if (!queue_.has_unconfirmed() && stops_.is_transient()) {
        out = resume();
        return stops_.report_stop_once();
    }
    return stops_.failure();
}

delivery_machine::effects delivery_machine::resume()
{
    effects result;
    if (!queue_.is_stopped() || queue_.has_unconfirmed()) {
        return result;
    }
    sent_.forget_losses();
    // QuestDB remembers for each connection what a table was like when it was last used. Only a new
    // connection sees that the table was repaired since then.
    result.renew = queue_.failure().info().state == delivery::rejected;
    result.has_work = true;
    queue_.resume();
    observer_.resumed(queue_);
    return result;
}

status delivery_machine::report_rejection()
{
    return stops_.report_rejection(queue_.rejected_rows(), unacknowledged_rows());
}

delivery_machine::decision delivery_machine::next(std::size_t id, time_point now,
                                                  std::size_t max_bytes)
{
    if (is_ended_) {
        return {.kind = action::end};
    }
    auto next = queue_.next(now);
    // Rows gather while every connection has a batch of its own, even one that waits for a retry.
    if (next.kind != write_queue::action::send && batcher_.is_due(now) && !queue_.is_stopped() &&
        queue_.active() < sending_.size()) {
        seal();
        next = queue_.next(now);
    }
    if (next.kind != write_queue::action::send) {
        return {.kind = action::wait,
                .until = queue_.is_stopped() ? time_point::max()
                                             : std::min(next.until, batcher_.deadline(now))};
    }
    queued_batch& target = *next.to_send;
    if (!settings_.is_acknowledged) {
        sent_.prepare(id);
        queue_.join_followers(target, max_joined_bytes);
    }
    if (target.rows.bytes() > max_bytes) {
        queue_.cut_to_size(target, max_bytes); // the server would reject a larger one
    }
    queue_.begin_attempt(target, now);
    sending_[id] = &target;
    observer_.sending(target);
    observer_.changed(queue_);
    return {.kind = action::send, .until = now, .to_send = &target};
}

delivery_machine::effects delivery_machine::finished(std::size_t id, status&& result,
                                                     time_point now, std::uint32_t random,
                                                     std::size_t max_bytes)
{
    queued_batch& target = *std::exchange(sending_[id], nullptr);
    batcher_.limit_bytes(max_bytes);
    if (result.ok()) {
        acknowledge(id, target, now);
        return {};
    }
    const bool is_unconfirmed = result.info().state == delivery::unconfirmed;
    // has_unconfirmed() drops the rows that count as stored
    if (!settings_.is_acknowledged && (has_unconfirmed(id, now) || is_unconfirmed)) {
        queue_.abort_attempt(target);
        lose(id, std::move(result), now, random, &target, is_unconfirmed);
        return work(sending_.size() > 1);
    }
    return fail(target, std::move(result), now, random, max_bytes);
}

void delivery_machine::acknowledge(std::size_t id, queued_batch& sent, time_point now)
{
    buffer* const owner = owner_of(sent);
    observer_.acknowledged(sent, now);
    batch rows = queue_.acknowledge(sent);
    segment_chain spare;
    if (settings_.is_acknowledged) {
        spare = std::move(rows.chain);
    } else {
        sent_.add(id, std::move(rows), now, room_for_sent_rows(), spare);
    }
    recycle(owner == nullptr ? rows_ : *owner, std::move(spare));
}

delivery_machine::effects delivery_machine::fail(queued_batch& failed, status&& failure,
                                                 time_point now, std::uint32_t random,
                                                 std::size_t max_bytes)
{
    using outcome = write_queue::outcome;
    observer_.failed(failure);
    switch (queue_.fail_attempt(failed, failure, now, random)) {
    case outcome::retry: observer_.retrying(failed, failure, now); return {};
    case outcome::too_large:
        if (queue_.cut_to_size(failed, max_bytes)) {
            return {};
        }
        break;
    case outcome::rejected: return reject(failed, std::move(failure));
    case outcome::failed: break;
    }
    return fail_for_good(failed, std::move(failure));
}

// Splits a rejected batch, or asks the rejection handler about the sender's own rows.
delivery_machine::effects delivery_machine::reject(queued_batch& failed, status&& failure)
{
    observer_.rejected(failed, failure);
    // The server counts the lines of a request from 1. Each row is one line.
    std::optional<std::size_t> row;
    if (failure.info().server_line != 0 && failure.info().server_line <= failed.rows.rows) {
        row = failure.info().server_line - 1;
    }
    if (settings_.split_rejected && queue_.split(failed, row)) {
        return work();
    }
    if (!settings_.has_rejection_handler || owner_of(failed) != nullptr) {
        return fail_for_good(failed, std::move(failure));
    }
    effects result;
    result.ask = {&failed, std::move(failure), row};
    return result;
}

batch delivery_machine::lend(question& asked) noexcept
{
    asked.rows = asked.target->rows.rows;
    return queue_.lend_rows(*asked.target);
}

delivery_machine::effects delivery_machine::answer(question&& asked, rejection chosen, batch&& rows)
{
    queued_batch& target = *asked.target;
    if (asked.rows > rows.rows) {
        observer_.handler_removed(asked.rows - rows.rows);
    } else if (asked.rows < rows.rows) {
        observer_.handler_added(rows.rows - asked.rows);
    }
    queue_.return_rows(target, std::move(rows));
    if (chosen == rejection::drop || target.rows.rows == 0) {
        const batch dropped = queue_.drop(target);
        observer_.handler_removed(dropped.rows);
        return work();
    }
    if (chosen == rejection::split && queue_.split(target, asked.row)) {
        return work();
    }
    return fail_for_good(target, std::move(asked.failure));
}

// Sets a batch aside for its owner. Rejected rows of the sender itself are set aside if
// split_rejected is on. Every other failure stops the queue until the next call.
delivery_machine::effects delivery_machine::fail_for_good(queued_batch& failed, status&& failure)
{
    if (owner_of(failed) != nullptr) {
        queue_.set_aside(failed, std::move(failure));
        return work(sending_.size() > 1);
    }
    if (settings_.split_rejected && failure.info().state == delivery::rejected) {
        queue_.set_aside_rejected(failed);
        stops_.record_rejection(std::move(failure));
        return work();
    }
    if (failure.info().state == delivery::unconfirmed && failed.rows.server_time &&
        !settings_.queue.retry_at_now) {
        queue_.mark_unconfirmed(failed); // not even a later call sends them again
    }
    stop(std::move(failure));
    return {};
}

delivery_machine::effects delivery_machine::lost(std::size_t id, status&& failure, time_point now,
                                                 std::uint32_t random)
{
    if (!has_unconfirmed(id, now)) {
        return {}; // the next attempt simply connects again
    }
    lose(id, std::move(failure), now, random);
    return work();
}

// A connection is lost, and perhaps the rows that were sent on it; also those of the batch
// `current` if it is unconfirmed. They become the first batch of the queue: with
// resend_unconfirmed, they are sent again; without it, they are handed back.
void delivery_machine::lose(std::size_t id, status&& failure, time_point now, std::uint32_t random,
                            queued_batch* current, bool is_current_unconfirmed)
{
    sent_rows::loss lost = sent_.take(id, now);
    const std::size_t rows = lost.rows.rows + (is_current_unconfirmed ? current->rows.rows : 0);
    queued_batch* first = is_current_unconfirmed ? current : nullptr;
    if (lost.rows.rows != 0) {
        observer_.committed(lost.rows.rows, lost.rows.bytes());
        first = &queue_.push_front(std::move(lost.rows), lost.count, lost.first);
        if (current != nullptr) {
            current->attempts = 0; // it waits behind them
        }
    }
    if (is_current_unconfirmed) {
        first->rows.server_time = first->rows.server_time || current->rows.server_time;
    }
    if (first != nullptr && !settings_.resend_unconfirmed) {
        queue_.mark_unconfirmed(*first);
    }
    explain_loss(failure.amend(), rows, lost.evicted); // may run out of memory
    observer_.failed(failure);
    if (first == nullptr) {
        stop(std::move(failure));
    } else if (queue_.decide_outcome(*first, failure, now, random) == write_queue::outcome::retry) {
        observer_.retrying(*first, failure, now);
    } else {
        fail_for_good(*first, std::move(failure));
    }
}

// Says that `lost` rows and `evicted` rows may not be stored.
void delivery_machine::explain_loss(diagnostics& info, std::size_t lost, std::size_t evicted) const
{
    info.unconfirmed_rows = lost + evicted;
    info.state = delivery::unconfirmed;
    info.retryable = settings_.resend_unconfirmed && evicted == 0;
    info.message += "; " + std::to_string(info.unconfirmed_rows) +
                    " rows that were sent may not be stored (QuestDB closes the connection at a "
                    "row that it can't take: see its log)";
    if (evicted != 0) {
        info.message +=
            ", of which " + std::to_string(evicted) + " are no longer kept (max_buf_size)";
    }
    if (!settings_.resend_unconfirmed) {
        info.message +=
            ": take_unacknowledged() hands them back, tcp_resend=on would send them again";
    }
}

void delivery_machine::stop(status&& failure)
{
    stops_.record_stop(status(failure));
    queue_.stop(std::move(failure));
    observer_.stopped(queue_);
}

void delivery_machine::out_of_memory(std::size_t id) noexcept
{
    if (queued_batch* const sending = std::exchange(sending_[id], nullptr)) {
        queue_.abort_attempt(*sending);
    }
    stops_.record_stop(status::out_of_memory());
    queue_.stop(status::out_of_memory());
}

bool delivery_machine::has_unconfirmed(std::size_t id, time_point now) noexcept
{
    segment_chain spare;
    const bool result = sent_.has_unconfirmed(id, now, room_for_sent_rows(), spare);
    recycle(rows_, std::move(spare));
    return result;
}

void delivery_machine::abandon() noexcept
{
    end();
    is_abandoned_ = true;
    if (!rows_.empty()) {
        observer_.committed(rows_.row_count(), rows_.size());
    }
    if (unacknowledged_rows() != 0) {
        observer_.dropped(unacknowledged_rows(), unacknowledged_bytes());
    }
}

void delivery_machine::disconnect() noexcept
{
    end();
    std::ranges::fill(sending_, nullptr);
    queue_.abort_all();
}

// Returns memory to the buffer that it came from.
void delivery_machine::recycle(buffer& owner, segment_chain&& spare) noexcept
{
    if (&owner == &rows_) {
        buffer_access::recycle(owner, std::move(spare), max_spare_);
    } else {
        buffer_access::recycle(owner, std::move(spare));
    }
}

// Returns the buffer that owns the rows, or null for the sender's own.
buffer* delivery_machine::owner_of(const queued_batch& queued) const noexcept
{
    const auto found = std::ranges::find(owned_, queued.id, &owned_batch::batch);
    return found == owned_.end() ? nullptr : found->owner;
}

std::size_t delivery_machine::room_for_sent_rows() const noexcept
{
    return settings_.max_bytes - std::min(settings_.max_bytes, unacknowledged_bytes());
}

} // namespace coquest::inline v0::detail
