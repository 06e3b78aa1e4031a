// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The handler that decides what happens to rejected rows.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/detail/language.hpp>
#include <coquest/error.hpp>

#include <cstddef>
#include <functional>
#include <optional>

namespace coquest::inline v0 {

/// Names what a sender does with a rejected batch.
enum class rejection {
    keep,  ///< keep the batch and stop, as without a handler
    drop,  ///< drop the batch, and send the rows after it
    split, ///< send the named row, the rows before it and the rows after it as separate batches
};

/// Describes a rejected batch to a rejection_handler. The server has stored none of its rows.
struct rejected_batch {
    /// The rows as they were sent. The handler may move them out; the sender then no longer has
    /// them, whatever the handler returns.
    buffer& rows;
    /// The diagnostics, with the server's message.
    const diagnostics& failure;
    /// The row that the server named, counted from 0; empty if it named none.
    std::optional<std::size_t> row;
};

/// Decides what happens to a rejected batch; see sender_builder::on_rejected. A batch is rejected
/// if QuestDB answers it with 400, if it is one row that is too large for the server (413), or if
/// the server answers with a 5xx that names a row until retry_timeout is over. Answers of proxies
/// and login pages reject nothing.
///
/// A batch of one row cannot be split: it is kept. The rows of flush(buffer&) are handed back to
/// their buffer without a call of the handler. With split_rejected, the handler is called only for
/// batches that cannot be split further. An exception counts as rejection::keep. Threads: the
/// write loop calls the handler on the sender's strand. The handler must not call the sender.
using rejection_handler = std::function<rejection(rejected_batch&)>;

} // namespace coquest::inline v0
