// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "sender/context_end.hpp"

#include "sender/sender_core.hpp"

namespace coquest::detail {

asio::execution_context::id context_end::id;

void context_end::add(sender_core& one)
{
    const std::lock_guard lock(mutex_);
    senders_.push_back(&one);
}

void context_end::remove(const sender_core& one) noexcept
{
    const std::lock_guard lock(mutex_);
    std::erase(senders_, &one);
}

void context_end::shutdown() noexcept
{
    const std::lock_guard lock(mutex_);
    for (sender_core* const one : senders_) {
        one->context_gone();
    }
    senders_.clear();
}

} // namespace coquest::detail
