// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Tells senders that their execution context is being destroyed. Their timers and sockets must be
// destroyed before it.
#pragma once

#include <asio/execution_context.hpp>

#include <mutex>
#include <vector>

namespace coquest::inline v0::detail {

/// The interface of a sender for the registry of its context.
class registered_sender {
public:
    /// Destroys the objects of the sender that belong to the context.
    virtual void on_context_destroyed() noexcept = 0;

protected:
    ~registered_sender() = default;
};

/// Lists the senders of one context. Threads: any.
class sender_registry final : public asio::execution_context::service {
public:
    using key_type = sender_registry;
    static asio::execution_context::id id;

    explicit sender_registry(asio::execution_context& context) : service(context) {}

    void add(registered_sender& sender);
    void remove(const registered_sender& sender) noexcept;

private:
    void shutdown() noexcept override;

    std::mutex mutex_;
    std::vector<registered_sender*> senders_;
};

} // namespace coquest::inline v0::detail
