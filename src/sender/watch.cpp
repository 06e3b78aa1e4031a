// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "sender/watch.hpp"

#include <new>
#include <utility>

namespace coquest::detail {

void watch::connected(std::string_view host, bool again) noexcept
{
    numbers_->add(&metrics_snapshot::connections);
    if (again) {
        numbers_->add(&metrics_snapshot::reconnects);
    }
    event what;
    what.kind = event_kind::connected;
    what.host = host;
    what.reconnect = again;
    notify(hook_, what);
}

void watch::lost(std::string_view host, const fault& why) noexcept
{
    event what;
    what.kind = event_kind::connection_lost;
    what.host = host;
    what.failure = &why.info;
    notify(hook_, what);
}

void watch::noticed(std::string_view host, const tls_notice& what) noexcept
{
    event made;
    made.host = host;
    diagnostics info;
    try {
        switch (what.kind) {
        case tls_notice::what::expires: {
            const auto [told, fresh] = days_told_.try_emplace(what.text, what.days_left);
            if (!fresh && std::exchange(told->second, what.days_left) == what.days_left) {
                return;
            }
            made.kind = event_kind::certificate_expires;
            made.certificate = what.text;
            made.days_left = what.days_left;
            break;
        }
        case tls_notice::what::reloaded: made.kind = event_kind::tls_reloaded; break;
        case tls_notice::what::reload_failed:
            made.kind = event_kind::tls_reload_failed;
            info.message = what.text;
            info.path = what.path;
            made.failure = &info;
            break;
        }
    } catch (const std::bad_alloc&) { // it will be told with the next connection
        return;
    }
    notify(hook_, made);
}

void watch::committed(std::size_t rows, std::size_t bytes) noexcept
{
    numbers_->add(&metrics_snapshot::rows_committed, rows);
    numbers_->add(&metrics_snapshot::bytes_committed, bytes);
    numbers_->add(&metrics_snapshot::batches);
}

void watch::sending(const write_queue::entry& what) noexcept
{
    numbers_->add(&metrics_snapshot::requests);
    if (what.attempts > 1) {
        numbers_->add(&metrics_snapshot::retries);
    }
}

void watch::acknowledged(const write_queue::entry& what, time_point now) noexcept
{
    const auto taken = now - what.first_attempt;
    numbers_->add(&metrics_snapshot::rows_acknowledged, what.rows.rows);
    numbers_->add(&metrics_snapshot::bytes_acknowledged, what.rows.bytes());
    numbers_->add_latency(taken);
    tell(event_kind::batch_sent, what.rows.rows, what.rows.bytes(), nullptr, taken);
}

void watch::failed(const fault& why) noexcept
{
    numbers_->add_error(why.code, why.info.http_status);
}

void watch::again(const write_queue::entry& what, const fault& why, time_point now) noexcept
{
    tell(event_kind::batch_retry, what.rows.rows, what.rows.bytes(), &why.info, what.due - now);
}

void watch::rejected(const write_queue::entry& what, const fault& why) noexcept
{
    tell(event_kind::batch_rejected, what.rows.rows, what.rows.bytes(), &why.info);
}

void watch::stopped(const write_queue& queue) noexcept
{
    tell(event_kind::stopped, queue.rows(), queue.bytes(), &queue.failure().info);
}

void watch::resumed(const write_queue& queue) noexcept
{
    tell(event_kind::resumed, queue.rows(), queue.bytes());
}

void watch::dropped(std::size_t rows, std::size_t bytes) noexcept
{
    left(&metrics_snapshot::rows_dropped, rows);
    show(write_queue({}));
    tell(event_kind::dropped_unsent, rows, bytes);
}

void watch::closed(const fault& why) noexcept
{
    tell(event_kind::closed, why.info.unsent_rows, 0, why ? &why.info : nullptr);
}

void watch::show(const write_queue& queue) noexcept
{
    numbers_->set(&metrics_snapshot::rows_queued, queue.rows());
    numbers_->set(&metrics_snapshot::bytes_queued, queue.bytes());
    numbers_->set(&metrics_snapshot::batches_in_flight, queue.in_flight());
}

void watch::tell(event_kind kind, std::size_t rows, std::size_t bytes, const diagnostics* why,
                 std::chrono::nanoseconds time) noexcept
{
    event what;
    what.kind = kind;
    what.rows = rows;
    what.bytes = bytes;
    what.time = time;
    what.failure = why;
    notify(hook_, what);
}

} // namespace coquest::detail
