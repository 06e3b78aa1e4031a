// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The write loop of a sender: one coroutine for each connection does what the queue decides.

#include "sender/sender_core.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <utility>

namespace coquest::detail {
namespace {

constexpr std::size_t most_gathered = std::size_t{1024} * 1024; // by one write over TCP

} // namespace

// Takes part in the ownership: it may outlive the handle by one step.
asio::awaitable<void> sender_core::run(std::shared_ptr<sender_core> /*self*/, lane& on)
{
    while (!stop_) {
        try {
            co_await proceed(on);
        } catch (const std::bad_alloc&) {
            starve(on);
        }
    }
    --running_;
    if (abandoned_) {
        changes_.wake(); // close() may wait for this
    } else {
        changed();
    }
}

// Sends a batch, or waits until there may be one.
asio::awaitable<void> sender_core::proceed(lane& on)
{
    const auto now = clock::now();
    auto next = queue_.next(now);
    // Rows gather while every connection has a batch to care for, if only to wait with it.
    if (next.todo != write_queue::action::send && seal_at_ <= now && !queue_.stopped() &&
        queue_.active() < lanes_.size()) {
        seal();
        next = queue_.next(now);
    }
    if (next.todo == write_queue::action::send) {
        co_await send(on, *next.what);
        co_return;
    }
    if (!queue_.stopped()) {
        alarm_at(seal_at_ <= now ? next.until : std::min(next.until, seal_at_));
    }
    co_await on.idle.wait();
}

// Stops the queue for want of memory, without using any.
void sender_core::starve(lane& on) noexcept
{
    if (on.busy != nullptr) {
        queue_.unsent(*std::exchange(on.busy, nullptr));
    }
    fault why;
    why.code = std::make_error_code(std::errc::not_enough_memory);
    why.info.message = "no memory left"; // short enough to need none
    last_failure_ = why;
    queue_.stop(std::move(why));
    ++stops_;
    reported_ = false;
    changes_.wake();
    room_.wake();
}

asio::awaitable<void> sender_core::send(lane& on, entry& what)
{
    if (streams_) {
        queue_.gather(what, most_gathered);
        unconfirmed_.prepare();
    }
    queue_.sending(what, clock::now());
    on.busy = &what;
    seen_->sending(what);
    seen_->show(queue_);
    if (lanes_.size() > 1) {
        wake(); // there may be work for another one
    }
    const bool resend_if_unsure = config_->retry_at_now || !what.rows.server_time;
    fault problem;
    try {
        problem = co_await on.transport->send(what.rows.chain, resend_if_unsure);
    } catch (const std::exception& unexpected) { // no memory, or a TLS backend that throws
        problem = fault(errc::socket_error, std::string("sending failed: ") + unexpected.what());
        problem.info.state = delivery::maybe_applied;
        on.transport->close();
    }
    if (abandoned_) {
        co_return;
    }
    on.busy = nullptr;
    const bool unsure = problem.info.state == delivery::maybe_applied;
    if (problem && streams_ && (unsure || in_doubt())) {
        queue_.unsent(what);
        doubt(std::move(problem), &what, unsure);
    } else if (problem) {
        failed(what, std::move(problem));
    } else {
        acknowledged(what);
    }
    // Who waited goes on at once where the loop has nothing to do, and has waited itself.
    changed(!streams_ && queue_.empty() && rows_.empty());
}

void sender_core::acknowledged(entry& what)
{
    buffer* const home = home_of(what);
    seen_->acknowledged(what, clock::now());
    batch done = queue_.sent(what);
    buffer& next = home == nullptr ? rows_ : *home;
    if (streams_) {
        keep(std::move(done), next);
    } else {
        give_back(next, std::move(done.chain));
    }
}

// Hands memory back to whom it came from.
void sender_core::give_back(buffer& home, segment_chain&& spare) noexcept
{
    if (&home == &rows_) {
        buffer_access::recycle(home, std::move(spare), most_spare_);
    } else {
        buffer_access::recycle(home, std::move(spare));
    }
}

void sender_core::failed(entry& what, fault&& why)
{
    using verdict = write_queue::verdict;
    const auto now = clock::now();
    seen_->failed(why);
    switch (queue_.failed(what, why, now, static_cast<std::uint32_t>(random_()))) {
    case verdict::again: seen_->again(what, why, now); break;
    case verdict::rejected: rejected(what, std::move(why)); break;
    case verdict::failed: give_up(what, std::move(why)); break;
    }
}

void sender_core::rejected(entry& what, fault&& why)
{
    seen_->rejected(what, why);
    // The server counts the lines of a request from 1; each row is one.
    std::optional<std::size_t> row;
    if (why.info.server_line != 0 && why.info.server_line <= what.rows.rows) {
        row = why.info.server_line - 1;
    }
    if (config_->split_rejected && queue_.split(what, row)) {
        wake_all();
        return;
    }
    if (!on_rejected_ || home_of(what) != nullptr) {
        give_up(what, std::move(why));
        return;
    }
    buffer rows = new_buffer();
    const std::size_t before = what.rows.rows;
    buffer_access::put_back(rows, queue_.lend(what));
    rejected_batch shown{rows, why.info, row};
    rejection answer = rejection::keep;
    try {
        answer = on_rejected_(shown);
    } catch (...) {
        answer = rejection::keep;
    }
    queue_.give_back(what, buffer_access::take(rows));
    if (before > what.rows.rows) {
        seen_->left(&metrics_snapshot::rows_rejected, before - what.rows.rows);
    } else {
        seen_->left(&metrics_snapshot::rows_committed, what.rows.rows - before);
    }
    if (answer == rejection::drop || what.rows.rows == 0) {
        const batch dropped = queue_.let_go(what);
        seen_->left(&metrics_snapshot::rows_rejected, dropped.rows);
        wake_all();
    } else if (answer == rejection::split && queue_.split(what, row)) {
        wake_all();
    } else {
        give_up(what, std::move(why));
    }
}

// The owner of the rows is told; where they are the sender's own, all waits until somebody asks.
void sender_core::give_up(entry& what, fault&& why)
{
    if (home_of(what) != nullptr) {
        queue_.set_aside(what, std::move(why));
        return;
    }
    stop(std::move(why));
}

void sender_core::stop(fault&& why)
{
    last_failure_ = why;
    queue_.stop(std::move(why));
    seen_->stopped(queue_);
    ++stops_;
    reported_ = false;
}

buffer* sender_core::home_of(const entry& what) const noexcept
{
    const auto owner = std::ranges::find(guests_, what.id, &guest::id);
    return owner == guests_.end() ? nullptr : owner->home;
}

} // namespace coquest::detail
