// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The state that a stream shares with the handlers of its timer and its socket. A handler may
// already be queued when the stream is destroyed.
#pragma once

#include "net/connector.hpp"
#include "net/stream.hpp"

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <system_error>
#include <utility>

namespace coquest::inline v0::net {

struct stream::io {
    explicit io(const asio::any_io_executor& executor)
        : socket(executor), watchdog(executor), socket_connector(executor)
    {
    }

    // The timer is not set again for every request, but only when it fires before the deadline.
    static void start_watchdog(const std::shared_ptr<io>& self)
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
                start_watchdog(self);
                return;
            }
            self->expired = true;
            self->cancel();
        });
    }

    // When the peer sends data or closes the connection, ends a write that waits, or else calls the
    // input handler.
    static void wait_for_input(const std::shared_ptr<io>& self)
    {
        if (self->waiting_for_input) {
            return;
        }
        self->waiting_for_input = true;
        self->socket.async_wait(asio::socket_base::wait_read,
                                [self, current = self->connection](std::error_code ec) {
                                    if (current != self->connection) {
                                        return;
                                    }
                                    self->waiting_for_input = false;
                                    if (!ec) {
                                        self->readable = true;
                                        if (self->waiting_to_write) {
                                            self->cancel();
                                        } else if (self->input_handler) {
                                            std::exchange(self->input_handler, nullptr)();
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
    connector socket_connector;
    clock::time_point deadline = clock::time_point::max();
    clock::time_point armed_for = clock::time_point::max();
    unsigned connection = 0; // the number of the connection: a handler ignores a later one
    bool expired = false;
    bool waiting_for_input = false;
    bool readable = false; // the result of that wait
    bool waiting_to_write = false;
    std::function<void()> input_handler;
};

} // namespace coquest::inline v0::net
