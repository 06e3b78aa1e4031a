// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a delivery_machine reports for the metrics and the events of a sender.
#pragma once

#include "core/delivery/write_queue.hpp"

#include <coquest/detail/status.hpp>

#include <cstddef>

namespace coquest::inline v0::detail {

/// Is told what happens to rows. It must not call the machine that tells it.
class delivery_observer {
public:
    using time_point = write_queue::time_point;

    /// @p rows rows joined the queue, or joined it again after they had counted as delivered.
    virtual void committed(std::size_t rows, std::size_t bytes) noexcept = 0;
    /// An attempt begins.
    virtual void sending(const queued_batch& queued) noexcept = 0;
    virtual void acknowledged(const queued_batch& queued, time_point now) noexcept = 0;
    /// An attempt, a connection or a call failed.
    virtual void failed(const status& failure) noexcept = 0;
    /// @p queued is sent again when it is due.
    virtual void retrying(const queued_batch& queued, const status& failure,
                          time_point now) noexcept = 0;
    /// The server rejected @p queued, which is still in the queue.
    virtual void rejected(const queued_batch& queued, const status& failure) noexcept = 0;
    /// The rejection handler dropped or took @p rows rows of a batch.
    virtual void handler_removed(std::size_t rows) noexcept = 0;
    /// The rejection handler added @p rows rows to a batch.
    virtual void handler_added(std::size_t rows) noexcept = 0;
    /// @p rows rows were handed back to the caller.
    virtual void returned(std::size_t rows) noexcept = 0;
    /// @p rows rows are dropped, because the sender is destroyed.
    virtual void dropped(std::size_t rows, std::size_t bytes) noexcept = 0;
    virtual void stopped(const write_queue& queue) noexcept = 0;
    virtual void resumed(const write_queue& queue) noexcept = 0;
    /// Batches were added, begun or removed.
    virtual void changed(const write_queue& queue) noexcept = 0;

protected:
    ~delivery_observer() = default;
};

} // namespace coquest::inline v0::detail
