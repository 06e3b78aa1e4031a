// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The way of a row into a sender: it is admitted, written, committed, and its caller pauses if the
// write loops need a turn or there is no room.
#pragma once

#include "sender/delivery_driver.hpp"

#include <coquest/buffer.hpp>
#include <coquest/detail/buffer_access.hpp>
#include <coquest/row_awaitable.hpp>

#include <asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace coquest::inline v0::detail {

class row_gate {
public:
    explicit row_gate(delivery_driver& driver) noexcept
        : driver_(driver), machine_(driver.machine())
    {
    }

    /// Returns the buffer for the next row: that of the machine, unless a row is open there.
    [[nodiscard]] buffer& rows_for_next()
    {
        buffer& rows = machine_.rows();
        return buffer_access::row_open(rows) ? side_buffer() : rows;
    }
    /// Returns true if a row is open in any buffer.
    [[nodiscard]] bool is_row_open() const noexcept;

    /// Throws if the sender is closed or stopped, or has a rejection to report.
    void admit()
    {
        if (machine_.has_pending_error()) [[unlikely]] {
            throw_pending_error(nullptr);
        }
    }
    /// Does the same, and discards the row that is open in @p rows if it throws.
    void admit(buffer& rows)
    {
        const entry_check::scope inside(driver_.entry());
        if (machine_.has_pending_error()) [[unlikely]] {
            throw_pending_error(&rows);
        }
    }
    /// Commits the row that was ended last in @p rows. Returns true if the caller should pause
    /// before it adds more.
    bool commit(buffer& rows)
    {
        if (&rows != &machine_.rows()) [[unlikely]] {
            buffer_access::insert_row(machine_.rows(), rows).raise();
        }
        if (machine_.needs_look()) {
            return apply_batch_limits() || machine_.is_over_limit();
        }
        return machine_.is_over_limit();
    }
    /// Ends the row that is open in @p rows, with a timestamp or with the server's time, and
    /// commits it without waiting. On failure, discards the row and fills @p info.
    template <class... Timestamp>
    std::error_code try_commit(diagnostics* info, buffer& rows, Timestamp... value);
    /// Discards the row that is open in @p rows.
    void discard(buffer& rows) noexcept;
    /// Lets the write loops run, and waits for room. @p owner is the object that this gate belongs
    /// to.
    asio::awaitable<committed> pause(std::shared_ptr<void> owner);

    /// Keeps @p owner, the object that this gate belongs to, until no row is open.
    void keep_while_rows_open(std::shared_ptr<void> owner) noexcept;

private:
    [[nodiscard]] buffer& side_buffer();
    [[nodiscard]] status take_pending_error();
    [[nodiscard]] status full_buffer_error() const;
    void throw_pending_error(buffer* rows);
    bool apply_batch_limits();
    asio::awaitable<void> wait_for_room();

    delivery_driver& driver_;
    delivery_machine& machine_;
    // For rows that begin while another one is open. They move to the machine's when they end.
    std::vector<std::unique_ptr<buffer>> side_buffers_;
    std::shared_ptr<void> owner_; // while rows are open and the sender's handle is destroyed
};

template <class... Timestamp>
std::error_code row_gate::try_commit(diagnostics* info, buffer& rows, Timestamp... value)
{
    const std::shared_ptr<void> owner = owner_;
    const entry_check::scope inside(driver_.entry());
    status result = take_pending_error();
    if (result.ok() && machine_.is_over_limit()) {
        result = full_buffer_error();
    }
    if (!result.ok()) {
        discard(rows);
        driver_.events().failed(result);
    } else {
        result = buffer_access::finish(rows, value...);
        if (result.ok() && &rows != &machine_.rows()) {
            result = buffer_access::insert_row(machine_.rows(), rows);
        }
        if (result.ok()) {
            commit(machine_.rows());
        }
    }
    if (info != nullptr) {
        *info = result.ok() ? diagnostics() : std::move(result.amend());
    }
    return result.code();
}

} // namespace coquest::inline v0::detail
