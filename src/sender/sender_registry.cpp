// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "sender/sender_registry.hpp"

namespace coquest::inline v0::detail {

asio::execution_context::id sender_registry::id;

void sender_registry::add(registered_sender& sender)
{
    const std::lock_guard lock(mutex_);
    senders_.push_back(&sender);
}

void sender_registry::remove(const registered_sender& sender) noexcept
{
    const std::lock_guard lock(mutex_);
    std::erase(senders_, &sender);
}

void sender_registry::shutdown() noexcept
{
    const std::lock_guard lock(mutex_);
    for (registered_sender* const sender : senders_) {
        sender->on_context_destroyed();
    }
    senders_.clear();
}

} // namespace coquest::inline v0::detail
