// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a sender does behind its handle: the rows that are open, the queue of batches, and the write
// loop that drives the queue. All of it runs on one strand.
#pragma once

#include "core/retry.hpp"
#include "core/unconfirmed_rows.hpp"
#include "core/write_queue.hpp"
#include "net/transport.hpp"
#include "sender/context_end.hpp"
#include "sender/shared_parts.hpp"
#include "sender/waiters.hpp"
#include "sender/watch.hpp"

#include <coquest/buffer.hpp>
#include <coquest/committed.hpp>
#include <coquest/config.hpp>
#include <coquest/detail/buffer_access.hpp>
#include <coquest/rejection.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace coquest::detail {

/// What a sender is made of.
struct sender_parts {
    asio::any_io_executor executor;
    std::shared_ptr<const config> options;
    std::unique_ptr<watch> seen; // outlives the transports, which refer to it
    std::vector<std::unique_ptr<net::transport>> transports; // one for each connection
    protocol_version version = protocol_version::v1;
    std::size_t max_name_len = 0;
    rejection_handler on_rejected;
    std::shared_ptr<shared_parts> shared;
};

class sender_core : public std::enable_shared_from_this<sender_core> {
public:
    using clock = net::clock;

    explicit sender_core(sender_parts&& parts);
    sender_core(const sender_core&) = delete;
    sender_core& operator=(const sender_core&) = delete;
    ~sender_core();

    /// Starts the write loop.
    void start();

    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }
    [[nodiscard]] buffer& rows() noexcept { return rows_; }
    [[nodiscard]] buffer new_buffer() const;

    /// Ends the open row with the server's time or a timestamp, and commits it without waiting, or
    /// withdraws it and says why not.
    template <class... Timestamp>
    std::error_code try_finish(diagnostics* why, Timestamp... value);

    /// Lets a row in, or withdraws the open one and throws what happened since the last await.
    void admit()
    {
        if (closed_ || queue_.stopped()) [[unlikely]] {
            refuse_rows();
        }
    }
    /// Takes note of a new row; true where whoever adds more should pause.
    bool row_added()
    {
        if (rows_.row_count() == 1 || rows_.row_count() == rows_per_batch_ ||
            rows_.size() >= look_at_) {
            return look_at_rows() || over_limit();
        }
        return over_limit();
    }
    /// Lets the write loop have its turn, and waits for room.
    asio::awaitable<committed> pause();

    asio::awaitable<void> flush();
    asio::awaitable<void> flush(buffer& rows);
    asio::awaitable<void> flush_and_keep(const buffer& rows);
    asio::awaitable<void> close();
    [[nodiscard]] buffer take_unsent();
    void reload_tls();
    /// Ends everything without waiting.
    void abandon() noexcept;
    /// Ends everything for good: what waits will not come back.
    void context_gone() noexcept;

    [[nodiscard]] std::size_t unsent_rows() const noexcept
    {
        return queue_.rows() + rows_.row_count();
    }
    [[nodiscard]] protocol_version version() const noexcept { return rows_.version(); }
    [[nodiscard]] std::shared_ptr<const metrics> numbers() const noexcept
    {
        return seen_->numbers();
    }
    [[nodiscard]] bool must_close() const noexcept { return closed_ || queue_.unsure(); }

private:
    // One connection and the loop that drives it.
    struct lane {
        lane(const asio::any_io_executor& executor, std::unique_ptr<net::transport> carrier)
            : transport(std::move(carrier)), idle(executor)
        {
        }
        std::unique_ptr<net::transport> transport;
        waiters idle;                       // the loop, while it has nothing to do
        write_queue::entry* busy = nullptr; // what is being sent
    };
    // A buffer whose rows are in the queue, and that gets their memory back.
    struct guest {
        std::uint64_t id = 0;
        buffer* home = nullptr;
    };
    using entry = write_queue::entry;

    asio::awaitable<void> run(std::shared_ptr<sender_core> self, lane& on);
    asio::awaitable<void> proceed(lane& on);
    void starve(lane& on) noexcept;
    asio::awaitable<void> send(lane& on, entry& what);
    void acknowledged(entry& what);
    void keep(batch&& sent, buffer& home);
    void give_back(buffer& home, segment_chain&& spare) noexcept;
    void make_room();
    void failed(entry& what, fault&& why);
    void connection_lost(fault&& why) noexcept;
    void doubt(fault&& why, entry* current = nullptr, bool unsure = false);
    void explain_doubt(diagnostics& why, std::size_t partly);
    [[nodiscard]] bool in_doubt();
    void rejected(entry& what, fault&& why);
    void give_up(entry& what, fault&& why);
    void stop(fault&& why);
    [[nodiscard]] buffer* home_of(const entry& what) const noexcept;

    [[nodiscard]] fault admission();
    void refuse_rows();
    bool look_at_rows();
    void seal();
    void resume();
    [[nodiscard]] error refused(errc code, std::string message);
    std::uint64_t ask_for_all();
    void wake();
    void wake_all();
    void run_idle();
    void alarm_at(clock::time_point when);
    void changed(bool at_once = false);
    asio::awaitable<void> wait_for_room();
    asio::awaitable<void> delivered(std::uint64_t id);
    asio::awaitable<void> deliver(buffer* home);
    asio::awaitable<fault> drain(clock::time_point until);
    asio::awaitable<fault> end_connections(clock::time_point until);
    void require_open();
    // What of max_buf_size is left for rows that were sent.
    [[nodiscard]] std::size_t room_to_keep() const noexcept
    {
        const std::size_t waiting = queue_.bytes() + rows_.size();
        return config_->max_buf_size - std::min(config_->max_buf_size, waiting);
    }
    [[nodiscard]] bool over_limit() const noexcept
    {
        return queue_.bytes() + rows_.size() > config_->max_buf_size;
    }

    asio::any_io_executor executor_;
    std::shared_ptr<const config> config_;
    rejection_handler on_rejected_;
    std::unique_ptr<watch> seen_;
    std::shared_ptr<shared_parts> shared_;
    std::size_t max_name_len_;
    std::size_t rows_per_batch_;  // 0: no limit
    std::size_t bytes_per_batch_; // 0: no limit
    buffer rows_;
    std::size_t look_at_ = 0;    // size of rows_ at which to look whether there is something to do
    std::size_t most_spare_ = 0; // bytes that rows_ keep for rows to come
    clock::time_point seal_at_ = clock::time_point::max(); // when rows_ become a batch
    std::optional<asio::steady_timer> alarm_;              // has idle loops look at the time
    clock::time_point alarm_at_ = clock::time_point::max();
    write_queue queue_;
    // Of TCP, where a connection acknowledges nothing, and there is one only.
    bool streams_;
    unconfirmed_rows unconfirmed_;
    unsigned losses_ = 0; // of connections with unconfirmed rows, one soon after the other
    clock::time_point first_loss_;
    clock::time_point last_loss_;
    std::vector<std::unique_ptr<lane>> lanes_;
    std::vector<guest> guests_;

    context_end* context_ = nullptr; // that knows this sender
    waiters changes_;                // those who wait for batches to leave
    waiters room_;                   // those who wait for room
    std::minstd_rand random_;
    fault last_failure_;
    std::uint64_t stops_ = 0; // how often the queue has stopped
    std::size_t running_ = 0; // lanes whose loop has not ended
    bool reported_ = false;   // somebody was told of the last stop
    bool closed_ = false;     // no more calls
    bool stop_ = false;       // the loops are to end
    bool abandoned_ = false;  // and nobody wants to know of anything
};

template <class... Timestamp>
std::error_code sender_core::try_finish(diagnostics* why, Timestamp... value)
{
    fault problem = admission();
    if (!problem && over_limit()) {
        problem = fault(errc::would_block, "the buffer is full: " + std::to_string(unsent_rows()) +
                                               " rows wait for the server (max_buf_size)");
    }
    if (problem) {
        rows_.discard_row();
        seen_->failed(problem);
    } else {
        problem = buffer_access::finish(rows_, value...);
        if (!problem) {
            row_added();
        }
    }
    if (why != nullptr) {
        *why = std::move(problem.info);
    }
    return problem.code;
}

} // namespace coquest::detail
