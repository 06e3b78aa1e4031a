// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The part of a delivery_machine for calls: what they wait for, the buffers whose rows are in the
// queue, and rows that are taken out.

#include "core/delivery/delivery_machine.hpp"

#include <coquest/detail/buffer_access.hpp>

#include <utility>

namespace coquest::inline v0::detail {

delivery_machine::ticket delivery_machine::request_all() noexcept
{
    if (rows_.empty()) {
        return ticket_for(queue_.last_id());
    }
    batcher_.request();
    return ticket_for(queue_.last_id() + 1);
}

delivery_machine::progress delivery_machine::look(const ticket& held, status& failure)
{
    const bool is_taken = was_taken(held);
    if (!is_taken && queue_.is_delivered(held.batch)) {
        return progress::delivered;
    }
    const status* const own = queue_.failure_of(held.batch);
    if (own != nullptr && !(is_ended_ && own->code() == errc::cancelled)) {
        failure = *own;
    } else if (stopped_since(held.stops) != nullptr) {
        failure = stops_.report_stop();
    } else if (is_taken) {
        failure = status(errc::cancelled,
                         "take_unacknowledged() took the rows before they were acknowledged");
    } else if (is_ended_) {
        failure = status(errc::closed, "the sender was closed before the rows were acknowledged");
    } else {
        return progress::pending;
    }
    return progress::failed;
}

// After two calls that took rows, a wait that has not looked in between can't tell, and fails.
bool delivery_machine::was_taken(const ticket& held) const noexcept
{
    return takes_ != held.takes &&
           (takes_ - held.takes > 1 || held.batch >= queue_.first_withdrawn());
}

std::optional<delivery_machine::ticket> delivery_machine::rejoin(buffer& owner)
{
    const std::uint64_t id = buffer_access::pending_batch(owner, settings_.number);
    if (id == 0) {
        return std::nullopt;
    }
    owned_.push_back({id, &owner});
    return ticket_for(id);
}

delivery_machine::ticket delivery_machine::hand_over(buffer& owner)
{
    seal(); // rows that were committed before are sent first
    queue_.prepare();
    owned_.push_back({queue_.last_id() + 1, &owner}); // rows that were taken must not get lost
    batch rows = buffer_access::take(owner);
    observer_.committed(rows.rows, rows.bytes());
    return ticket_for(queue_.push(std::move(rows)));
}

std::size_t delivery_machine::release(const ticket& held, buffer& owner, bool has_failed)
{
    std::erase_if(owned_, [&held](const owned_batch& each) { return each.batch == held.batch; });
    const std::size_t in_flight = has_failed ? queue_.rows_in_flight(held.batch) : 0;
    buffer_access::set_pending(owner, settings_.number, in_flight != 0 ? held.batch : 0);
    if (has_failed) {
        batch returned = queue_.withdraw(held.batch);
        if (!is_abandoned_) { // or else they count as dropped
            observer_.returned(returned.rows);
        }
        buffer_access::put_back(owner, std::move(returned));
    }
    return in_flight;
}

delivery_machine::effects delivery_machine::take_unacknowledged(buffer& taken)
{
    seal();
    batch rows = queue_.withdraw_all();
    const effects result = resume();
    stops_.dismiss_rejection(); // the caller gets the rows
    takes_ += rows.rows != 0 ? 1 : 0;
    observer_.returned(rows.rows);
    buffer_access::put_back(taken, std::move(rows));
    return result;
}

} // namespace coquest::inline v0::detail
