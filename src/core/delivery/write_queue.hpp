// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Decides what the write loop does next. It knows batches, answers and the time it is told;
// sockets, clocks and coroutines are the driver's.
#pragma once

#include "core/retry.hpp"

#include <coquest/detail/fault.hpp>
#include <coquest/detail/segment.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

namespace coquest::detail {

/// Holds the batches that are not acknowledged, in order.
///
/// Theory of operation. A batch enters at the back and gets a number. Each connection of the driver
/// asks next(): it is told to send a batch, to wait until a time, or to do nothing. It reports what
/// came of a send: an acknowledged batch leaves; a failed one is due again after a pause or, where
/// trying again is hopeless or retry_timeout is over, is the driver's to decide about: stop() the
/// queue, set_aside() for the owner of the batch, split() it, or let go(). A stopped queue sends
/// nothing and loses nothing until resume().
class write_queue {
public:
    using time_point = std::chrono::steady_clock::time_point;

    struct limits {
        std::chrono::milliseconds retry_timeout{0}; // from the first failure; 0: no retries
        std::chrono::milliseconds max_backoff{0};
        bool in_order = true;           // a batch is sent only when all before it have left
        bool retry_at_now = true;       // also rows that may be stored and have the server's time
        retry_budget* budget = nullptr; // of all senders that share it; null: none
    };

    /// A batch and what happened to it.
    struct entry {
        std::uint64_t id = 0;
        batch rows;
        bool in_flight = false;
        bool aside = false;    // given up, and waiting for its owner
        bool joinable = false; // of nobody in particular: see gather()
        bool unsure = false;   // may be stored, and is not to be sent again unasked
        unsigned attempts = 0; // since it was first sent or resume()
        time_point first_attempt{};
        time_point first_failure{};
        time_point due = time_point::min();
        fault failure; // why it is aside
    };

    enum class action {
        nothing, // wait for push() or resume()
        send,    // decision::what, then sent() or failed()
        wait,    // until decision::until, or for a change
    };
    struct decision {
        action todo = action::nothing;
        time_point until = time_point::max();
        entry* what = nullptr;
    };

    enum class verdict {
        again,    // it will be sent again
        rejected, // the server refused these rows
        failed,   // trying again does not help, or did not
    };

    explicit write_queue(limits allowed) noexcept : limits_(allowed) {}

    /// Has the next push() need no memory.
    void prepare();
    /// Adds a batch at the back, which others may join; returns its number, counted from 1.
    std::uint64_t push(batch&& rows, bool joinable = false);
    /// Adds rows before all others, as what has failed @p attempts times since @p first_failure.
    entry& push_front(batch&& rows, unsigned attempts, time_point first_failure);
    /// Joins what follows @p one and was not tried to it, up to @p most bytes.
    void gather(entry& one, std::size_t most) noexcept;

    /// Says what a connection is to do at @p now.
    [[nodiscard]] decision next(time_point now);
    /// Returns the number of the last batch that was pushed; 0: none was.
    [[nodiscard]] std::uint64_t last_id() const noexcept { return last_id_; }
    /// Takes note that @p one is being sent.
    void sending(entry& one, time_point now) noexcept;
    /// Takes note that it was acknowledged, and returns it for its memory.
    [[nodiscard]] batch sent(entry& one);
    /// Takes note that it failed, and completes @p why unless the verdict is `again`. @p random:
    /// see backoff().
    [[nodiscard]] verdict failed(entry& one, fault& why, time_point now, std::uint32_t random);
    /// Decides likewise about @p one, which is not being sent.
    [[nodiscard]] verdict judge(entry& one, fault& why, time_point now, std::uint32_t random);
    /// Takes note that it is not being sent after all.
    void unsent(entry& one) noexcept;
    /// Takes note that what is being sent will never come back.
    void interrupted() noexcept;

    /// Stops the queue.
    void stop(fault&& why);
    /// Starts again after a failure that stopped the queue, unless rows are unsure.
    void resume() noexcept;
    /// Gives @p one up; it waits for withdraw().
    void set_aside(entry& one, fault&& why);
    /// Cuts @p one into row number @p row, those before and those after, or into halves where it is
    /// not known. They keep its number and its place. False where it is one row.
    [[nodiscard]] bool split(entry& one, std::optional<std::size_t> row);
    /// Takes the rows of @p one out, and gives it others in their place.
    [[nodiscard]] batch lend(entry& one) noexcept;
    void give_back(entry& one, batch&& rows) noexcept;
    /// Forgets @p one.
    [[nodiscard]] batch let_go(entry& one);

    /// Takes out what is left of batch @p id, with everything that happened to it forgotten; what
    /// is being sent stays.
    [[nodiscard]] batch withdraw(std::uint64_t id);
    /// Takes out all batches but those that are being sent, and forgets the failure.
    [[nodiscard]] batch withdraw_all();

    /// Says whether batch @p id was pushed, and it and all before it have left, acknowledged or
    /// withdrawn.
    [[nodiscard]] bool done(std::uint64_t id) const noexcept
    {
        return id <= last_id_ && (queue_.empty() || queue_.front().id > id);
    }
    /// Returns why all that is left of batch @p id is set aside; null where it is not.
    [[nodiscard]] const fault* given_up(std::uint64_t id) const noexcept;
    [[nodiscard]] bool stopped() const noexcept { return static_cast<bool>(failure_); }
    /// Says whether rows may be stored that are not to be sent again: only withdrawing them helps.
    [[nodiscard]] bool unsure() const noexcept;
    /// Returns why the queue is stopped.
    [[nodiscard]] const fault& failure() const noexcept { return failure_; }
    [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }
    [[nodiscard]] std::size_t batches() const noexcept { return queue_.size(); }
    [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }
    /// Returns the number of batches that are in flight or wait to be.
    [[nodiscard]] std::size_t active() const noexcept { return queue_.size() - aside_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }

private:
    using place = std::list<entry>::iterator;

    place insert(place before, std::uint64_t id, batch&& rows);
    batch take(place at);
    [[nodiscard]] place find(const entry& one);

    limits limits_;
    std::list<entry> queue_;
    std::list<entry> spare_; // nodes to use again, so that a batch costs no allocation
    std::uint64_t last_id_ = 0;
    std::size_t bytes_ = 0;
    std::size_t rows_ = 0;
    std::size_t in_flight_ = 0;
    std::size_t aside_ = 0;
    fault failure_;
};

} // namespace coquest::detail
