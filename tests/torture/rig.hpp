// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The fixture of the torture tests: a client and a server on one thread. The client runs handler by
// handler, so that a test can act after each of them.
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

/// The transport of a rig.
enum class wire_kind { http, https };

/// One server and one client, each with its own context.
class rig {
public:
    explicit rig(wire_kind kind);
    rig(const rig&) = delete;
    rig& operator=(const rig&) = delete;
    ~rig();

    /// Options for this server: protocol version 2, rows are sent by flush() only, short pauses.
    [[nodiscard]] sender_builder builder(const char* host = "localhost") const;
    /// Builds a sender; fails the test if that fails.
    [[nodiscard]] sender build(const sender_builder& options);

    /// Lets the server do all it can, then runs one handler of the client; returns false if there
    /// was none.
    bool step();
    /// Steps until @p holds returns true; fails the test if that does not happen (a hang, not a
    /// deadline).
    void run_until(const std::function<bool()>& holds);
    /// Lets the server do all it can.
    void run_peer();
    /// Destroys the client's context.
    void destroy_client();
    [[nodiscard]] asio::io_context& client() noexcept { return *client_; }

    /// The server's answer to a request; by default OK.
    std::function<reply(const request&)> answer = [](const request&) { return ok(); };
    /// Called when the client begins and when it ends to run handlers, for faults other than the
    /// server's.
    std::function<void(bool begins)> client_turn;
    /// The bodies of all requests that were answered with 2xx.
    [[nodiscard]] const std::string& stored() const noexcept { return stored_; }
    [[nodiscard]] scripted_server& server() noexcept { return server_; }
    /// Returns how many of @p rows rows (see add_row) the server has not stored.
    [[nodiscard]] std::size_t missing(std::size_t rows) const;
    /// Returns how often the server has stored row number @p row.
    [[nodiscard]] std::size_t copies(std::size_t row) const;

private:
    class tls_front;

    reply log(const request& received);
    bool run_client();

    asio::io_context peer_{1};
    std::string stored_;
    scripted_server server_;
    std::unique_ptr<tls_front> front_;
    std::unique_ptr<asio::io_context> client_;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
};

/// An operation that was started on a rig, and can be cancelled.
class operation {
public:
    /// Starts the awaitable<void> that @p begin returns.
    template <class Function>
    operation(rig& fixture, Function begin) : result_(std::make_shared<result>())
    {
        asio::co_spawn(fixture.client(), run(result_, std::move(begin)),
                       asio::bind_cancellation_slot(result_->signal.slot(),
                                                    [outcome = result_](std::exception_ptr thrown) {
                                                        if (!outcome->done) { // and has not begun
                                                            outcome->done = true;
                                                            outcome->thrown = std::move(thrown);
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
    /// Returns the error code of the operation; no error if it succeeded. Asio's own code, which a
    /// coroutine has that was cancelled before it began, counts as errc::cancelled.
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

    // Stores the result itself, because Asio may lack the memory to pass it on.
    template <class Function>
    static asio::awaitable<void> run(std::shared_ptr<result> outcome, Function begin)
    {
        outcome->begun = true;
        try {
            co_await begin();
        } catch (...) {
            outcome->thrown = std::current_exception();
        }
        outcome->done = true;
    }

    std::shared_ptr<result> result_;
};

/// Adds row number @p row, with @p padding bytes of padding. Does not wait for room.
void add_row(sender& target, std::size_t row, std::size_t padding = 0);
void add_rows(sender& target, std::size_t first, std::size_t end, std::size_t padding = 0);
/// Flushes the remaining rows; fails the test if that fails.
void expect_flush(rig& fixture, sender& s);

/// Counts the open descriptors of the process.
[[nodiscard]] std::size_t open_descriptors();
/// Fails the test unless the number of open descriptors falls to @p before. Threads that look names
/// up have some, so that this may take a moment.
void expect_descriptors(std::size_t before);

/// The moment at which a test acts on a client.
struct moment {
    wire_kind kind = wire_kind::http;
    std::size_t step = 0; // after that many of the client's handlers; see reaches()
    bool late = false;    // also after the server has reacted to the last of them
};

/// Calls @p check for each moment, plain and TLS, until it returns that the step was never reached.
/// Fails the test if descriptors leak.
void at_each_moment(const std::function<bool(const moment&)>& check);

/// Runs @p fixture until @p subject has begun, and from there up to @p when; returns false if @p
/// subject ends before.
[[nodiscard]] bool reaches(rig& fixture, const operation& subject, const moment& when);
/// Cancels @p subject at @p when (at step 0, before it has begun), and fails the test unless it
/// ends with errc::cancelled. Returns false if it ends before.
[[nodiscard]] bool cancelled_at(rig& fixture, operation& subject, const moment& when);

/// Answers with a transient failure, then with a reset, and then always with OK.
[[nodiscard]] std::function<reply(const request&)> passing_faults();

} // namespace coquest::test
