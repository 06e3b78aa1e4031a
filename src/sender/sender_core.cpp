// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "sender/sender_core.hpp"

#include <asio/cancellation_state.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>
#include <utility>

namespace coquest::detail {
namespace {

buffer_options buffer_limits(const config& options, std::size_t max_size, std::size_t max_name_len)
{
    return {options.init_buf_size, max_size, max_name_len, options.check_duplicates};
}

buffer_options open_rows_limits(const config& options, std::size_t max_name_len)
{
    // With auto_flush the limit is kept by waiting (over_limit); without, nobody would end the
    // wait.
    const std::size_t limit = options.auto_flush ? 2 * options.max_buf_size : options.max_buf_size;
    return buffer_limits(options, limit, max_name_len);
}

// The state must be a variable: as a temporary within a co_await expression it breaks the frame of
// a coroutine that g++ 12 compiles.
bool cancelled(const asio::cancellation_state& state) noexcept
{
    return state.cancelled() != asio::cancellation_type::none;
}

error open_row()
{
    return {errc::invalid_api_call,
            "can't flush a buffer while a row is open: call at or at_now first"};
}

batch copy_rows(const buffer& from)
{
    batch copy;
    for (const std::string_view piece : from.chunks()) {
        segment* one = segment::make(piece.size());
        std::memcpy(one->data(), piece.data(), piece.size());
        one->size = piece.size();
        copy.chain.push_back(one);
    }
    copy.rows = from.row_count();
    return copy;
}

} // namespace

sender_core::sender_core(const asio::any_io_executor& executor,
                         std::shared_ptr<const config> options,
                         std::unique_ptr<net::transport> transport, protocol_version version,
                         std::size_t max_name_len)
    : executor_(executor), config_(std::move(options)), transport_(std::move(transport)),
      max_name_len_(max_name_len), rows_per_batch_(config_->rows_per_batch()),
      bytes_per_batch_(config_->auto_flush ? config_->auto_flush_bytes : 0),
      rows_(version, open_rows_limits(*config_, max_name_len)),
      queue_({config_->retry_timeout, config_->retry_max_backoff}), wake_(executor),
      progress_(executor, clock::time_point::max()), random_(std::random_device{}())
{
}

void sender_core::start()
{
    running_ = true;
    asio::co_spawn(executor_, run(shared_from_this()), asio::detached);
}

buffer sender_core::new_buffer() const
{
    return buffer(version(), buffer_limits(*config_, config_->max_buf_size, max_name_len_));
}

asio::awaitable<void> sender_core::flush()
{
    const auto self = shared_from_this();
    require_open();
    seal();
    co_await delivered(queue_.last_id());
}

asio::awaitable<void> sender_core::flush(buffer& rows)
{
    require_open();
    if (rows.version() != version()) {
        throw error(errc::protocol_version_error,
                    "the buffer holds rows of protocol version " +
                        std::to_string(static_cast<int>(rows.version())) +
                        ", and the sender sends version " +
                        std::to_string(static_cast<int>(version())) + ": use sender.new_buffer()");
    }
    if (buffer_access::row_open(rows)) {
        throw open_row();
    }
    if (!rows.empty()) {
        batch taken = buffer_access::take(rows);
        co_await deliver(std::move(taken), &rows);
    }
}

asio::awaitable<void> sender_core::flush_and_keep(const buffer& rows)
{
    if (buffer_access::row_open(rows)) {
        throw open_row();
    }
    buffer copy(rows.version(), {});
    buffer_access::put_back(copy, copy_rows(rows));
    co_await flush(copy);
}

// Sends the rows of a caller's buffer; where that fails, they go back to it.
asio::awaitable<void> sender_core::deliver(batch rows, buffer* home)
{
    const auto self = shared_from_this();
    seal(); // what was committed before goes first
    const std::uint64_t id = queue_.push(std::move(rows));
    guests_.push_back({id, home});
    std::exception_ptr failure;
    try {
        co_await delivered(id);
    } catch (...) {
        failure = std::current_exception();
    }
    std::erase_if(guests_, [id](const guest& one) { return one.id == id; });
    if (failure) {
        batch back;
        if (queue_.withdraw(id, back)) {
            buffer_access::put_back(*home, std::move(back));
            progress_.cancel();
            wake();
        }
        std::rethrow_exception(failure);
    }
}

// Completes when batch `id` is acknowledged; throws when the queue stops before.
asio::awaitable<void> sender_core::delivered(std::uint64_t id)
{
    if (queue_.stopped()) {
        queue_.resume();
    }
    wake();
    const std::uint64_t stops = stops_;
    while (!queue_.done(id)) {
        co_await progress();
        if (stops_ != stops && !queue_.done(id)) {
            reported_ = true;
            throw last_failure_.to_error();
        }
        if (stop_ && !queue_.done(id)) {
            throw error(errc::closed, "the sender was closed before the rows were acknowledged");
        }
    }
}

// Waits until something has happened to the queue.
asio::awaitable<void> sender_core::progress()
{
    co_await progress_.async_wait(net::no_throw);
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (cancelled(state)) {
        throw error(errc::cancelled, "cancelled while waiting for the server; the rows are kept");
    }
}

asio::awaitable<void> sender_core::wait_for_room()
{
    const auto self = shared_from_this();
    if (config_->auto_flush) {
        seal();
    }
    // Where the queue stops, the row is committed all the same: the next call says why.
    while (over_limit() && !queue_.stopped() && !stop_) {
        co_await progress();
    }
}

asio::awaitable<void> sender_core::pause()
{
    co_await asio::post(executor_, asio::use_awaitable);
    if (over_limit()) {
        co_await wait_for_room();
    }
}

asio::awaitable<void> sender_core::close()
{
    if (closed_) {
        co_return;
    }
    const auto self = shared_from_this();
    closed_ = true;
    seal();
    fault problem = co_await drain();
    stop_ = true;
    if (problem) {
        transport_->close();
    } else {
        co_await transport_->shutdown();
    }
    wake_.cancel();
    progress_.cancel();
    while (running_ && problem.code != errc::cancelled) {
        co_await progress_.async_wait(net::no_throw);
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (cancelled(state)) {
            break;
        }
    }
    problem.info.unsent_rows = unsent_rows();
    std::move(problem).raise();
}

// Delivers what is in the queue within close_timeout.
asio::awaitable<fault> sender_core::drain()
{
    if (queue_.empty()) {
        co_return fault();
    }
    asio::steady_timer limit(executor_, config_->close_timeout);
    limit.async_wait([self = shared_from_this()](std::error_code ec) {
        if (!ec) {
            self->late_ = true;
            self->progress_.cancel();
        }
    });
    if (queue_.stopped()) {
        queue_.resume();
    }
    wake();
    fault problem;
    const std::uint64_t stops = stops_;
    while (!queue_.empty() && !problem) {
        if (stops_ != stops) {
            problem = last_failure_;
            problem.info.message = "closed with " + std::to_string(unsent_rows()) +
                                   " unsent rows: " + problem.info.message;
        } else if (late_) {
            problem = fault(errc::timed_out, "closed with " + std::to_string(unsent_rows()) +
                                                 " unsent rows: close_timeout (" +
                                                 std::to_string(config_->close_timeout.count()) +
                                                 " ms) is over");
        } else {
            co_await progress_.async_wait(net::no_throw);
            const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
            if (cancelled(state)) {
                problem =
                    fault(errc::cancelled, "closing was cancelled with " +
                                               std::to_string(unsent_rows()) + " unsent rows");
            }
        }
    }
    limit.cancel();
    co_return problem;
}

buffer sender_core::take_unsent()
{
    seal();
    buffer unsent = new_buffer();
    buffer_access::put_back(unsent, queue_.withdraw_all());
    progress_.cancel();
    return unsent;
}

void sender_core::abandon() noexcept
{
    closed_ = stop_ = true;
    transport_->close();
    wake_.cancel();
    progress_.cancel();
}

void sender_core::require_open() const
{
    if (closed_) {
        throw error(errc::closed, "the sender is closed");
    }
}

void sender_core::admit()
{
    if (!closed_ && !queue_.stopped()) [[likely]] {
        return;
    }
    const bool passing =
        !closed_ && !transport_->must_close() && last_failure_.info.state != delivery::rejected;
    if (passing) {
        queue_.resume();
        wake();
        if (std::exchange(reported_, true)) {
            return;
        }
    }
    rows_.discard_row();
    require_open();
    throw last_failure_.to_error();
}

// After the first row of a batch, or the last.
void sender_core::batch_grew()
{
    if (!config_->auto_flush) {
        return;
    }
    if ((rows_per_batch_ != 0 && rows_.row_count() >= rows_per_batch_) ||
        (bytes_per_batch_ != 0 && rows_.size() >= bytes_per_batch_)) {
        seal();
        wake();
    } else if (config_->auto_flush_interval) {
        seal_at_ = clock::now() + *config_->auto_flush_interval;
        wake(); // the loop's wait must end then
    }
}

void sender_core::seal()
{
    seal_at_ = clock::time_point::max();
    if (!rows_.empty()) {
        queue_.push(buffer_access::take(rows_));
    }
}

void sender_core::wake()
{
    if (waiting_) {
        wake_.cancel();
    }
}

// Takes part in the ownership: it may outlive the handle by one step.
asio::awaitable<void> sender_core::run(std::shared_ptr<sender_core> /*self*/)
{
    while (!stop_) {
        const auto now = clock::now();
        // while a batch is in flight or the queue stopped, rows gather
        if (seal_at_ <= now && !queue_.stopped()) {
            seal();
        }
        const auto next = queue_.next(now);
        if (next.what == write_queue::action::send) {
            co_await send_front();
            continue;
        }
        wake_.expires_at(queue_.stopped() ? clock::time_point::max()
                                          : std::min(next.until, seal_at_));
        waiting_ = true;
        co_await wake_.async_wait(net::no_throw);
        waiting_ = false;
    }
    running_ = false;
    progress_.cancel();
}

asio::awaitable<void> sender_core::send_front()
{
    queue_.sending(clock::now());
    fault problem;
    try {
        problem = co_await transport_->send(queue_.front().chain);
    } catch (const std::exception& unexpected) { // no memory, or a TLS backend that throws
        problem = fault(errc::socket_error, std::string("sending failed: ") + unexpected.what());
        problem.info.state = delivery::maybe_applied;
        transport_->close();
    }
    if (problem) {
        queue_.failed(std::move(problem), clock::now(), static_cast<std::uint32_t>(random_()));
        if (queue_.stopped()) {
            last_failure_ = queue_.failure();
            ++stops_;
            reported_ = false;
        }
    } else {
        const std::uint64_t id = queue_.front_id();
        batch done = queue_.sent();
        const auto owner = std::find_if(guests_.begin(), guests_.end(),
                                        [id](const guest& one) { return one.id == id; });
        buffer_access::recycle(owner == guests_.end() ? rows_ : *owner->home,
                               std::move(done.chain));
    }
    progress_.cancel();
}

} // namespace coquest::detail
