// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Delivery over a connection that acknowledges nothing (ILP over TCP): what was sent is kept for a
// while, and where the connection is lost, it is sent again or handed back.

#include "sender/sender_core.hpp"

#include <new>
#include <string>
#include <utility>

namespace coquest::detail {

// Keeps rows that nobody will acknowledge; memory that this sets free goes to `home`.
void sender_core::keep(batch&& sent, buffer& home)
{
    const auto now = clock::now();
    segment_chain spare;
    unconfirmed_.add(std::move(sent), now, spare);
    unconfirmed_.trim(now, room_to_keep(), spare);
    give_back(home, std::move(spare));
}

// Forgets rows that were sent where those that wait need their place.
void sender_core::make_room()
{
    if (unconfirmed_.memory() > room_to_keep()) {
        segment_chain spare;
        unconfirmed_.trim(clock::now(), room_to_keep(), spare);
        give_back(rows_, std::move(spare));
    }
}

// Says whether rows that were sent may not have been stored.
bool sender_core::in_doubt()
{
    segment_chain spare;
    unconfirmed_.trim(clock::now(), room_to_keep(), spare);
    give_back(rows_, std::move(spare));
    return unconfirmed_.rows() + unconfirmed_.forgotten() != 0;
}

// Between two sends. Where nothing is in doubt, the next one connects again.
void sender_core::connection_lost(fault&& why) noexcept
{
    try {
        if (!abandoned_ && in_doubt()) {
            doubt(std::move(why));
            changed();
            wake_all();
        }
    } catch (const std::bad_alloc&) {
        starve(*lanes_.front());
    }
}

// The connection is gone, and the rows that went out on it may be, as those of the batch `current`
// where that is unsure: they come first again, for the next connection where that may be, else for
// whoever asks.
void sender_core::doubt(fault&& why, entry* current, bool unsure)
{
    const auto now = clock::now();
    if (losses_ == 0 || last_loss_ + unconfirmed_rows::confirmed_after <= now) {
        losses_ = 0;
        first_loss_ = now;
    }
    ++losses_;
    last_loss_ = now;
    explain_doubt(why.info, unsure ? current->rows.rows : 0);
    seen_->failed(why);
    entry* first = unsure ? current : nullptr;
    queue_.prepare(); // rows that were taken must not get lost
    batch rows = unconfirmed_.take();
    if (rows.rows != 0) {
        seen_->committed(rows.rows, rows.bytes());
        first = &queue_.push_front(std::move(rows), losses_, first_loss_);
        if (current != nullptr) {
            current->attempts = 0; // it waits behind them
        }
    }
    if (unsure) {
        current->unsure = !config_->tcp_resend;
        first->rows.server_time = first->rows.server_time || current->rows.server_time;
    }
    if (first == nullptr) {
        stop(std::move(why));
        return;
    }
    first->unsure = !config_->tcp_resend;
    if (queue_.judge(*first, why, now, static_cast<std::uint32_t>(random_())) ==
        write_queue::verdict::again) {
        seen_->again(*first, why, now);
    } else {
        give_up(*first, std::move(why));
    }
}

void sender_core::explain_doubt(diagnostics& why, std::size_t partly)
{
    const std::size_t forgotten = unconfirmed_.forgotten();
    why.unconfirmed_rows = unconfirmed_.rows() + forgotten + partly;
    why.state = delivery::maybe_applied;
    why.retryable = config_->tcp_resend && forgotten == 0;
    why.message += "; " + std::to_string(why.unconfirmed_rows) +
                   " rows that were sent may not be stored (QuestDB hangs up at a row that it "
                   "can't take: see its log)";
    if (forgotten != 0) {
        why.message +=
            ", of which " + std::to_string(forgotten) + " are no longer kept (max_buf_size)";
    }
    if (!config_->tcp_resend) {
        why.message += ": take_unsent() hands them back, tcp_resend=on would send them again";
    }
}

} // namespace coquest::detail
