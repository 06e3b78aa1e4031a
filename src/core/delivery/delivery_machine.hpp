// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Owns every decision about rows after they are committed: when a batch is sealed, what a
// connection sends next, what a result means for the batch, for the calls that wait, and for the
// next call. It is told the time, random numbers and results; it knows no socket, no thread and no
// clock.
#pragma once

#include "core/delivery/batcher.hpp"
#include "core/delivery/delivery_observer.hpp"
#include "core/delivery/sent_rows.hpp"
#include "core/delivery/stop_state.hpp"
#include "core/delivery/write_queue.hpp"

#include <coquest/buffer.hpp>
#include <coquest/detail/segment.hpp>
#include <coquest/detail/status.hpp>
#include <coquest/rejection.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace coquest::inline v0::detail {

/// Theory of operation. Rows gather in rows(). seal() makes them a batch of the queue, a caller's
/// buffer becomes one by hand_over(). Each connection asks next(), carries out the decision, and
/// reports the result by finished(). A batch ends in one of four ways: it is delivered, it is
/// dropped as rejected, it returns to its owner, or it is taken by take_unacknowledged(). Until
/// then it stays in the queue, whatever fails.
///
/// Where the server acknowledges nothing (ILP over TCP), a batch that was sent counts as delivered,
/// but each connection keeps it in a window for some time. If the connection is lost, the rows of
/// its window return to the front of the queue: to be sent again, or to be handed back.
///
/// A call that waits holds a ticket, and looks at it whenever something has changed.
class delivery_machine {
public:
    using time_point = write_queue::time_point;

    struct settings {
        std::uint64_t number = 0; // of the sender, unique in the process
        batcher::limits batching;
        write_queue::limits queue;
        std::size_t connections = 1;
        std::size_t max_bytes = 0;                    // max_buf_size
        bool is_acknowledged = true;                  // the protocol acknowledges each batch
        bool resend_unconfirmed = false;              // tcp_resend
        std::chrono::milliseconds confirmed_after{0}; // tcp_resend_window
        bool split_rejected = false;
        bool has_rejection_handler = false;
    };

    /// What the rejection handler is asked about.
    struct question {
        queued_batch* target = nullptr;
        status failure;
        std::optional<std::size_t> row; // that the server named, counted from 0
        std::size_t rows = 0;           // that were lent
    };

    /// What the caller does after a report.
    struct effects {
        bool has_work = false; // wake the connections that are idle: they may send
        bool renew = false;    // close the connections that send nothing; the next batch reconnects
        std::optional<question> ask; // ask the handler, then call answer()
    };

    enum class action {
        wait, // until decision::until, or for a change
        send, // decision::to_send, then call finished()
        end,  // no more: end() was called
    };
    struct decision {
        action kind = action::wait;
        time_point until = time_point::max();
        queued_batch* to_send = nullptr;
    };

    /// Identifies the rows that a call waits for.
    struct ticket {
        std::uint64_t batch = 0; // this one and all before it
        std::uint64_t stops = 0; // how often the sender had stopped at the beginning
        std::uint64_t takes = 0; // how often take_unacknowledged() had taken rows before
    };
    enum class progress { pending, delivered, failed };

    /// @p rows is an empty buffer for the rows that gather. @p observer must outlive the machine.
    delivery_machine(const settings& configured, buffer&& rows, delivery_observer& observer);
    delivery_machine(const delivery_machine&) = delete;
    delivery_machine& operator=(const delivery_machine&) = delete;
    ~delivery_machine() = default;

    /// Returns the buffer in which committed rows gather.
    [[nodiscard]] buffer& rows() noexcept { return rows_; }
    [[nodiscard]] const buffer& rows() const noexcept { return rows_; }
    [[nodiscard]] const write_queue& queue() const noexcept { return queue_; }
    [[nodiscard]] stop_state& stops() noexcept { return stops_; }
    [[nodiscard]] std::size_t unacknowledged_rows() const noexcept
    {
        return queue_.rows() + rows_.row_count();
    }
    [[nodiscard]] std::size_t unacknowledged_bytes() const noexcept
    {
        return queue_.bytes() + rows_.size();
    }
    [[nodiscard]] bool is_over_limit() const noexcept
    {
        return unacknowledged_bytes() > settings_.max_bytes;
    }
    /// Returns true if nothing is left to be delivered. Batches that are set aside as rejected
    /// don't count.
    [[nodiscard]] bool is_drained() const noexcept { return queue_.is_settled() && rows_.empty(); }

    /// Returns true if row_committed() has to be called after a commit. It is false for most rows.
    [[nodiscard]] bool needs_look() const noexcept
    {
        return batcher_.needs_look(rows_.row_count(), rows_.size());
    }
    /// Returns what to do after a commit. The batch is sealed already if that is action::seal.
    [[nodiscard]] batcher::action row_committed();
    /// Starts the interval of a new batch. Returns when it ends.
    time_point start_interval(time_point now) noexcept { return batcher_.start_interval(now); }
    /// Moves the rows that have gathered to the queue, as a batch.
    void seal();
    /// Requests that all rows are sent. The batch is sealed when a connection is free, so that
    /// several requests share it.
    ticket request_all() noexcept;

    /// Returns true if take_pending_error() has to be called before rows are added.
    [[nodiscard]] bool has_pending_error() const noexcept
    {
        return is_closed_ || queue_.is_stopped() || stops_.has_unreported_rejection();
    }
    /// Returns the error of the next call that adds rows. After a transient failure, that call
    /// resumes.
    [[nodiscard]] status take_pending_error(effects& out);
    /// Starts sending again if the machine is stopped and no batch is unconfirmed.
    effects resume();
    /// Returns the error of rejected rows that were set aside, and marks it as reported.
    [[nodiscard]] status report_rejection();

    /// Returns what connection @p id does. @p max_bytes is the size of the largest batch that its
    /// server takes.
    [[nodiscard]] decision next(std::size_t id, time_point now, std::size_t max_bytes);
    /// Ends the attempt of connection @p id with @p result. See next() for @p max_bytes, and
    /// backoff() for @p random.
    effects finished(std::size_t id, status&& result, time_point now, std::uint32_t random,
                     std::size_t max_bytes);
    /// Moves the rows of @p asked out, to show them to the handler. The batch counts as in flight
    /// until answer() is called.
    [[nodiscard]] batch lend(question& asked) noexcept;
    /// Does with the batch of @p asked what the handler has decided. @p rows are those that it
    /// left.
    effects answer(question&& asked, rejection chosen, batch&& rows);
    /// Connection @p id is lost, between two attempts.
    effects lost(std::size_t id, status&& failure, time_point now, std::uint32_t random);
    /// Stops because memory ran out in connection @p id. Allocates nothing.
    void out_of_memory(std::size_t id) noexcept;
    /// Returns true if a connection has no batch.
    [[nodiscard]] bool has_idle_connection() const noexcept
    {
        return queue_.in_flight() < sending_.size();
    }
    [[nodiscard]] bool is_sending(std::size_t id) const noexcept { return sending_[id] != nullptr; }
    /// Returns true if rows that were sent on connection @p id may not be stored.
    [[nodiscard]] bool has_unconfirmed(std::size_t id, time_point now) noexcept;

    /// Returns what has become of the rows of @p held. On failure, stores its reason.
    [[nodiscard]] progress look(const ticket& held, status& failure);
    /// Returns the failure if the machine has stopped since @p stops, and null otherwise.
    [[nodiscard]] const status* stopped_since(std::uint64_t stops) const noexcept
    {
        return stops_.stops() != stops || queue_.is_stopped() ? &stops_.failure() : nullptr;
    }

    /// Returns the ticket of rows of @p owner that an earlier flush left in flight, if there are.
    [[nodiscard]] std::optional<ticket> rejoin(buffer& owner);
    /// Moves the rows of @p owner to the queue, behind those that were committed before.
    [[nodiscard]] ticket hand_over(buffer& owner);
    /// Ends the wait of @p owner. After a failure, it gets those rows back that are not in flight.
    /// Returns the number of those that are.
    std::size_t release(const ticket& held, buffer& owner, bool has_failed);
    /// Moves all rows to @p taken except those in flight, and resumes.
    effects take_unacknowledged(buffer& taken);

    /// From now on, calls that add rows fail.
    void close() noexcept { is_closed_ = true; }
    /// From now on, no attempt begins.
    void end() noexcept { is_closed_ = is_ended_ = true; }
    /// Reports all rows as dropped, and ends.
    void abandon() noexcept;
    /// Ends because the connections and all calls that wait are gone.
    void disconnect() noexcept;
    [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }
    [[nodiscard]] bool is_ended() const noexcept { return is_ended_; }

private:
    // A buffer whose rows are in the queue. It gets their memory back.
    struct owned_batch {
        std::uint64_t batch = 0;
        buffer* owner = nullptr;
    };

    void acknowledge(std::size_t id, queued_batch& sent, time_point now);
    effects fail(queued_batch& failed, status&& failure, time_point now, std::uint32_t random,
                 std::size_t max_bytes);
    effects reject(queued_batch& failed, status&& failure);
    effects fail_for_good(queued_batch& failed, status&& failure);
    void lose(std::size_t id, status&& failure, time_point now, std::uint32_t random,
              queued_batch* current = nullptr, bool is_current_unconfirmed = false);
    void explain_loss(diagnostics& info, std::size_t lost, std::size_t evicted) const;
    void stop(status&& failure);
    void recycle(buffer& owner, segment_chain&& spare) noexcept;
    [[nodiscard]] buffer* owner_of(const queued_batch& queued) const noexcept;
    [[nodiscard]] ticket ticket_for(std::uint64_t batch) const noexcept
    {
        return {batch, stops_.stops(), takes_};
    }
    // Returns true if take_unacknowledged() has taken rows that a call waits for.
    [[nodiscard]] bool was_taken(const ticket& held) const noexcept;
    // Returns how much of max_bytes is left for rows that were sent.
    [[nodiscard]] std::size_t room_for_sent_rows() const noexcept;

    settings settings_;
    delivery_observer& observer_;
    batcher batcher_;
    buffer rows_;
    std::size_t max_spare_ = 0; // bytes of memory that rows_ keeps for new rows
    write_queue queue_;
    stop_state stops_;
    std::vector<queued_batch*> sending_; // the batch of each connection that is in flight
    sent_rows sent_;
    std::vector<owned_batch> owned_;
    std::uint64_t takes_ = 0; // how often take_unacknowledged() has taken rows
    bool is_closed_ = false;
    bool is_ended_ = false;
    bool is_abandoned_ = false;
};

} // namespace coquest::inline v0::detail
