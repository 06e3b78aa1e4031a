// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The rows of a delivery_program: where each of them is, what the machine reports of them, and how
// a program ends.

#include "support/delivery_program.hpp"

#include <coquest/detail/buffer_access.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace coquest::test {

using namespace std::chrono_literals;
using detail::buffer_access;
using detail::status;

std::size_t delivery_program::add_row(buffer& rows, place where, int owner_number)
{
    const std::size_t number = rows_.size();
    const std::size_t before = rows.size();
    auto& open = rows.table("t").symbol("n", std::to_string(number));
    if (choose_.below(4) == 0) {
        open.column_str("pad", std::string(choose_.below(300), 'x'));
    }
    if (choose_.below(2) == 0) {
        open.at(timestamp_micros(1));
    } else {
        open.at_now();
    }
    rows_.push_back({where, owner_number, true, rows.size() - before, ++last_order_});
    ++counts_[static_cast<std::size_t>(where)];
    return number;
}

void delivery_program::move(std::size_t number, place where)
{
    row& moved = rows_[number];
    const auto is_queued = [](place at) { return at == place::held || at == place::in_flight; };
    queued_bytes_ -= is_queued(moved.where) ? moved.bytes : 0;
    queued_bytes_ += is_queued(where) ? moved.bytes : 0;
    --counts_[static_cast<std::size_t>(moved.where)];
    ++counts_[static_cast<std::size_t>(where)];
    moved.where = where;
}

std::vector<std::size_t> delivery_program::numbers_in(const detail::batch& rows) const
{
    std::vector<std::size_t> numbers;
    numbers.reserve(rows.rows);
    std::size_t bytes = 0;
    for (const detail::segment* part = rows.chain.front(); part != nullptr; part = part->next) {
        std::string_view text(part->data(), part->size);
        bytes += text.size();
        while (!text.empty()) {
            constexpr std::string_view begin = "t,n=";
            std::size_t number = rows_.size();
            if (text.starts_with(begin)) {
                std::from_chars(text.data() + begin.size(), text.data() + text.size(), number);
            }
            const std::size_t end = text.find('\n');
            expect(number < rows_.size() && end + 1 == rows_[number].bytes, "a row is damaged");
            if (wrong_ != nullptr) {
                return numbers;
            }
            numbers.push_back(number);
            text.remove_prefix(end + 1);
        }
    }
    expect(numbers.size() == rows.rows && bytes == rows.bytes(), "a batch counts its rows wrong");
    return numbers;
}

std::vector<std::size_t> delivery_program::numbers_in(const buffer& rows) const
{
    return numbers_in(buffer_access::copy(rows));
}

void delivery_program::committed(std::size_t rows, std::size_t bytes) noexcept
{
    committed_rows_ += rows;
    std::size_t moved = 0;
    std::size_t moved_bytes = 0;
    const auto hold = [&](std::size_t number) {
        move(number, place::held);
        ++moved;
        moved_bytes += rows_[number].bytes;
    };
    if (is_losing_) { // the last rows of the window return
        auto& window = connections_[*current_].delivered;
        expect(rows <= window.size(), "more rows return than were sent");
        expect(!window.empty() && window.back().second + settings_.confirmed_after > now_,
               "rows return that count as stored");
        for (std::size_t i = window.size() - std::min(rows, window.size()); i != window.size();
             ++i) {
            const std::size_t number = window[i].first;
            expect(rows_[number].where == place::acknowledged, "a row returns that is elsewhere");
            hold(number);
            rows_[number].may_be_sent = settings_.resend_unconfirmed;
            rows_[number].owner = -1;
        }
        last_acknowledged_ = 0;
    } else {
        // first the rows that have gathered, then those of the buffer that is handed over
        if (count(place::gathering) == 0) {
            for (const std::size_t number : handed_over_) {
                rows_[number].order = ++last_order_;
                hold(number);
            }
        }
        for (std::size_t number = 0; count(place::gathering) != 0; ++number) {
            if (rows_[number].where == place::gathering) {
                hold(number);
            }
        }
    }
    expect(moved == rows && moved_bytes == bytes, "a wrong number of rows is committed");
}

void delivery_program::sending(const detail::queued_batch& queued) noexcept
{
    connection& chosen = connections_[*current_];
    expect(!chosen.is_sending, "a connection sends two batches");
    chosen.is_sending = true;
    chosen.in_flight = numbers_in(queued.rows);
    expect(!chosen.in_flight.empty(), "a batch without rows is sent");
    for (const std::size_t number : chosen.in_flight) {
        expect(rows_[number].where == place::held, "a row is sent that is elsewhere");
        expect(rows_[number].may_be_sent, "an unconfirmed row is sent again");
        move(number, place::in_flight);
    }
}

void delivery_program::acknowledged(const detail::queued_batch& queued, time_point) noexcept
{
    acknowledged_rows_ += queued.rows.rows;
    connection& chosen = connections_[*current_];
    expect(numbers_in(queued.rows) == chosen.in_flight, "other rows are acknowledged than sent");
    for (const std::size_t number : chosen.in_flight) {
        move(number, place::acknowledged);
        if (!settings_.is_acknowledged) {
            chosen.delivered.emplace_back(number, now_);
        }
        if (connections_.size() == 1) {
            expect(rows_[number].order >= last_acknowledged_, "rows are delivered out of order");
            last_acknowledged_ = rows_[number].order;
        }
    }
}

void delivery_program::failed(const status& failure) noexcept
{
    if (!is_losing_ || failure.info().unconfirmed_rows == 0) {
        return;
    }
    has_reported_loss_ = true;
    const connection& chosen = connections_[*current_];
    std::size_t unconfirmed = is_breaking_off_ ? chosen.in_flight.size() : 0;
    for (const auto& [number, sent] : chosen.delivered) {
        unconfirmed += sent + settings_.confirmed_after > now_ ? 1 : 0;
    }
    expect(failure.info().unconfirmed_rows >= unconfirmed, "unconfirmed rows are not counted");
}

void delivery_program::retrying(const detail::queued_batch& queued, const status&,
                                time_point now) noexcept
{
    expect(queued.due >= now && queued.due <= now + settings_.queue.retry_timeout,
           "a retry begins too late");
}

void delivery_program::rejected(const detail::queued_batch& queued, const status& failure) noexcept
{
    expect(queued.state() == detail::batch_state::pending, "a rejected batch is not in the queue");
    expect(failure.info().state == delivery::rejected, "another failure rejects rows");
}

void delivery_program::dropped(std::size_t rows, std::size_t bytes) noexcept
{
    dropped_rows_ += rows;
    expect(rows == queued_rows() && bytes == queued_bytes_, "a wrong number of rows is dropped");
}

void delivery_program::stopped(const detail::write_queue& queue) noexcept
{
    expect(queue.is_stopped(), "a stop is reported that was none");
    is_stopped_ = true;
}

void delivery_program::resumed(const detail::write_queue& queue) noexcept
{
    expect(is_stopped_ && !queue.is_stopped(), "a machine resumes that was not stopped");
    is_stopped_ = false;
}

void delivery_program::take()
{
    buffer taken(protocol_version::v1, {.segment_size = 1024});
    apply(machine_.take_unacknowledged(taken));
    std::uint64_t last = 0;
    std::uint64_t first = last_order_ + 1;
    std::array<bool, 3> lost_rows{};
    for (const std::size_t number : numbers_in(taken)) {
        row& each = rows_[number];
        expect(each.where == place::held, "rows are taken that are elsewhere");
        expect(!settings_.is_acknowledged || each.order >= last, "rows are taken out of order");
        last = each.order;
        first = std::min(first, each.order);
        if (each.owner >= 0) {
            lost_rows[static_cast<std::size_t>(each.owner)] = true;
        }
        move(number, place::gone);
    }
    for (wait& each : waits_) {
        each.must_fail =
            each.must_fail || (each.owner >= 0 ? lost_rows[static_cast<std::size_t>(each.owner)]
                                               : first <= each.order);
    }
    for (const row& each : rows_) {
        expect(each.where != place::gathering, "a row was not taken");
        expect(each.where != place::held ||
                   (each.owner >= 0 && owners_[static_cast<std::size_t>(each.owner)].is_waiting),
               "a row was not taken");
    }
    expect(!machine_.queue().is_stopped() && !machine_.stops().has_unreported_rejection(),
           "the machine has something to report after its rows were taken");
}

void delivery_program::pass_time(std::chrono::milliseconds time)
{
    now_ += time;
    if (timer_ <= now_) {
        timer_ = time_point::max();
        wake_all();
    }
}

void delivery_program::apply(const machine_type::effects& wanted)
{
    expect(!wanted.ask, "a handler is asked without an attempt");
    if (wanted.has_work) {
        wake_all();
    }
}

void delivery_program::wake_one()
{
    const auto idle = std::ranges::find_if(
        connections_, [](const connection& each) { return !each.is_sending && !each.is_awake; });
    if (idle != connections_.end()) {
        idle->is_awake = true;
    }
}

void delivery_program::wake_all()
{
    for (connection& each : connections_) {
        each.is_awake = true;
    }
}

void delivery_program::set_timer(time_point when)
{
    timer_ = std::min(timer_, when);
}

// Runs the connections that are awake until all of them send or wait. Nobody may have been
// forgotten then.
void delivery_program::settle()
{
    for (bool has_run = true; has_run;) {
        has_run = false;
        for (std::size_t id = 0; id != connections_.size(); ++id) {
            if (connections_[id].is_awake && !connections_[id].is_sending) {
                run_connection(id);
                has_run = true;
            }
        }
    }
    const time_point timer = timer_;
    for (std::size_t id = 0; id != connections_.size(); ++id) {
        if (!connections_[id].is_sending) {
            run_connection(id);
            expect(!connections_[id].is_sending, "a connection was not woken");
            expect(timer_ == timer, "the timer is too late");
        }
    }
}

// Ends the machine in one of the ways in which a sender ends.
void delivery_program::end()
{
    const std::uint64_t kind = choose_.below(3);
    if (kind == 0) {
        machine_.end(); // and the program goes on
        wake_all();
        return;
    }
    if (kind == 1) {
        machine_.abandon();
        is_abandoned_ = true;
        expect(count(place::gathering) == 0, "rows are dropped that were not committed");
        while (!waits_.empty()) {
            look(waits_.size() - 1, true);
        }
        expect(committed_rows_ ==
                   acknowledged_rows_ + removed_rows_ + returned_rows_ + dropped_rows_,
               "rows are counted wrong in the end");
        return;
    }
    machine_.disconnect();
    is_disconnected_ = true;
    waits_.clear();
    for (owner& each : owners_) {
        each.is_waiting = false;
    }
    for (connection& each : connections_) {
        for (const std::size_t number : each.in_flight) {
            move(number, place::held);
        }
        each = connection();
    }
    take();
    expect(queued_rows() == 0, "rows are left that nobody can take");
}

// From now on, every attempt succeeds. In the end, nothing may be left.
void delivery_program::deliver_everything()
{
    for (int turns = 0; !machine_.is_ended(); ++turns) {
        expect(turns < 1000, "the rows are never delivered");
        if (machine_.queue().has_unconfirmed()) {
            take();
        }
        if (turns == 0) {
            request();
            machine_.request_all(); // as close() does
            wake_all();
        }
        apply(machine_.resume());
        settle();
        bool is_sending = false;
        for (std::size_t id = 0; id != connections_.size(); ++id) {
            if (connections_[id].is_sending) {
                is_sending = true;
                finish(id, true);
            }
        }
        for (std::size_t number = waits_.size(); number-- != 0;) {
            look(number);
        }
        if (wrong_ != nullptr || (waits_.empty() && machine_.is_drained())) {
            break;
        }
        if (!is_sending && timer_ != time_point::max()) {
            pass_time(std::chrono::ceil<std::chrono::milliseconds>(timer_ - now_));
        }
    }
    for (std::size_t id = 0; id != connections_.size(); ++id) {
        if (connections_[id].is_sending) {
            finish(id);
        }
    }
    for (std::size_t number = waits_.size(); number-- != 0;) {
        look(number);
    }
    expect(waits_.empty(), "a wait never ends");
    expect(machine_.is_ended() || machine_.is_drained(), "rows are left");
    take();
    expect(queued_rows() == 0 && machine_.unacknowledged_rows() == 0, "rows can't be taken");
}

void delivery_program::check() const
{
    const detail::write_queue& queue = machine_.queue();
    expect(count(place::lent) == 0, "rows are lent for too long");
    if (!is_abandoned_) {
        expect(committed_rows_ ==
                   acknowledged_rows_ + removed_rows_ + returned_rows_ + queue.rows(),
               "committed rows are lost or doubled");
        expect(queue.rows() == queued_rows(), "the queue counts its rows wrong");
        expect(queue.bytes() == queued_bytes_, "the queue counts its bytes wrong");
        expect(queue.is_stopped() == is_stopped_, "a stop or a resumption is not reported");
        expect(machine_.rows().row_count() == count(place::gathering), "rows gather elsewhere");
        std::size_t sending = 0;
        for (std::size_t id = 0; id != connections_.size(); ++id) {
            expect(machine_.is_sending(id) == connections_[id].is_sending,
                   "an attempt begins or ends silently");
            sending += connections_[id].is_sending ? 1 : 0;
        }
        expect(queue.in_flight() == sending, "the queue counts its batches wrong");
    }
    if (wrong_ != nullptr) {
        throw delivery_program_failure(wrong_);
    }
}

} // namespace coquest::test
