// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Counts what a delivery machine reports.
#pragma once

#include "core/delivery/delivery_observer.hpp"

#include <cstddef>
#include <new>
#include <string>

namespace coquest::test {

/// Counts rows as the metrics of a sender do, and the calls of a delivery_observer.
class delivery_counts : public detail::delivery_observer {
public:
    void committed(std::size_t rows, std::size_t bytes) noexcept override
    {
        committed_rows += rows;
        committed_bytes += bytes;
        ++commits;
    }
    void sending(const detail::queued_batch& queued) noexcept override
    {
        ++attempts;
        retries += queued.attempts > 1 ? 1 : 0;
    }
    void acknowledged(const detail::queued_batch& queued, time_point) noexcept override
    {
        acknowledged_rows += queued.rows.rows;
    }
    void failed(const detail::status& failure) noexcept override
    {
        ++failures;
        try {
            last_failure = failure;
        } catch (const std::bad_alloc&) {
            last_failure = detail::status::out_of_memory();
        }
    }
    void retrying(const detail::queued_batch& queued, const detail::status&,
                  time_point now) noexcept override
    {
        ++retries_announced;
        last_pause = queued.due - now;
    }
    void rejected(const detail::queued_batch& queued, const detail::status&) noexcept override
    {
        ++rejections;
        last_rejected_rows = queued.rows.rows;
    }
    void handler_removed(std::size_t rows) noexcept override { removed_rows += rows; }
    void handler_added(std::size_t rows) noexcept override
    {
        committed_rows += rows;
        added_rows += rows;
    }
    void returned(std::size_t rows) noexcept override { returned_rows += rows; }
    void dropped(std::size_t rows, std::size_t bytes) noexcept override
    {
        dropped_rows += rows;
        dropped_bytes += bytes;
        ++drops;
    }
    void stopped(const detail::write_queue& queue) noexcept override
    {
        ++stops;
        was_stopped = queue.is_stopped();
    }
    void resumed(const detail::write_queue& queue) noexcept override
    {
        ++resumptions;
        was_stopped = queue.is_stopped();
    }
    void changed(const detail::write_queue& queue) noexcept override
    {
        ++changes;
        last_in_flight = queue.in_flight();
    }

    /// Returns true if no row that was committed is lost or doubled.
    [[nodiscard]] bool are_balanced(const detail::write_queue& queue) const noexcept
    {
        return committed_rows == acknowledged_rows + removed_rows + returned_rows + dropped_rows +
                                     (drops != 0 ? 0 : queue.rows());
    }
    [[nodiscard]] std::string text(const detail::write_queue& queue) const
    {
        return std::to_string(committed_rows) + " committed, " + std::to_string(acknowledged_rows) +
               " acknowledged, " + std::to_string(removed_rows) + " removed, " +
               std::to_string(returned_rows) + " returned, " + std::to_string(dropped_rows) +
               " dropped, " + std::to_string(queue.rows()) + " in the queue";
    }

    std::size_t committed_rows = 0;
    std::size_t committed_bytes = 0;
    std::size_t acknowledged_rows = 0;
    std::size_t removed_rows = 0; // by the rejection handler
    std::size_t added_rows = 0;   // by the rejection handler; they count as committed, too
    std::size_t returned_rows = 0;
    std::size_t dropped_rows = 0;
    std::size_t dropped_bytes = 0;
    // calls
    std::size_t commits = 0;
    std::size_t attempts = 0;
    std::size_t retries = 0; // attempts after the first one of a batch
    std::size_t retries_announced = 0;
    std::size_t failures = 0;
    std::size_t rejections = 0;
    std::size_t drops = 0;
    std::size_t stops = 0;
    std::size_t resumptions = 0;
    std::size_t changes = 0;
    // of the last call
    detail::status last_failure;
    time_point::duration last_pause{0};
    std::size_t last_rejected_rows = 0;
    std::size_t last_in_flight = 0;
    bool was_stopped = false;
};

} // namespace coquest::test
