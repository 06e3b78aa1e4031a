// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Decides what the write loop does next. It knows batches, answers and the time it is told;
// sockets, clocks and coroutines are the driver's.
#pragma once

#include <coquest/detail/fault.hpp>
#include <coquest/detail/segment.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <utility>

namespace coquest::detail {

/// Holds the batches that are not acknowledged, in order.
///
/// Theory of operation. A batch enters at the back and gets a number. The driver asks next(): it is
/// told to send the front batch, to wait until a time, or to do nothing. It reports what came of a
/// send: an acknowledged batch leaves; a failed one stays at the front, and is due again after a
/// pause, or, where trying again is hopeless or retry_timeout is over, stops the queue. A stopped
/// queue sends nothing and loses nothing until resume().
class write_queue {
public:
    using time_point = std::chrono::steady_clock::time_point;

    struct limits {
        std::chrono::milliseconds retry_timeout{0}; // from the first failure; 0: no retries
        std::chrono::milliseconds max_backoff{0};
    };

    enum class action {
        nothing, // wait for push() or resume()
        send,    // front(), then sent() or failed()
        wait,    // until decision::until, or for a change
    };
    struct decision {
        action what = action::nothing;
        time_point until = time_point::max();
    };

    explicit write_queue(limits allowed) noexcept : limits_(allowed) {}

    /// Adds a batch at the back; returns its number, counted from 1.
    std::uint64_t push(batch&& rows);

    /// Says what to do at @p now.
    [[nodiscard]] decision next(time_point now) const;
    /// Returns the batch to send, and its number.
    [[nodiscard]] const batch& front() const { return queue_.front().rows; }
    [[nodiscard]] std::uint64_t front_id() const { return queue_.front().id; }
    /// Returns the number of the last batch that was pushed; 0: none was.
    [[nodiscard]] std::uint64_t last_id() const noexcept { return last_id_; }
    /// Takes note that the front batch is being sent.
    void sending(time_point now) noexcept;
    /// Takes note that it was acknowledged, and returns it for its memory.
    [[nodiscard]] batch sent();
    /// Takes note that it failed. @p random: see backoff().
    void failed(fault&& why, time_point now, std::uint32_t random);

    /// Starts again after a failure that stopped the queue.
    void resume() noexcept;
    /// Takes the batch of number @p id out, with everything that happened to it forgotten. False
    /// where it is not here, or is being sent.
    [[nodiscard]] bool withdraw(std::uint64_t id, batch& out);
    /// Takes out all batches but the one that is being sent, and forgets the failure.
    [[nodiscard]] batch withdraw_all();

    /// Says whether batch @p id and all before it have left, acknowledged or withdrawn.
    [[nodiscard]] bool done(std::uint64_t id) const noexcept;
    [[nodiscard]] bool stopped() const noexcept { return static_cast<bool>(failure_); }
    /// Returns why the queue is stopped.
    [[nodiscard]] const fault& failure() const noexcept { return failure_; }
    [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }
    [[nodiscard]] bool in_flight() const noexcept { return in_flight_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }

private:
    struct entry {
        std::uint64_t id = 0;
        batch rows;
    };

    batch take(std::list<entry>::iterator at);
    void forget_attempts() noexcept;

    limits limits_;
    std::list<entry> queue_;
    std::list<entry> spare_; // nodes to use again, so that a batch costs no allocation
    std::uint64_t last_id_ = 0;
    std::size_t bytes_ = 0;
    std::size_t rows_ = 0;
    bool in_flight_ = false;
    unsigned attempts_ = 0; // of the front batch, since it was first sent or resume()
    time_point first_attempt_{};
    time_point first_failure_{};
    time_point due_ = time_point::min(); // of the front batch
    fault failure_;
};

} // namespace coquest::detail
