// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// How public functions add rows to a sender: they are admitted, written, committed, and the caller
// pauses if the sender asks for it.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/error.hpp>
#include <coquest/row_awaitable.hpp>

#include <asio/awaitable.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace coquest::inline v0::detail {

class sender_core;

/// Returns the error of a call on a sender that was never built, or that was moved from.
error no_sender();
/// Throws the failure that has not been reported yet, if rows must not be added now. Throws
/// errc::closed if @p core is null.
void admit(sender_core* core);
/// Does the same for the row that is open in @p rows, and discards it if it throws.
void admit(sender_core& core, buffer& rows);
/// Returns the buffer for the next row, which ignores all calls if @p core is null.
buffer& rows_for_next(sender_core* core);
/// Commits the row that was written last in @p rows. Returns true if the caller should pause
/// before it adds more.
bool commit_row(sender_core& core, buffer& rows);
/// Completes after the write loops have had their turn, and when there is room.
asio::awaitable<committed> pause(sender_core& core);
/// Returns the awaitable of a row that was refused: it throws @p failure.
asio::awaitable<committed> refuse_row(std::exception_ptr failure);

/// Adds the row that @p write writes into a buffer. Returns true if the caller should pause.
template <class Write>
bool add_row(sender_core* core, const Write& write)
{
    admit(core);
    buffer& rows = rows_for_next(core);
    write(rows);
    return commit_row(*core, rows);
}

/// Returns the awaitable of a row that @p add adds, before this function returns. @p add returns
/// true if the caller should pause. This is not a coroutine: if it were cancelled before it
/// started, the row would not be added.
template <class Add>
asio::awaitable<committed> row_result(sender_core* core, const Add& add)
{
    try {
        if (!add()) [[likely]] {
            return ready_row();
        }
    } catch (...) {
        return refuse_row(std::current_exception());
    }
    return pause(*core);
}

} // namespace coquest::inline v0::detail
