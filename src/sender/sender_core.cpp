// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "sender/sender_core.hpp"

#include "tls/failure_text.hpp"

#include <asio/cancellation_state.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/execution/context.hpp>
#include <asio/post.hpp>
#include <asio/query.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <utility>

namespace coquest::detail {
namespace {

// A coroutine that adds rows and never waits for anything else lets others have their turn after
// so many bytes.
constexpr std::size_t bytes_per_turn = std::size_t{64} * 1024;
// Memory that stays for rows to come, if they are less than two batches; a backlog's is set free.
constexpr std::size_t least_spare = std::size_t{4} * 1024 * 1024;

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

write_queue::limits queue_limits(const config& options, retry_budget* budget)
{
    write_queue::limits made;
    made.retry_timeout = options.retry_timeout;
    made.max_backoff = options.retry_max_backoff;
    made.in_order = options.connections == 1;
    made.retry_at_now = options.retry_at_now;
    made.budget = budget;
    return made;
}

// The state must be a variable: as a temporary within a co_await expression it breaks the frame of
// a coroutine that g++ 12 compiles.
bool cancelled(const asio::cancellation_state& state) noexcept
{
    return state.cancelled() != asio::cancellation_type::none;
}

// Returns when a wait of at most `limit` ends; 0 is no limit.
net::clock::time_point end_of(std::chrono::milliseconds limit)
{
    return limit.count() == 0 ? net::clock::time_point::max() : net::clock::now() + limit;
}

std::string over(const char* key, std::chrono::milliseconds limit)
{
    return std::string(key) + " (" + std::to_string(limit.count()) + " ms) is over";
}

error open_row()
{
    return {errc::invalid_api_call,
            "can't flush a buffer while a row is open: call at or at_now first"};
}

} // namespace

sender_core::sender_core(sender_parts&& parts)
    : executor_(std::move(parts.executor)), config_(std::move(parts.options)),
      on_rejected_(std::move(parts.on_rejected)), seen_(std::move(parts.seen)),
      shared_(std::move(parts.shared)), max_name_len_(parts.max_name_len),
      rows_per_batch_(config_->rows_per_batch()),
      bytes_per_batch_(config_->auto_flush ? config_->auto_flush_bytes : 0),
      rows_(parts.version, open_rows_limits(*config_, max_name_len_)),
      queue_(queue_limits(*config_, &shared_->budget)), streams_(!is_http(config_->transport)),
      unconfirmed_(config_->max_buf_size), changes_(executor_), room_(executor_),
      random_(std::random_device{}())
{
    for (auto& transport : parts.transports) {
        transport->on_hang_up([this](fault&& why) { connection_lost(std::move(why)); });
        lanes_.push_back(std::make_unique<lane>(executor_, std::move(transport)));
    }
}

sender_core::~sender_core()
{
    if (context_ != nullptr) {
        context_->remove(*this);
    }
}

void sender_core::start()
{
    auto& ends = asio::use_service<context_end>(asio::query(executor_, asio::execution::context));
    ends.add(*this);
    context_ = &ends;
    for (const auto& one : lanes_) {
        ++running_;
        asio::co_spawn(executor_, run(shared_from_this(), *one), asio::detached);
    }
}

buffer sender_core::new_buffer() const
{
    return buffer(version(), buffer_limits(*config_, config_->max_buf_size, max_name_len_));
}

asio::awaitable<void> sender_core::flush()
{
    const auto self = shared_from_this();
    require_open();
    seen_->flushing();
    co_await delivered(ask_for_all());
}

asio::awaitable<void> sender_core::flush(buffer& rows)
{
    require_open();
    seen_->flushing();
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
        co_await deliver(&rows);
    }
}

asio::awaitable<void> sender_core::flush_and_keep(const buffer& rows)
{
    if (buffer_access::row_open(rows)) {
        throw open_row();
    }
    buffer copy(rows.version(), {});
    buffer_access::put_back(copy, buffer_access::copy(rows));
    co_await flush(copy);
}

// Sends the rows of a caller's buffer; where that fails, they go back to it.
asio::awaitable<void> sender_core::deliver(buffer* home)
{
    const auto self = shared_from_this();
    seal(); // what was committed before goes first
    queue_.prepare();
    guests_.push_back({queue_.last_id() + 1, home}); // rows that were taken must not get lost
    batch rows = buffer_access::take(*home);
    seen_->committed(rows.rows, rows.bytes());
    const std::uint64_t id = queue_.push(std::move(rows));
    std::exception_ptr failure;
    try {
        co_await delivered(id);
    } catch (...) {
        failure = std::current_exception();
    }
    std::erase_if(guests_, [id](const guest& one) { return one.id == id; });
    if (failure) {
        batch left = queue_.withdraw(id);
        seen_->left(&metrics_snapshot::rows_returned, left.rows);
        buffer_access::put_back(*home, std::move(left));
        changed();
        wake_all();
        std::rethrow_exception(failure);
    }
}

// Completes when batch `id` is acknowledged; throws when it is given up, or the queue stops before.
asio::awaitable<void> sender_core::delivered(std::uint64_t id)
{
    const std::uint64_t stops = stops_;
    resume();
    if (streams_) {
        wake_all(); // what is sent without waiting must not keep everything else from its turn
    } else {
        run_idle();
    }
    const auto until = end_of(config_->flush_timeout);
    while (!queue_.done(id)) {
        if (const fault* why = queue_.given_up(id)) {
            throw why->to_error();
        }
        if (stops_ != stops || queue_.stopped()) {
            reported_ = true;
            throw last_failure_.to_error();
        }
        if (stop_) {
            throw error(errc::closed, "the sender was closed before the rows were acknowledged");
        }
        if (clock::now() >= until) {
            throw refused(errc::timed_out,
                          over("flush_timeout", config_->flush_timeout) + "; the rows are kept");
        }
        co_await changes_.wait(until);
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (cancelled(state)) {
            throw error(errc::cancelled,
                        "cancelled while waiting for the server; the rows are kept");
        }
    }
}

asio::awaitable<void> sender_core::wait_for_room()
{
    if (config_->auto_flush) {
        ask_for_all();
        wake();
    }
    const auto until = end_of(config_->at_timeout);
    // Where the queue stops, the row is committed all the same: the next call says why.
    while (over_limit() && !queue_.stopped() && !stop_) {
        if (clock::now() >= until) {
            throw refused(errc::timed_out, over("at_timeout", config_->at_timeout) +
                                               " and there is no room; the row is committed");
        }
        co_await room_.wait(until);
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (cancelled(state)) {
            throw error(errc::cancelled, "cancelled while waiting for room; the row is committed");
        }
    }
}

asio::awaitable<committed> sender_core::pause()
{
    const auto self = shared_from_this();
    co_await asio::post(executor_, asio::use_awaitable);
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (cancelled(state)) {
        throw error(errc::cancelled, "cancelled after the row was committed");
    }
    if (over_limit()) {
        co_await wait_for_room();
    }
    co_return committed();
}

asio::awaitable<void> sender_core::close()
{
    if (closed_) {
        co_return;
    }
    const auto self = shared_from_this();
    closed_ = true;
    const auto until = clock::now() + config_->close_timeout;
    fault problem;
    do {
        problem = co_await drain(until);
        if (!problem) {
            problem = co_await end_connections(until);
        }
    } while (!problem && !queue_.empty());
    stop_ = true;
    alarm_.reset();
    for (const auto& one : lanes_) {
        one->transport->close();
    }
    wake_all();
    changed();
    while (running_ != 0 && problem.code != errc::cancelled) {
        co_await changes_.wait();
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (cancelled(state)) {
            break;
        }
    }
    problem.info.unsent_rows = unsent_rows();
    seen_->closed(problem);
    std::move(problem).raise();
}

// Delivers all that is left.
asio::awaitable<fault> sender_core::drain(clock::time_point until)
{
    ask_for_all();
    resume();
    wake_all();
    const std::uint64_t stops = stops_;
    const auto left = [this] { return std::to_string(unsent_rows()) + " unsent rows"; };
    while (!queue_.empty() || !rows_.empty()) {
        if (abandoned_) {
            co_return fault(errc::closed, "the sender was destroyed with " + left());
        }
        if (stops_ != stops || queue_.stopped()) {
            fault problem = last_failure_;
            problem.info.message = "closed with " + left() + ": " + problem.info.message;
            co_return problem;
        }
        if (clock::now() >= until) {
            co_return fault(errc::timed_out, "closed with " + left() + ": " +
                                                 over("close_timeout", config_->close_timeout));
        }
        co_await changes_.wait(until);
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (cancelled(state)) {
            co_return fault(errc::cancelled, "closing was cancelled with " + left());
        }
    }
    co_return fault();
}

// Says goodbye. Rows that were sent and may be lost are in the queue again afterwards.
asio::awaitable<fault> sender_core::end_connections(clock::time_point until)
{
    for (const auto& one : lanes_) {
        const auto limit = in_doubt() ? until : clock::now(); // there may be nothing to wait for
        fault problem = co_await one->transport->shutdown(limit);
        if (problem && in_doubt()) {
            doubt(std::move(problem));
            if (queue_.stopped()) {
                problem = last_failure_;
                problem.info.message = "closed with " + std::to_string(unsent_rows()) +
                                       " rows that may not be stored: " + problem.info.message;
                co_return problem;
            }
        }
    }
    co_return fault();
}

buffer sender_core::take_unsent()
{
    seal();
    buffer unsent = new_buffer();
    resume();
    buffer_access::put_back(unsent, queue_.withdraw_all());
    seen_->left(&metrics_snapshot::rows_returned, unsent.row_count());
    changed();
    return unsent;
}

void sender_core::reload_tls()
{
    if (!shared_->tls) {
        throw refused(errc::invalid_api_call, "reload_tls needs TLS: use https or tcps");
    }
    tls_diagnosis why;
    if (!shared_->tls->reload(why)) {
        fault problem = tls_fault("", std::move(why));
        seen_->noticed(
            {}, {tls_notice::what::reload_failed, problem.info.message, problem.info.path, 0});
        seen_->failed(problem);
        throw std::move(problem).to_error();
    }
    seen_->noticed({}, {tls_notice::what::reloaded, {}, {}, 0});
}

void sender_core::abandon() noexcept
{
    closed_ = stop_ = abandoned_ = true;
    alarm_.reset();
    for (const auto& one : lanes_) {
        one->transport->close();
    }
    if (!rows_.empty()) {
        seen_->committed(rows_.row_count(), rows_.size());
    }
    if (unsent_rows() != 0) {
        seen_->dropped(unsent_rows(), queue_.bytes() + rows_.size());
    }
    wake_all();
    changes_.wake();
    room_.wake();
}

void sender_core::context_gone() noexcept
{
    context_ = nullptr;
    closed_ = stop_ = true;
    alarm_.reset();
    changes_.release();
    room_.release();
    lanes_.clear();
    queue_.interrupted();
}

void sender_core::require_open()
{
    if (closed_) {
        throw refused(errc::closed, "the sender is closed");
    }
}

// Starts the queue again where it has stopped.
void sender_core::resume()
{
    if (!queue_.stopped() || queue_.unsure()) {
        return;
    }
    losses_ = 0;
    if (queue_.failure().info.state == delivery::rejected) {
        // QuestDB knows a table by what a connection saw of it last: what was mended meanwhile,
        // only a new connection sees.
        for (const auto& one : lanes_) {
            if (one->busy == nullptr) {
                one->transport->close();
            }
        }
    }
    queue_.resume();
    seen_->resumed(queue_);
}

// Makes the error of a call, and counts it.
error sender_core::refused(errc code, std::string message)
{
    const fault why(code, std::move(message));
    seen_->failed(why);
    return why.to_error();
}

void sender_core::refuse_rows()
{
    if (fault problem = admission()) {
        rows_.discard_row();
        seen_->failed(problem);
        std::move(problem).raise();
    }
}

// After a passing failure the loop starts again with the call that reports it.
fault sender_core::admission()
{
    if (closed_) {
        return {errc::closed, "the sender is closed"};
    }
    if (!queue_.stopped()) {
        return {};
    }
    if (!must_close() && last_failure_.info.state != delivery::rejected) {
        resume();
        wake_all();
        if (std::exchange(reported_, true)) {
            return {};
        }
    }
    return last_failure_;
}

// After the first row of a batch, the last, or bytes_per_turn more; true where it is time to pause.
bool sender_core::look_at_rows()
{
    const std::size_t size = rows_.size();
    const bool first = rows_.row_count() == 1;
    const bool turn = size >= look_at_;
    look_at_ = size + bytes_per_turn;
    if (!config_->auto_flush) {
        return turn && !first;
    }
    if ((rows_per_batch_ != 0 && rows_.row_count() >= rows_per_batch_) ||
        (bytes_per_batch_ != 0 && size >= bytes_per_batch_)) {
        seal();
        wake();
        return true;
    }
    if (bytes_per_batch_ != 0) {
        look_at_ = std::min(look_at_, bytes_per_batch_);
    }
    if (first && config_->auto_flush_interval) {
        const auto interval = *config_->auto_flush_interval;
        const bool at_once = interval.count() == 0;
        seal_at_ = std::min(seal_at_, at_once ? clock::time_point::min() : clock::now() + interval);
        try {
            if (at_once) {
                wake();
            } else {
                alarm_at(seal_at_);
            }
        } catch (const std::bad_alloc&) { // the row is committed: the loop will find out
            wake();
        }
        return at_once && queue_.in_flight() < lanes_.size();
    }
    return turn && !first;
}

// Makes a batch of the rows that have gathered.
void sender_core::seal()
{
    seal_at_ = clock::time_point::max();
    look_at_ = 0;
    if (!rows_.empty()) {
        queue_.prepare(); // rows that were taken must not get lost
        seen_->committed(rows_.row_count(), rows_.size());
        most_spare_ = std::max(least_spare, 2 * rows_.size());
        const bool waits = queue_.batches() > lanes_.size();
        queue_.push(waits ? buffer_access::take_to_wait(rows_) : buffer_access::take(rows_), true);
        make_room();
        seen_->show(queue_);
    }
}

// Asks for all rows to be sent, and returns the number of the batch that holds the last of them.
// They go on gathering until a connection is free, so that many who ask share a request.
std::uint64_t sender_core::ask_for_all()
{
    if (rows_.empty()) {
        return queue_.last_id();
    }
    seal_at_ = clock::time_point::min();
    return queue_.last_id() + 1;
}

// Wakes a connection that has nothing to do.
void sender_core::wake()
{
    const auto one = std::ranges::find_if(lanes_, [](const auto& l) { return !l->idle.empty(); });
    if (one != lanes_.end()) {
        (*one)->idle.wake();
    }
}

void sender_core::wake_all()
{
    for (const auto& one : lanes_) {
        one->idle.wake();
    }
}

// Has those that have nothing to do look for something before it returns: that saves a turn of the
// reactor.
void sender_core::run_idle()
{
    for (const auto& one : lanes_) {
        one->idle.resume();
    }
}

// It need not be set for each batch: where it is early, the loops set it again.
void sender_core::alarm_at(clock::time_point when)
{
    if (when >= alarm_at_ || stop_) {
        return;
    }
    alarm_at_ = clock::time_point::max(); // should there be no memory
    alarm_.emplace(executor_, when);
    alarm_->async_wait([weak = weak_from_this()](std::error_code ec) {
        const auto self = weak.lock();
        if (self && !ec) {
            self->alarm_at_ = clock::time_point::max();
            self->run_idle();
        }
    });
    alarm_at_ = when;
}

// Tells those who wait: later, or at once.
void sender_core::changed(bool at_once)
{
    seen_->show(queue_);
    if (at_once) {
        changes_.resume();
    } else {
        changes_.wake();
    }
    if (stop_ || queue_.stopped() || !over_limit()) {
        room_.wake();
    }
}

} // namespace coquest::detail
