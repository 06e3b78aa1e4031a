// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a stream shares with the handlers of its timer and its socket, which may be queued already
// when the stream goes.
#pragma once

#include "net/connector.hpp"
#include "net/stream.hpp"

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <system_error>
#include <utility>

namespace coquest::net {

struct stream::io {
    explicit io(const asio::any_io_executor& executor)
        : socket(executor), watchdog(executor), racing(executor)
    {
    }

    // The watchdog is re-armed only when it fires early, not for every request.
    static void watch(const std::shared_ptr<io>& self)
    {
        self->armed_for = self->deadline;
        self->watchdog.expires_at(self->deadline);
        self->watchdog.async_wait([self](std::error_code ec) {
            if (ec) {
                return;
            }
            self->armed_for = clock::time_point::max();
            if (self->deadline == clock::time_point::max()) {
                return;
            }
            if (clock::now() < self->deadline) {
                watch(self);
                return;
            }
            self->expired = true;
            self->cancel();
        });
    }

    // Has a write that waits end when the peer sends something or hangs up, or tells whoever
    // watches.
    static void watch_input(const std::shared_ptr<io>& self)
    {
        if (self->watching) {
            return;
        }
        self->watching = true;
        self->socket.async_wait(asio::socket_base::wait_read,
                                [self, mine = self->connection](std::error_code ec) {
                                    if (mine != self->connection) {
                                        return;
                                    }
                                    self->watching = false;
                                    if (!ec) {
                                        self->readable = true;
                                        if (self->writing) {
                                            self->cancel();
                                        } else if (self->watcher) {
                                            std::exchange(self->watcher, nullptr)();
                                        }
                                    }
                                });
    }

    void cancel()
    {
        std::error_code ignored;
        socket.cancel(ignored);
    }

    asio::ip::tcp::socket socket;
    asio::steady_timer watchdog;
    connector racing;
    clock::time_point deadline = clock::time_point::max();
    clock::time_point armed_for = clock::time_point::max();
    unsigned connection = 0; // counts them, so that a handler knows its own
    bool expired = false;
    bool watching = false; // for input
    bool readable = false; // found by that
    bool writing = false;  // and waiting for it
    std::function<void()> watcher;
};

} // namespace coquest::net
