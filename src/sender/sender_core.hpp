// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a sender does behind its handle: the rows that are open, the queue of batches, and the write
// loop that drives the queue. All of it runs on one strand.
#pragma once

#include "core/write_queue.hpp"
#include "net/transport.hpp"

#include <coquest/buffer.hpp>
#include <coquest/config.hpp>
#include <coquest/detail/buffer_access.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace coquest::detail {

class sender_core : public std::enable_shared_from_this<sender_core> {
public:
    using clock = net::clock;

    sender_core(const asio::any_io_executor& executor, std::shared_ptr<const config> options,
                std::unique_ptr<net::transport> transport, protocol_version version,
                std::size_t max_name_len);

    /// Starts the write loop.
    void start();

    [[nodiscard]] buffer& rows() noexcept { return rows_; }
    [[nodiscard]] buffer new_buffer() const;

    /// Ends the open row with the server's time or a timestamp, and commits it.
    template <class... Timestamp>
    asio::awaitable<void> finish(Timestamp... value);

    /// Lets a row in, or withdraws the open one and throws what happened since the last await.
    void admit();
    /// Takes note of a new row; true where a batch was sealed or there is no room for more.
    bool row_added();
    /// Lets the write loop have its turn, and waits for room.
    asio::awaitable<void> pause();

    asio::awaitable<void> flush();
    asio::awaitable<void> flush(buffer& rows);
    asio::awaitable<void> flush_and_keep(const buffer& rows);
    asio::awaitable<void> close();
    [[nodiscard]] buffer take_unsent();
    /// Ends everything without waiting.
    void abandon() noexcept;

    [[nodiscard]] std::size_t unsent_rows() const noexcept
    {
        return queue_.rows() + rows_.row_count();
    }
    [[nodiscard]] protocol_version version() const noexcept { return rows_.version(); }
    [[nodiscard]] bool must_close() const noexcept { return closed_ || transport_->must_close(); }

private:
    // A buffer whose rows are in the queue, and that gets their memory back.
    struct guest {
        std::uint64_t id = 0;
        buffer* home = nullptr;
    };

    asio::awaitable<void> run(std::shared_ptr<sender_core> self);
    asio::awaitable<void> send_front();
    asio::awaitable<void> wait_for_room();
    asio::awaitable<void> delivered(std::uint64_t id);
    asio::awaitable<void> deliver(batch rows, buffer* home);
    asio::awaitable<void> progress();
    asio::awaitable<fault> drain();
    void require_open() const;
    void batch_grew();
    void seal();
    void wake();
    [[nodiscard]] bool over_limit() const noexcept
    {
        return queue_.bytes() + rows_.size() > config_->max_buf_size;
    }

    asio::any_io_executor executor_;
    std::shared_ptr<const config> config_;
    std::unique_ptr<net::transport> transport_;
    std::size_t max_name_len_;
    std::size_t rows_per_batch_;  // 0: no limit
    std::size_t bytes_per_batch_; // 0: no limit
    buffer rows_;
    write_queue queue_;
    std::vector<guest> guests_;
    clock::time_point seal_at_ = clock::time_point::max(); // of the rows that are not sealed

    asio::steady_timer wake_;     // the loop waits on it; cancelled when there is something to do
    asio::steady_timer progress_; // others wait on it; cancelled when the queue changed
    std::minstd_rand random_;
    fault last_failure_;
    std::uint64_t stops_ = 0; // how often the queue has stopped
    bool reported_ = false;   // somebody was told of the last stop
    bool waiting_ = false;    // the loop is in its wait
    bool running_ = false;    // the loop has not ended
    bool closed_ = false;     // no more calls
    bool late_ = false;       // close_timeout is over
    bool stop_ = false;       // the loop is to end
};

template <class... Timestamp>
asio::awaitable<void> sender_core::finish(Timestamp... value)
{
    admit();
    buffer_access::finish(rows_, value...).raise();
    row_added();
    if (over_limit()) [[unlikely]] {
        co_await wait_for_room();
    }
}

inline bool sender_core::row_added()
{
    if (rows_.row_count() == 1 || rows_.row_count() == rows_per_batch_ ||
        (bytes_per_batch_ != 0 && rows_.size() >= bytes_per_batch_)) {
        batch_grew();
        return rows_.empty() || over_limit();
    }
    return over_limit();
}

} // namespace coquest::detail
