// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a sender lets others see: each method is something that happened, which is counted and told
// to the hook.
#pragma once

#include "core/write_queue.hpp"
#include "net/transport.hpp"

#include <coquest/observer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace coquest::detail {

class watch final : public net::connection_observer {
public:
    using time_point = write_queue::time_point;

    explicit watch(event_hook hook) : hook_(std::move(hook)) {}

    [[nodiscard]] std::shared_ptr<const metrics> numbers() const noexcept { return numbers_; }

    void connected(std::string_view host, bool again) noexcept override;
    void lost(std::string_view host, const fault& why) noexcept override;
    void noticed(std::string_view host, const tls_notice& what) noexcept override;

    void committed(std::size_t rows, std::size_t bytes) noexcept;
    void flushing() noexcept { numbers_->add(&metrics_snapshot::flushes); }
    void sending(const write_queue::entry& what) noexcept;
    void acknowledged(const write_queue::entry& what, time_point now) noexcept;
    void failed(const fault& why) noexcept;
    void again(const write_queue::entry& what, const fault& why, time_point now) noexcept;
    void rejected(const write_queue::entry& what, const fault& why) noexcept;
    /// Counts rows that left otherwise, by @p where: rows_rejected, rows_returned or rows_dropped.
    void left(metrics::field where, std::size_t rows) noexcept { numbers_->add(where, rows); }
    void stopped(const write_queue& queue) noexcept;
    void resumed(const write_queue& queue) noexcept;
    void dropped(std::size_t rows, std::size_t bytes) noexcept;
    void closed(const fault& why) noexcept;

    /// Shows what waits in @p queue.
    void show(const write_queue& queue) noexcept;

private:
    void tell(event_kind kind, std::size_t rows, std::size_t bytes,
              const diagnostics* why = nullptr, std::chrono::nanoseconds time = {}) noexcept;

    std::shared_ptr<metrics> numbers_ = std::make_shared<metrics>();
    event_hook hook_;
    std::map<std::string, int, std::less<>> days_told_; // of each certificate
};

} // namespace coquest::detail
