// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/delivery/batcher.hpp"

namespace coquest::inline v0::detail {

batcher::action batcher::row_committed(std::size_t rows, std::size_t bytes) noexcept
{
    const bool is_first = rows == 1;
    const action turn = bytes >= look_at_ && !is_first ? action::pause : action::nothing;
    look_at_ = bytes + bytes_per_turn;
    if (!limits_.enabled) {
        return turn;
    }
    if ((limits_.rows != 0 && rows >= limits_.rows) || (max_bytes_ != 0 && bytes >= max_bytes_)) {
        return action::seal;
    }
    if (max_bytes_ != 0) {
        look_at_ = std::min(look_at_, max_bytes_);
    }
    if (is_first && limits_.interval) {
        if (limits_.interval->count() != 0) {
            return action::start_interval;
        }
        request();
        return action::seal_if_idle;
    }
    return turn;
}

void batcher::limit_bytes(std::size_t max_bytes) noexcept
{
    if (!limits_.enabled) {
        return;
    }
    max_bytes_ = limits_.bytes;
    if (max_bytes != std::numeric_limits<std::size_t>::max()) {
        const std::size_t learned = max_bytes - max_bytes / 8; // the last row may exceed it
        max_bytes_ = max_bytes_ == 0 ? learned : std::min(max_bytes_, learned);
    }
}

} // namespace coquest::inline v0::detail
