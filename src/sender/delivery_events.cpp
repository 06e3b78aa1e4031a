// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "sender/delivery_events.hpp"

#include <cstdio>
#include <new>
#include <utility>

namespace coquest::inline v0::detail {

void delivery_events::connected(std::string_view host, bool again) noexcept
{
    metrics_->add(&metrics_snapshot::connections);
    if (again) {
        metrics_->add(&metrics_snapshot::reconnects);
    }
    event happened;
    happened.kind = event_kind::connected;
    happened.host = host;
    happened.reconnect = again;
    notify(hook_, happened);
}

void delivery_events::lost(std::string_view host, const status& failure) noexcept
{
    event happened;
    happened.kind = event_kind::connection_lost;
    happened.host = host;
    happened.failure = &failure.info();
    notify(hook_, happened);
}

void delivery_events::on_tls_event(std::string_view host, const tls_event& source) noexcept
{
    event result;
    result.host = host;
    diagnostics info;
    try {
        switch (source.kind) {
        case tls_event_kind::expires: {
            const auto [reported, is_new] =
                reported_days_.try_emplace(source.text, source.days_left);
            if (!is_new && std::exchange(reported->second, source.days_left) == source.days_left) {
                return;
            }
            result.kind = event_kind::certificate_expires;
            result.certificate = source.text;
            result.days_left = source.days_left;
            break;
        }
        case tls_event_kind::reloaded: result.kind = event_kind::tls_reloaded; break;
        case tls_event_kind::reload_failed:
            result.kind = event_kind::tls_reload_failed;
            info.message = source.text;
            info.path = source.path;
            result.failure = &info;
            break;
        }
    } catch (const std::bad_alloc&) { // the next connection reports it
        return;
    }
    notify(hook_, result);
}

void delivery_events::committed(std::size_t rows, std::size_t bytes) noexcept
{
    metrics_->add(&metrics_snapshot::rows_committed, rows);
    metrics_->add(&metrics_snapshot::bytes_committed, bytes);
    metrics_->add(&metrics_snapshot::batches);
}

void delivery_events::sending(const queued_batch& queued) noexcept
{
    metrics_->add(&metrics_snapshot::requests);
    if (queued.attempts > 1) {
        metrics_->add(&metrics_snapshot::retries);
    }
}

void delivery_events::acknowledged(const queued_batch& queued, time_point now) noexcept
{
    const auto latency = now - queued.first_attempt;
    metrics_->add(&metrics_snapshot::rows_acknowledged, queued.rows.rows);
    metrics_->add(&metrics_snapshot::bytes_acknowledged, queued.rows.bytes());
    metrics_->add_latency(latency);
    emit(event_kind::batch_acknowledged, queued.rows.rows, queued.rows.bytes(), nullptr, latency);
}

void delivery_events::failed(const status& failure) noexcept
{
    metrics_->add_error(failure.code(), failure.info().http_status);
}

void delivery_events::retrying(const queued_batch& queued, const status& failure,
                               time_point now) noexcept
{
    emit(event_kind::batch_retry, queued.rows.rows, queued.rows.bytes(), &failure.info(),
         queued.due - now);
}

void delivery_events::rejected(const queued_batch& queued, const status& failure) noexcept
{
    emit(event_kind::batch_rejected, queued.rows.rows, queued.rows.bytes(), &failure.info());
}

void delivery_events::handler_removed(std::size_t rows) noexcept
{
    metrics_->add(&metrics_snapshot::rows_rejected, rows);
}

void delivery_events::handler_added(std::size_t rows) noexcept
{
    metrics_->add(&metrics_snapshot::rows_committed, rows);
}

void delivery_events::returned(std::size_t rows) noexcept
{
    metrics_->add(&metrics_snapshot::rows_returned, rows);
}

void delivery_events::stopped(const write_queue& queue) noexcept
{
    emit(event_kind::stopped, queue.rows(), queue.bytes(), &queue.failure().info());
}

void delivery_events::resumed(const write_queue& queue) noexcept
{
    emit(event_kind::resumed, queue.rows(), queue.bytes());
}

void delivery_events::dropped(std::size_t rows, std::size_t bytes) noexcept
{
    metrics_->add(&metrics_snapshot::rows_dropped, rows);
    changed(write_queue({}));
    emit(event_kind::dropped_unacknowledged, rows, bytes);
    if (!hook_ && log_dropped_rows_) {
        char line[256]; // one write, and no allocation
        const int size = std::snprintf(
            line, sizeof line,
            "coquest: %zu row%s (%zu bytes) dropped: the sender was destroyed with rows that were "
            "not acknowledged; call close() before, set on_event to handle it, or "
            "log_dropped_rows=off\n",
            rows, rows == 1 ? "" : "s", bytes);
        std::fwrite(line, 1, static_cast<std::size_t>(size), stderr);
    }
}

void delivery_events::closed(const status& failure) noexcept
{
    emit(event_kind::closed, failure.info().unacknowledged_rows, 0,
         failure.ok() ? nullptr : &failure.info());
}

void delivery_events::changed(const write_queue& queue) noexcept
{
    metrics_->set(&metrics_snapshot::rows_queued, queue.rows());
    metrics_->set(&metrics_snapshot::bytes_queued, queue.bytes());
    metrics_->set(&metrics_snapshot::batches_in_flight, queue.in_flight());
}

void delivery_events::emit(event_kind kind, std::size_t rows, std::size_t bytes,
                           const diagnostics* failure, std::chrono::nanoseconds time) noexcept
{
    event happened;
    happened.kind = kind;
    happened.rows = rows;
    happened.bytes = bytes;
    happened.time = time;
    happened.failure = failure;
    notify(hook_, happened);
}

} // namespace coquest::inline v0::detail
