// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What torture is made of: a client and a server on one thread, of which the client runs handler by
// handler, so that a test can do something after each of them.
#pragma once

#include <coquest/sender.hpp>

#include "support/cert_lab.hpp"
#include "support/scripted_server.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace coquest::test {

/// The wire that a client is tortured on.
enum class wire_kind { http, https };

/// One server and one client, each with a context of its own.
class rig {
public:
    explicit rig(wire_kind kind);
    rig(const rig&) = delete;
    rig& operator=(const rig&) = delete;
    ~rig();

    /// Options for this server: protocol version 2, rows go by flush() alone, short pauses.
    [[nodiscard]] sender_builder builder(const char* host = "localhost") const;
    /// Makes a sender; fails the test where that fails.
    [[nodiscard]] sender build(const sender_builder& options);

    /// Lets the server do all that it can, then the client one handler; false where it had none.
    bool step();
    /// Steps until @p holds does; fails the test where that does not come. A hang, no deadline.
    void run_until(const std::function<bool()>& holds);
    /// Lets the server do all that it can.
    void run_peer();
    /// Destroys the client's context.
    void destroy_client();
    [[nodiscard]] asio::io_context& client() noexcept { return *client_; }

    /// What the server makes of a request; by default it says OK.
    std::function<reply(const request&)> answer = [](const request&) { return ok(); };
    /// Is told when the client begins and ends to run handlers, for faults that are not the
    /// server's.
    std::function<void(bool begins)> client_turn;
    /// The bodies of all requests that were answered with 2xx.
    [[nodiscard]] const std::string& stored() const noexcept { return stored_; }
    [[nodiscard]] scripted_server& server() noexcept { return server_; }
    /// How many of @p rows (see add_row) the server has not stored.
    [[nodiscard]] std::size_t missing(std::size_t rows) const;
    /// How often it stored row number @p row.
    [[nodiscard]] std::size_t copies(std::size_t row) const;

private:
    class tls_front;

    reply log(const request& one);
    bool run_client();

    asio::io_context peer_{1};
    std::string stored_;
    scripted_server server_;
    std::unique_ptr<tls_front> front_;
    std::unique_ptr<asio::io_context> client_;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
};

/// An operation that was begun on a rig, and can be cancelled.
class operation {
public:
    /// Begins what @p what returns, an awaitable<void>.
    template <class Function>
    operation(rig& on, Function what) : result_(std::make_shared<result>())
    {
        asio::co_spawn(on.client(), run(result_, std::move(what)),
                       asio::bind_cancellation_slot(result_->signal.slot(),
                                                    [to = result_](std::exception_ptr thrown) {
                                                        if (!to->done) { // nor begun
                                                            to->done = true;
                                                            to->thrown = std::move(thrown);
                                                        }
                                                    }));
    }

    void cancel()
    {
        result_->early = !result_->begun;
        result_->signal.emit(asio::cancellation_type::terminal);
    }
    [[nodiscard]] bool begun() const noexcept { return result_->begun; }
    [[nodiscard]] bool done() const noexcept { return result_->done; }
    [[nodiscard]] bool succeeded() const noexcept { return result_->done && !result_->thrown; }
    /// The code of what it threw; none where it succeeded. Asio's own, of a coroutine that was
    /// cancelled before it began, counts as errc::cancelled.
    [[nodiscard]] std::error_code code() const;
    [[nodiscard]] std::string what() const;

private:
    struct result {
        asio::cancellation_signal signal;
        std::exception_ptr thrown;
        bool begun = false;
        bool early = false; // cancelled before it began
        bool done = false;
    };

    // Takes the result itself: Asio may have no memory left to bring it.
    template <class Function>
    static asio::awaitable<void> run(std::shared_ptr<result> to, Function what)
    {
        to->begun = true;
        try {
            co_await what();
        } catch (...) {
            to->thrown = std::current_exception();
        }
        to->done = true;
    }

    std::shared_ptr<result> result_;
};

/// Adds row number @p row, and as many bytes of padding. Nothing waits for room.
void add_row(sender& to, std::size_t row, std::size_t padding = 0);
void add_rows(sender& to, std::size_t first, std::size_t end, std::size_t padding = 0);
/// Delivers what is left; fails the test where that fails.
void expect_flush(rig& on, sender& s);

/// Counts the open descriptors of the process.
[[nodiscard]] std::size_t open_descriptors();
/// Fails the test unless their number falls to @p before. Threads that look names up have
/// some, so that it may take them a moment.
void expect_descriptors(std::size_t before);

/// What is to be done to a client, and when.
struct moment {
    wire_kind kind = wire_kind::http;
    std::size_t step = 0; // after so many of its handlers; see reaches()
    bool late = false;    // and after the server has reacted to the last of them
};

/// Calls @p one for each moment, plain and TLS, until it says that the step was never reached.
/// The test fails where descriptors leak.
void at_each_moment(const std::function<bool(const moment&)>& one);

/// Lets @p on run until @p what has begun, and on from there up to @p when; false where @p what is
/// over before.
[[nodiscard]] bool reaches(rig& on, const operation& what, const moment& when);
/// Cancels @p what at @p when, before it has begun where that is step 0, and fails the test unless
/// it ends with errc::cancelled; false where it is over before.
[[nodiscard]] bool cancelled_at(rig& on, operation& what, const moment& when);

/// Fails in passing: an answer to try again, a reset, then OK for ever.
[[nodiscard]] std::function<reply(const request&)> passing_faults();

} // namespace coquest::test
