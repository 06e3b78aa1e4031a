// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// One run of a row of the fault matrix (docs/faults.md): a server that misbehaves, and a sender
// that uses it. The server counts what was stored, never the client.
#pragma once

#include "heap_watch.hpp"
#include "support/run.hpp"
#include "support/wire_script.hpp"
#include "support/wire_server.hpp"

#include <coquest/sender.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace coquest::test {

/// The tests of this directory: one or more for each row of the matrix, named by its number.
class fault_matrix : public testing::Test {};

enum class owner {
    sender,
    caller
}; // who holds the rows: the sender (sender::table) or a buffer of the caller

/// The protocol of a run, and who holds its rows.
struct way {
    protocol over = protocol::http;
    owner rows = owner::sender;
};
std::ostream& operator<<(std::ostream& output, way mode);

inline constexpr std::initializer_list<way> plain = {{protocol::http, owner::sender},
                                                     {protocol::http, owner::caller}};
inline constexpr std::initializer_list<way> plain_and_tls = {{protocol::http, owner::sender},
                                                             {protocol::http, owner::caller},
                                                             {protocol::https, owner::sender},
                                                             {protocol::https, owner::caller}};

/// The rows that a run sends.
struct rows {
    int count = 3;
    std::size_t text = 0;   // bytes of a text column; 0: no such column
    bool timestamps = true; // false: at_now
    int flushes = 1;        // flushes of `count` rows each
};
/// More rows than the kernel buffers for a server that does not read, and a part that it buffers.
inline constexpr rows many = {128, std::size_t{60} * 1024};
inline constexpr std::size_t part_of_many = std::size_t{1} * 1024 * 1024;

/// QuestDB's answer to a row that it rejects.
inline constexpr std::string_view refused_row =
    R"({"code":"invalid","message":"cast error","line":2,"errorId":"e-1"})";

/// What the caller observed.
struct outcome {
    std::optional<error> failure;            // of build or flush
    std::optional<error> second_failure;     // of the flush after scenario::recovery
    std::optional<protocol_version> version; // set after the sender is built
    std::string held;               // the rows of the sender or buffer after the (first) failure
    std::size_t unacknowledged = 0; // sender::unacknowledged_rows() at the end
    std::chrono::milliseconds elapsed{}; // of build, of the failed flush, or of the last flush
    std::size_t memory = 0;              // peak, in bytes above the idle level
};

class scenario {
public:
    explicit scenario(way mode = {}, wire_server::options options = {});

    /// Makes a builder for this server, or for the one on @p port, with short deadlines, and
    /// without flushes by time.
    [[nodiscard]] sender_builder builder(std::optional<std::uint16_t> port = {}) const;
    [[nodiscard]] sender_builder builder(std::string_view host, std::uint16_t port) const;
    /// The same without retries.
    [[nodiscard]] sender_builder once() const;

    /// Returns the certificate for another server of this run; null without TLS.
    [[nodiscard]] const identity* certificate() const;

    /// Builds a sender, flushes rows as @p spec says, and closes the sender.
    outcome send(const sender_builder& builder, rows spec = {});
    outcome send() { return send(builder()); }

    /// Expects success: each flush was stored @p times times, and the client holds no rows.
    void expect_delivered(const outcome& got, std::size_t times = 1) const;
    /// Expects a failure after which the client still holds the rows, and returns it.
    error expect_failed(const outcome& got, std::error_code code,
                        std::optional<delivery> state = {}) const;

    asio::io_context io{1};
    wire_server server;
    std::function<void()>
        recovery; // if set: called after a failure; then the rows are flushed again
    std::function<bool()> ready_again; // if set: the next flush waits until it returns true

private:
    asio::awaitable<void> deliver(sender_builder builder, rows spec, outcome& result);
    asio::awaitable<void> flush_all(sender& s, buffer& caller_rows, rows spec, outcome& result);

    way mode_;
    heap_watch heap_{io};
    std::string text_; // the rows of one flush, as they must arrive
    std::size_t flushes_ = 0;
};

/// Expects that @p got took at most a tenth longer than @p deadline, with an allowance for a loaded
/// machine.
void expect_in_time(const outcome& got, std::chrono::milliseconds deadline);
/// Expects that the memory in use stayed within 8 MiB above the idle level.
void expect_bounded(const outcome& got);

/// Returns whether the message of @p e contains @p text.
[[nodiscard]] testing::AssertionResult says(const error& e, std::string_view text);

} // namespace coquest::test
