// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Tells senders that their context is being destroyed: what they have of it, timers and sockets,
// must go before it does.
#pragma once

#include <asio/execution_context.hpp>

#include <mutex>
#include <vector>

namespace coquest::detail {

class sender_core;

/// Knows the senders of one context. Threads: any.
class context_end final : public asio::execution_context::service {
public:
    using key_type = context_end;
    static asio::execution_context::id id;

    explicit context_end(asio::execution_context& context) : service(context) {}

    void add(sender_core& one);
    void remove(const sender_core& one) noexcept;

private:
    void shutdown() noexcept override;

    std::mutex mutex_;
    std::vector<sender_core*> senders_;
};

} // namespace coquest::detail
