// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Decides which batch is sent next, and what happens to a batch that failed. It is told the time
// and the results of attempts; sockets, clocks and coroutines belong to the sender.
#pragma once

#include "core/delivery/retry.hpp"

#include <coquest/detail/segment.hpp>
#include <coquest/detail/status.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

namespace coquest::inline v0::detail {

/// The state of a batch that is not acknowledged yet. A batch that is acknowledged, withdrawn or
/// dropped is no longer in the queue.
enum class batch_state : unsigned char {
    pending,     ///< waits for its first attempt, or for the next one
    in_flight,   ///< is being sent, or waits for its answer
    unconfirmed, ///< may be stored already: it is only withdrawn, and never sent again
    set_aside,   ///< failed for good: it waits to be withdrawn, and the others are sent
};

/// A batch in a write_queue, with the history of its attempts.
class queued_batch {
public:
    std::uint64_t id = 0;
    batch rows;
    bool joinable = false; // may share a request with its neighbours: see join_followers()
    unsigned attempts = 0; // since push(), or since the last resume()
    std::chrono::steady_clock::time_point first_attempt{};
    std::chrono::steady_clock::time_point first_failure{};
    std::chrono::steady_clock::time_point due = std::chrono::steady_clock::time_point::min();

    [[nodiscard]] batch_state state() const noexcept { return state_; }
    /// Returns true if the batch is set aside as rejected, and has no owner.
    [[nodiscard]] bool is_rejected() const noexcept
    {
        return state_ == batch_state::set_aside && failure_.ok();
    }

private:
    friend class write_queue;

    std::list<queued_batch>::iterator place_; // of this batch in the queue
    batch_state state_ = batch_state::pending;
    // Of a batch that is set aside. A failure: the owner of the batch is told, and withdraws it.
    // Success: the batch was rejected, and has no owner; withdraw_all() takes it.
    status failure_;
};

/// Holds the batches that are not acknowledged, in order.
///
/// Theory of operation. A batch enters at the back and gets a number. Each connection asks next():
/// the answer is to send a batch, to wait until a time, or to do nothing. The connection reports
/// how the attempt ended. An acknowledged batch is removed. A failed batch is pending again, and
/// due after a pause. If a retry is hopeless or retry_timeout is over, the caller decides: it may
/// stop() the queue, set_aside() the batch for its owner, split() it, or drop() it. A stopped queue
/// sends nothing and loses nothing until resume().
class write_queue {
public:
    using time_point = std::chrono::steady_clock::time_point;

    struct limits {
        std::chrono::milliseconds retry_timeout{0}; // from the first failure; 0: no retries
        std::chrono::milliseconds max_backoff{0};
        bool in_order = true;           // a batch is sent only after all batches before it
        bool retry_at_now = true;       // retry unconfirmed rows whose timestamp the server sets
        retry_budget* budget = nullptr; // of all senders that share it; null: no budget
        std::size_t losses = 0;         // connections whose rows may return by push_front()
    };

    enum class action {
        nothing, // wait for push() or resume()
        send,    // decision::to_send, then acknowledge() or fail_attempt()
        wait,    // until decision::until, or for a change
    };
    struct decision {
        action kind = action::nothing;
        time_point until = time_point::max();
        queued_batch* to_send = nullptr;
    };

    /// What follows from a failure.
    enum class outcome {
        retry,     // the batch is sent again when it is due
        too_large, // the server accepts only smaller batches
        rejected,  // the server rejected these rows
        failed,    // retries are hopeless, or retry_timeout is over
    };

    explicit write_queue(limits allowed) noexcept : limits_(allowed) {}

    /// Allocates what the next push() needs, so that it can't fail, and what push_front() needs for
    /// the rows of limits::losses connections.
    void prepare();
    /// Adds a batch at the back. A joinable batch may be sent together with its neighbours.
    /// Returns the number of the batch, counted from 1.
    std::uint64_t push(batch&& rows, bool joinable = false);
    /// Adds rows before all others, after prepare(). No buffer owns them. They count as rows that
    /// have failed @p attempts times since @p first_failure.
    queued_batch& push_front(batch&& rows, unsigned attempts, time_point first_failure);
    /// Appends to @p target the joinable batches behind it that were never sent, up to
    /// @p max_bytes bytes.
    void join_followers(queued_batch& target, std::size_t max_bytes) noexcept;

    /// Returns what a connection does at @p now.
    [[nodiscard]] decision next(time_point now);
    /// Returns the number of the last batch that was pushed, or 0.
    [[nodiscard]] std::uint64_t last_id() const noexcept { return last_id_; }
    /// Marks @p target as in flight.
    void begin_attempt(queued_batch& target, time_point now) noexcept;
    /// Removes @p target, which the server acknowledged, and returns it so that its memory can be
    /// used again.
    [[nodiscard]] batch acknowledge(queued_batch& target);
    /// Ends the attempt of @p target with @p failure and decides what follows. Completes
    /// @p failure unless the outcome is a retry. @p random: see backoff().
    [[nodiscard]] outcome fail_attempt(queued_batch& target, status& failure, time_point now,
                                       std::uint32_t random);
    /// Makes the decision of fail_attempt() about @p target, which is not in flight.
    [[nodiscard]] outcome decide_outcome(queued_batch& target, status& failure, time_point now,
                                         std::uint32_t random);
    /// Makes @p target, which is in flight, pending again.
    void abort_attempt(queued_batch& target) noexcept;
    /// Makes all batches that are in flight or set aside pending again, because the connections
    /// and the owners that wait are gone.
    void abort_all() noexcept;

    /// Stops the queue. The first failure is kept if it is stopped already.
    void stop(status&& failure);
    /// Starts a stopped queue again unless a batch is unconfirmed. All retries start afresh.
    void resume() noexcept;
    /// Marks @p target, which is not in flight, as unconfirmed.
    void mark_unconfirmed(queued_batch& target) noexcept;
    /// Sets @p target aside. It waits until its owner has seen @p failure and calls withdraw().
    void set_aside(queued_batch& target, status&& failure);
    /// Sets @p target aside, which the server rejected and which has no owner. It stays until
    /// withdraw_all(), and no flush waits for it.
    void set_aside_rejected(queued_batch& target);
    /// Cuts @p target into the rows before row @p row, that row, and the rows behind it; or into
    /// halves if the row is not known. The parts keep the number and the place of the batch.
    /// Returns false if the batch is a single row.
    [[nodiscard]] bool split(queued_batch& target, std::optional<std::size_t> row);
    /// Leaves in @p target as many rows as fit into @p max_bytes bytes, but at least one. The
    /// other rows follow with the same number. Returns false if there are no other rows.
    bool cut_to_size(queued_batch& target, std::size_t max_bytes);
    /// Takes the rows out of @p target, which counts as in flight until return_rows().
    [[nodiscard]] batch lend_rows(queued_batch& target) noexcept;
    void return_rows(queued_batch& target, batch&& rows) noexcept;
    /// Removes @p target and returns its rows.
    [[nodiscard]] batch drop(queued_batch& target);

    /// Removes the parts of batch @p id that are not in flight and returns their rows.
    [[nodiscard]] batch withdraw(std::uint64_t id);
    /// Removes all batches except those in flight and those that wait for an owner. Returns their
    /// rows.
    [[nodiscard]] batch withdraw_all();
    /// Returns the number of the first batch that the last withdraw_all() removed.
    [[nodiscard]] std::uint64_t first_withdrawn() const noexcept { return first_withdrawn_; }

    /// Returns true if batch @p id was pushed, and nothing of it or of the batches before it is
    /// left except batches that are set aside as rejected.
    [[nodiscard]] bool is_delivered(std::uint64_t id) const noexcept;
    /// Returns true if nothing is left except batches that are set aside as rejected.
    [[nodiscard]] bool is_settled() const noexcept { return queue_.size() == rejected_batches_; }
    /// Returns the number of rows that are set aside as rejected.
    [[nodiscard]] std::size_t rejected_rows() const noexcept;
    /// Returns the first failure of batch @p id if all its parts that are left are set aside for
    /// their owner, and null otherwise. Parts that are set aside as rejected don't count.
    [[nodiscard]] const status* failure_of(std::uint64_t id) const noexcept;
    [[nodiscard]] bool is_stopped() const noexcept { return !failure_.ok(); }
    /// Returns true if a batch is unconfirmed: the queue can't resume until it is withdrawn.
    [[nodiscard]] bool has_unconfirmed() const noexcept
    {
        return count(batch_state::unconfirmed) != 0;
    }
    /// Returns the failure that stopped the queue.
    [[nodiscard]] const status& failure() const noexcept { return failure_; }
    [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }
    [[nodiscard]] std::size_t batches() const noexcept { return queue_.size(); }
    [[nodiscard]] std::size_t in_flight() const noexcept { return count(batch_state::in_flight); }
    /// Returns the number of rows of batch @p id that are in flight.
    [[nodiscard]] std::size_t rows_in_flight(std::uint64_t id) const noexcept;
    /// Returns the number of batches that are not set aside.
    [[nodiscard]] std::size_t active() const noexcept
    {
        return queue_.size() - count(batch_state::set_aside);
    }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }

private:
    using position = std::list<queued_batch>::iterator;

    [[nodiscard]] std::size_t count(batch_state state) const noexcept
    {
        return counts_[static_cast<std::size_t>(state)];
    }
    [[nodiscard]] std::size_t& count(batch_state state) noexcept
    {
        return counts_[static_cast<std::size_t>(state)];
    }
    void change_state(queued_batch& target, batch_state state) noexcept;
    position insert(position before, std::uint64_t id, batch&& rows);
    queued_batch& cut_after(queued_batch& target, std::size_t rows);
    batch remove(position target);
    [[nodiscard]] batch take_rows(queued_batch& target) noexcept;

    limits limits_;
    std::list<queued_batch> queue_;
    std::list<queued_batch> spare_; // nodes to use again, so that a batch costs no allocation
    std::uint64_t last_id_ = 0;
    std::uint64_t first_withdrawn_ = 0;
    std::size_t bytes_ = 0;
    std::size_t rows_ = 0;
    std::array<std::size_t, 4> counts_{}; // of batches, by state
    std::size_t rejected_batches_ = 0;    // that are set aside and have no owner
    status failure_;
};

} // namespace coquest::inline v0::detail
