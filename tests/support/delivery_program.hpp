// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Runs a random program of events on a delivery machine, and checks after each event that no row is
// lost or doubled. It does what a sender does around the machine: it wakes connections, sets the
// timer, and looks at the tickets of the calls that wait.
#pragma once

#include "core/delivery/delivery_machine.hpp"

#include "support/choices.hpp"

#include <coquest/buffer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace coquest::test {

/// Says what a delivery machine did wrong.
struct delivery_program_failure : std::runtime_error {
    using runtime_error::runtime_error;
};

class delivery_program : private detail::delivery_observer {
public:
    /// @p choose decides the settings and the events.
    explicit delivery_program(choices& choose);

    /// Runs the program until no choice is left, then delivers or returns all rows. Throws
    /// delivery_program_failure if the machine does anything wrong.
    void run();
    /// Returns the number of events that have run.
    [[nodiscard]] std::size_t events() const noexcept { return events_; }

private:
    using machine_type = detail::delivery_machine;
    using time_point = machine_type::time_point;

    // Where a row is. All but `caller`, `gathering` and `gone` are in the queue.
    enum class place : unsigned char {
        caller,    // in a buffer that is not being flushed
        gathering, // committed and not sealed
        held,      // in the queue and not in flight
        in_flight,
        lent,         // to the rejection handler
        acknowledged, // over TCP: perhaps in a window
        gone,         // taken, dropped, or removed by the handler
    };
    static constexpr std::size_t places = 7;

    struct row {
        place where = place::gone;
        int owner = -1; // the buffer, or none
        bool may_be_sent = true;
        std::size_t bytes = 0;
        std::uint64_t order = 0; // in which rows were committed
    };
    struct connection {
        std::vector<std::size_t> in_flight;                       // rows
        std::deque<std::pair<std::size_t, time_point>> delivered; // rows since the last loss
        bool is_sending = false;
        bool is_awake = true; // looks for work soon
    };
    // A call that waits, for a buffer or for all rows that were committed before.
    struct wait {
        machine_type::ticket held;
        int owner = -1;
        std::uint64_t order = 0; // of the last row that a flush without a buffer waits for
        bool must_fail = false;  // its rows were taken
    };
    struct owner {
        buffer rows;
        bool is_waiting = false;
        bool was_left = false;           // by a wait that ended while rows were in flight
        bool may_leave_rejected = false; // see rejected_rows_of()
    };

    static machine_type::settings choose_settings(choices& choose);

    // delivery_observer
    void committed(std::size_t rows, std::size_t bytes) noexcept override;
    void sending(const detail::queued_batch& queued) noexcept override;
    void acknowledged(const detail::queued_batch& queued, time_point now) noexcept override;
    void failed(const detail::status& failure) noexcept override;
    void retrying(const detail::queued_batch& queued, const detail::status& failure,
                  time_point now) noexcept override;
    void rejected(const detail::queued_batch& queued,
                  const detail::status& failure) noexcept override;
    void handler_removed(std::size_t rows) noexcept override { removed_rows_ += rows; }
    void handler_added(std::size_t rows) noexcept override { committed_rows_ += rows; }
    void returned(std::size_t rows) noexcept override { returned_rows_ += rows; }
    void dropped(std::size_t rows, std::size_t bytes) noexcept override;
    void stopped(const detail::write_queue& queue) noexcept override;
    void resumed(const detail::write_queue& queue) noexcept override;
    void changed(const detail::write_queue& /*queue*/) noexcept override {}

    // events
    void step();
    void commit();
    void look_at_batch();
    void request();
    void flush(std::size_t owner_number);
    void run_connection(std::size_t id);
    void finish(std::size_t id, bool must_succeed = false);
    void lose(std::size_t id);
    void run_out_of_memory(std::size_t id);
    void look(std::size_t wait_number, bool is_cancelled = false);
    void take();
    void pass_time(std::chrono::milliseconds time);
    void settle();
    void end();

    void ask(machine_type::question&& asked);
    [[nodiscard]] detail::status choose_result(std::size_t id);
    void after_loss(std::size_t id, bool has_reported);
    void release(const wait& ended, bool has_failed);
    void deliver_everything();
    void apply(const machine_type::effects& wanted);
    void wake_one();
    void wake_all();
    void set_timer(time_point when);

    // rows
    std::size_t add_row(buffer& rows, place where, int owner_number);
    void move(std::size_t number, place where);
    [[nodiscard]] std::vector<std::size_t> numbers_in(const detail::batch& rows) const;
    [[nodiscard]] std::vector<std::size_t> numbers_in(const buffer& rows) const;
    [[nodiscard]] std::size_t count(place where) const
    {
        return counts_[static_cast<std::size_t>(where)];
    }
    [[nodiscard]] std::size_t queued_rows() const
    {
        return count(place::held) + count(place::in_flight);
    }

    // Returns how many rows of a buffer may be set aside as rejected, because no buffer owned them
    // when they were rejected.
    [[nodiscard]] std::size_t rejected_rows_of(const owner& each) const
    {
        return each.may_leave_rejected ? machine_.queue().rejected_rows() : 0;
    }
    void check() const;
    // Remembers the first thing that went wrong. The observer must not throw.
    void expect(bool is_right, const char* what) const noexcept
    {
        if (!is_right && wrong_ == nullptr) {
            wrong_ = what;
        }
    }

    choices& choose_;
    machine_type::settings settings_;
    machine_type machine_;
    std::vector<connection> connections_;
    std::vector<row> rows_;
    std::array<std::size_t, places> counts_{};
    std::size_t queued_bytes_ = 0;
    std::vector<wait> waits_;
    std::array<owner, 3> owners_;
    std::uint64_t last_order_ = 0;
    std::uint64_t last_acknowledged_ = 0; // order, with one connection
    std::size_t server_takes_;            // bytes of a batch
    time_point now_{std::chrono::hours(1)};
    time_point timer_ = time_point::max();
    // what the observer is told
    std::size_t committed_rows_ = 0;
    std::size_t acknowledged_rows_ = 0;
    std::size_t removed_rows_ = 0;
    std::size_t returned_rows_ = 0;
    std::size_t dropped_rows_ = 0;
    bool is_stopped_ = false;

    std::optional<std::size_t> current_;   // the connection of this event
    std::vector<std::size_t> handed_over_; // rows of the buffer that is handed over
    bool is_losing_ = false;               // the connection may be lost
    bool is_breaking_off_ = false;         // in the middle of a batch
    bool has_reported_loss_ = false;
    bool is_abandoned_ = false;
    bool is_disconnected_ = false;
    std::size_t events_ = 0;
    mutable const char* wrong_ = nullptr;
};

} // namespace coquest::test
