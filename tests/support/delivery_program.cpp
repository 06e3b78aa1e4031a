// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/delivery_program.hpp"

#include "support/delivery_results.hpp"

#include <coquest/detail/buffer_access.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace coquest::test {

using namespace std::chrono_literals;
using detail::batcher;
using detail::buffer_access;
using detail::status;

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

} // namespace

detail::delivery_machine::settings delivery_program::choose_settings(choices& choose)
{
    machine_type::settings result;
    result.number = 1;
    result.connections = 1 + choose.below(4);
    result.is_acknowledged = choose.below(2) == 0;
    result.resend_unconfirmed = choose.below(2) == 0;
    result.confirmed_after = choose.pick(std::array{100ms, 1000ms});
    result.split_rejected = choose.below(2) == 0;
    result.has_rejection_handler = choose.below(2) == 0;
    result.max_bytes = choose.pick(std::array<std::size_t, 3>{3000, 10'000, 1'000'000});
    result.batching.enabled = choose.below(4) != 0;
    result.batching.rows = choose.pick(std::array<std::size_t, 3>{0, 3, 10});
    result.batching.bytes = choose.pick(std::array<std::size_t, 3>{0, 100, 1000});
    result.batching.interval = choose.pick(
        std::array<std::optional<std::chrono::milliseconds>, 3>{std::nullopt, 0ms, 50ms});
    result.queue.retry_timeout = choose.pick(std::array{0ms, 100ms, 1000ms});
    result.queue.max_backoff = 100ms;
    result.queue.in_order = result.connections == 1;
    result.queue.retry_at_now = choose.below(2) == 0;
    return result;
}

delivery_program::delivery_program(choices& choose)
    : choose_(choose), settings_(choose_settings(choose)),
      machine_(settings_, buffer(protocol_version::v1, {.segment_size = 1024}), *this),
      connections_(settings_.connections), server_takes_(no_limit)
{
    for (owner& each : owners_) {
        each.rows = buffer(protocol_version::v1, {.segment_size = 1024});
    }
}

void delivery_program::run()
{
    while (!choose_.done() && !is_abandoned_) {
        step();
        ++events_;
        check();
    }
    if (!is_abandoned_) {
        deliver_everything();
        check();
    }
}

void delivery_program::step()
{
    const std::size_t id = choose_.below(connections_.size());
    const std::uint64_t event = choose_.below(64);
    if (event < 12) {
        commit();
    } else if (event < 18) {
        request();
    } else if (event < 24) {
        flush(choose_.below(owners_.size()));
    } else if (event < 40) {
        if (connections_[id].is_sending) {
            finish(id);
        } else {
            run_connection(id);
        }
    } else if (event < 48) {
        settle();
    } else if (event < 54) {
        if (!waits_.empty()) {
            look(choose_.below(waits_.size()), choose_.below(8) == 7);
        }
    } else if (event < 59) {
        pass_time(choose_.pick(std::array{1ms, 10ms, 60ms, 500ms}));
    } else if (event < 61) {
        if (!connections_[id].is_sending && !is_disconnected_) {
            lose(id);
        }
    } else if (event == 61) {
        run_out_of_memory(id);
    } else if (event == 62) {
        take();
    } else if (choose_.below(16) == 15) {
        end();
    }
}

// What a call that adds rows does.
void delivery_program::commit()
{
    if (machine_.has_pending_error()) {
        machine_type::effects wanted;
        const status failure = machine_.take_pending_error(wanted);
        apply(wanted);
        if (!failure.ok()) {
            return;
        }
        expect(!machine_.queue().is_stopped(), "a call is let through while it is stopped");
    }
    const std::size_t rows = 1 + choose_.below(4);
    for (std::size_t added = 0; added != rows; ++added) {
        add_row(machine_.rows(), place::gathering, -1);
        if (machine_.needs_look()) {
            look_at_batch();
        }
    }
}

void delivery_program::look_at_batch()
{
    switch (machine_.row_committed()) {
    case batcher::action::nothing:
    case batcher::action::pause: break;
    case batcher::action::seal:
    case batcher::action::seal_if_idle: wake_one(); break;
    case batcher::action::start_interval: set_timer(machine_.start_interval(now_)); break;
    }
}

void delivery_program::request()
{
    if (!machine_.is_closed()) {
        waits_.push_back({.held = machine_.request_all(), .order = last_order_});
        apply(machine_.resume());
        wake_all();
    }
}

void delivery_program::flush(std::size_t owner_number)
{
    owner& flushed = owners_[owner_number];
    if (flushed.is_waiting || machine_.is_closed()) {
        return;
    }
    const int number = static_cast<int>(owner_number);
    wait started;
    started.owner = number;
    if (const auto earlier = machine_.rejoin(flushed.rows)) {
        expect(flushed.was_left, "a buffer waits for rows that it did not leave");
        started.held = *earlier;
    } else {
        while (flushed.rows.empty() || choose_.below(2) == 1) {
            add_row(flushed.rows, place::caller, number);
        }
        handed_over_ = numbers_in(flushed.rows);
        started.held = machine_.hand_over(flushed.rows);
        expect(flushed.rows.empty(), "a buffer kept rows");
    }
    flushed.is_waiting = true;
    waits_.push_back(started);
    apply(machine_.resume());
    wake_all();
}

void delivery_program::run_connection(std::size_t id)
{
    connection& chosen = connections_[id];
    chosen.is_awake = false;
    current_ = id;
    const auto next = machine_.next(id, now_, server_takes_);
    current_.reset();
    switch (next.kind) {
    case machine_type::action::wait: set_timer(next.until); return;
    case machine_type::action::end: expect(machine_.is_ended(), "a connection ends"); return;
    case machine_type::action::send: break;
    }
    expect(chosen.is_sending && machine_.is_sending(id), "an attempt begins silently");
    expect(!is_stopped_, "a batch is sent while the machine is stopped");
    expect(next.to_send->rows.bytes() <= server_takes_ || next.to_send->rows.rows == 1,
           "a batch is larger than the server takes");
    if (connections_.size() > 1) {
        wake_one();
    }
}

status delivery_program::choose_result(std::size_t id)
{
    if (machine_.is_ended()) {
        return failure_of(errc::cancelled, delivery::unconfirmed, false);
    }
    const std::size_t rows = connections_[id].in_flight.size();
    const std::uint64_t result = choose_.below(16);
    if (!settings_.is_acknowledged && result >= 13) {
        return result == 15 ? unconfirmed() : not_sent();
    }
    switch (result) {
    case 8: return not_sent();
    case 9: return unconfirmed();
    case 10:
        return settings_.is_acknowledged ? unavailable(choose_.pick(std::array{1ms, 300ms}))
                                         : not_sent();
    case 11: return settings_.is_acknowledged ? internal_error(choose_.below(rows + 2)) : status();
    case 12: return wrong_password();
    case 13: return test::rejected(0);
    case 14: return test::rejected(1 + choose_.below(rows + 1));
    case 15: server_takes_ = 20 + choose_.below(200); return too_large();
    default: return {};
    }
}

void delivery_program::finish(std::size_t id, bool must_succeed)
{
    connection& chosen = connections_[id];
    status result = must_succeed ? status() : choose_result(id);
    const bool has_failed = !result.ok();
    const bool is_unconfirmed = result.info().state == delivery::unconfirmed;
    if (has_failed) {
        for (const std::size_t number : chosen.in_flight) {
            move(number, place::held);
            rows_[number].may_be_sent =
                settings_.is_acknowledged || !is_unconfirmed || settings_.resend_unconfirmed;
        }
    }
    current_ = id;
    is_losing_ = has_failed && !settings_.is_acknowledged;
    is_breaking_off_ = is_losing_ && is_unconfirmed;
    has_reported_loss_ = false;
    chosen.is_sending = false;
    auto wanted =
        machine_.finished(id, std::move(result), now_,
                          static_cast<std::uint32_t>(choose_.below(3) << 30U), server_takes_);
    if (is_losing_) {
        after_loss(id, has_reported_loss_);
    }
    chosen.in_flight.clear();
    current_.reset();
    is_losing_ = false;
    chosen.is_awake = true;
    if (wanted.ask) {
        ask(std::move(*wanted.ask));
    } else {
        apply(wanted);
    }
}

// The rejection handler: it may remove rows from the end, add some, or move all of them out.
void delivery_program::ask(machine_type::question&& asked)
{
    expect(settings_.has_rejection_handler, "a handler is asked that there is not");
    detail::batch lent = machine_.lend(asked);
    std::vector<std::size_t> shown = numbers_in(lent);
    for (const std::size_t number : shown) {
        expect(rows_[number].where == place::held, "rows are lent that are not held");
        move(number, place::lent);
    }
    expect(machine_.queue().in_flight() ==
               1 + static_cast<std::size_t>(std::ranges::count_if(
                       connections_, [](const connection& each) { return each.is_sending; })),
           "a batch that is lent is not in flight");
    buffer left(protocol_version::v1, {.segment_size = 1024});
    const int owner_number = rows_[shown.front()].owner;
    const std::uint64_t order = rows_[shown.back()].order;
    if (choose_.below(4) != 0) {
        buffer_access::put_back(left, std::move(lent));
    } else {
        for (const std::size_t number : shown) {
            move(number, place::gone);
        }
        shown.clear();
    }
    for (std::uint64_t added = choose_.below(3); added != 0; --added) {
        const std::size_t number = add_row(left, place::lent, owner_number);
        rows_[number].order = order;
        shown.push_back(number);
    }
    const auto decision =
        choose_.pick(std::array{rejection::keep, rejection::drop, rejection::split});
    for (const std::size_t number : shown) {
        move(number, decision == rejection::drop ? place::gone : place::held);
    }
    apply(machine_.answer(std::move(asked), decision, buffer_access::take(left)));
}

void delivery_program::lose(std::size_t id)
{
    current_ = id;
    is_losing_ = true;
    is_breaking_off_ = false;
    has_reported_loss_ = false;
    apply(machine_.lost(id, not_sent(), now_, 0));
    after_loss(id, has_reported_loss_);
    is_losing_ = false;
    current_.reset();
}

// Rows that count as stored are no longer in the window of a connection that is lost.
void delivery_program::after_loss(std::size_t id, bool has_reported)
{
    auto& window = connections_[id].delivered;
    if (!has_reported) {
        expect(settings_.is_acknowledged || window.empty() ||
                   window.back().second + settings_.confirmed_after <= now_,
               "unconfirmed rows are lost silently");
    }
    window.clear();
}

void delivery_program::run_out_of_memory(std::size_t id)
{
    for (const std::size_t number : connections_[id].in_flight) {
        move(number, place::held);
    }
    connections_[id].in_flight.clear();
    connections_[id].is_sending = false;
    connections_[id].is_awake = true;
    machine_.out_of_memory(id);
    is_stopped_ = true;
}

void delivery_program::look(std::size_t wait_number, bool is_cancelled)
{
    const wait looked = waits_[wait_number];
    status failure;
    const auto found = machine_.look(looked.held, failure);
    if (found == machine_type::progress::pending && !is_cancelled) {
        expect(!looked.must_fail && !machine_.is_ended() && !machine_.queue().is_stopped(),
               "a wait goes on that has failed");
        return;
    }
    if (found == machine_type::progress::delivered) {
        expect(!looked.must_fail, "a wait succeeds whose rows were taken");
        std::size_t left = 0;
        for (const row& each : rows_) {
            const bool is_awaited = looked.owner >= 0
                                        ? each.owner == looked.owner && each.where != place::caller
                                        : each.order <= looked.order;
            left += is_awaited && (each.where == place::held || each.where == place::in_flight ||
                                   (each.where == place::gathering && looked.owner < 0))
                        ? 1
                        : 0;
        }
        expect(left <= (looked.owner < 0
                            ? machine_.queue().rejected_rows()
                            : rejected_rows_of(owners_[static_cast<std::size_t>(looked.owner)])),
               "a wait succeeds with rows that are not delivered");
    } else if (found == machine_type::progress::failed) {
        expect(!failure.ok() && !failure.info().message.empty(), "a wait fails without a reason");
    }
    waits_.erase(waits_.begin() + static_cast<std::ptrdiff_t>(wait_number));
    if (looked.owner >= 0) {
        release(looked, found != machine_type::progress::delivered);
    }
}

void delivery_program::release(const wait& ended, bool has_failed)
{
    owner& released = owners_[static_cast<std::size_t>(ended.owner)];
    const std::size_t before = released.rows.row_count();
    const std::size_t in_flight = machine_.release(ended.held, released.rows, has_failed);
    released.is_waiting = false;
    released.was_left = in_flight != 0;
    released.may_leave_rejected = released.may_leave_rejected || released.was_left;
    const auto numbers = numbers_in(released.rows);
    expect(has_failed || numbers.size() == before, "rows return from a flush that succeeded");
    for (const std::size_t number : numbers) {
        row& returned = rows_[number];
        expect(returned.owner == ended.owner, "a buffer gets rows of another");
        expect(returned.where == place::held || returned.where == place::caller || is_abandoned_,
               "a buffer gets rows that are elsewhere");
        move(number, place::caller);
        returned.may_be_sent = true;
    }
    std::size_t left = 0;
    std::size_t flying = 0;
    for (const row& each : rows_) {
        if (each.owner == ended.owner) {
            left += each.where == place::held ? 1 : 0;
            flying += each.where == place::in_flight ? 1 : 0;
        }
    }
    expect(!has_failed || left <= rejected_rows_of(released), "rows do not return to their buffer");
    expect(!has_failed || flying == in_flight || is_abandoned_,
           "a buffer is told a wrong number of rows in flight");
    if (has_failed) {
        wake_all();
    }
}

} // namespace coquest::test
