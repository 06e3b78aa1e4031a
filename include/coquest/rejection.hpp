// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What becomes of rows that the server refuses.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/error.hpp>

#include <cstddef>
#include <functional>
#include <optional>

namespace coquest {

/// Says what a sender is to do with a batch that the server refused.
enum class rejection {
    keep,  ///< stop, and keep it: as without a handler
    drop,  ///< forget it, and go on with the rows behind it
    split, ///< cut it, and send the parts: the row that the server named, those before, those after
};

/// Shows a batch that the server refused; none of it was stored.
struct rejected_batch {
    /// The rows, as they were sent. Take them out, by moving, to have them handled elsewhere; the
    /// sender then has them no more, whatever the handler returns.
    buffer& rows;
    /// What the server said.
    const diagnostics& why;
    /// The row that the server named, counted from 0; empty where it named none.
    std::optional<std::size_t> row;
};

/// Decides about a refused batch: one that the server answers with 400, 413 or another status that
/// blames the rows, not the credentials or the address. A batch of one row can't be split: that is
/// `keep`.
///
/// Called on the sender's strand, from its write loop; it must not call the sender, and what it
/// throws counts as `keep`. The rows of flush(buffer&) go back to their buffer instead.
using rejection_handler = std::function<rejection(rejected_batch&)>;

} // namespace coquest
