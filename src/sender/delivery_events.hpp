// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The events of a sender. Each method is called when something has happened; it updates the metrics
// and calls the event hook.
#pragma once

#include "core/delivery/delivery_observer.hpp"
#include "net/transport.hpp"

#include <coquest/event.hpp>
#include <coquest/metrics.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace coquest::inline v0::detail {

class delivery_events final : public net::connection_observer, public delivery_observer {
public:
    using time_point = write_queue::time_point;

    /// Without a hook, dropped rows are reported on standard error if @p log_dropped_rows is set.
    explicit delivery_events(event_hook hook, bool log_dropped_rows = false)
        : hook_(std::move(hook)), log_dropped_rows_(log_dropped_rows)
    {
    }

    [[nodiscard]] std::shared_ptr<const metrics> shared_metrics() const noexcept
    {
        return metrics_;
    }

    void connected(std::string_view host, bool again) noexcept override;
    void lost(std::string_view host, const status& failure) noexcept override;
    void on_tls_event(std::string_view host, const tls_event& source) noexcept override;

    void flushing() noexcept { metrics_->add(&metrics_snapshot::flushes); }
    void closed(const status& failure) noexcept;

    void committed(std::size_t rows, std::size_t bytes) noexcept override;
    void sending(const queued_batch& queued) noexcept override;
    void acknowledged(const queued_batch& queued, time_point now) noexcept override;
    void failed(const status& failure) noexcept override;
    void retrying(const queued_batch& queued, const status& failure,
                  time_point now) noexcept override;
    void rejected(const queued_batch& queued, const status& failure) noexcept override;
    void handler_removed(std::size_t rows) noexcept override;
    void handler_added(std::size_t rows) noexcept override;
    void returned(std::size_t rows) noexcept override;
    void dropped(std::size_t rows, std::size_t bytes) noexcept override;
    void stopped(const write_queue& queue) noexcept override;
    void resumed(const write_queue& queue) noexcept override;
    void changed(const write_queue& queue) noexcept override;

private:
    void emit(event_kind kind, std::size_t rows, std::size_t bytes,
              const diagnostics* failure = nullptr, std::chrono::nanoseconds time = {}) noexcept;

    std::shared_ptr<metrics> metrics_ = std::make_shared<metrics>();
    event_hook hook_;
    bool log_dropped_rows_;
    std::map<std::string, int, std::less<>> reported_days_; // of each certificate
};

} // namespace coquest::inline v0::detail
