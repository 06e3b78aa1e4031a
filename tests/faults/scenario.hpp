// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// One run of a row of the fault matrix: a server that misbehaves, and a sender that meets it. What
// was stored is counted by the server, never by the client.
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

/// All tests of this directory: one or more for each row of the matrix, named by its number.
class fault_matrix : public testing::Test {};

enum class owner { sender, caller }; // who holds the rows: sender::table or a buffer

/// How a run goes.
struct way {
    protocol over = protocol::http;
    owner rows = owner::sender;
};
std::ostream& operator<<(std::ostream& to, way how);

inline constexpr std::initializer_list<way> plain = {{protocol::http, owner::sender},
                                                     {protocol::http, owner::caller}};
inline constexpr std::initializer_list<way> plain_and_tls = {{protocol::http, owner::sender},
                                                             {protocol::http, owner::caller},
                                                             {protocol::https, owner::sender},
                                                             {protocol::https, owner::caller}};

/// The rows of a run.
struct rows {
    int count = 3;
    std::size_t text = 0;   // bytes of a column of text; none
    bool timestamps = true; // false: at_now
    int flushes = 1;        // of so many rows each
};
/// More than the kernel takes for a server that does not read, and a part that it takes.
inline constexpr rows many = {128, std::size_t{60} * 1024};
inline constexpr std::size_t part_of_many = std::size_t{1} * 1024 * 1024;

/// What QuestDB says of a row that it refuses.
inline constexpr std::string_view refused_row =
    R"({"code":"invalid","message":"cast error","line":2,"errorId":"e-1"})";

/// What the caller saw.
struct outcome {
    std::optional<error> failure;            // of build or flush
    std::optional<error> second_failure;     // of the flush after scenario::recovery
    std::optional<protocol_version> version; // once the sender is built
    std::string held;                        // what sender or buffer had after the (first) failure
    std::size_t unsent = 0;                  // sender::unsent_rows, at the end
    std::chrono::milliseconds elapsed{}; // of build, or of the flush that failed, or of the last
    std::size_t memory = 0;              // bytes above idle, at most
};

class scenario {
public:
    explicit scenario(way how = {}, wire_server::options with = {});

    /// Makes a builder for this server, or the one at @p port, with short deadlines and no timer.
    [[nodiscard]] sender_builder builder(std::optional<std::uint16_t> port = {}) const;
    [[nodiscard]] sender_builder builder(std::string_view host, std::uint16_t port) const;
    /// The same without retries.
    [[nodiscard]] sender_builder once() const;

    /// Returns what another server of this run needs; null where it is plain.
    [[nodiscard]] const identity* certificate() const;

    /// Builds a sender, flushes @p what, and closes.
    outcome send(const sender_builder& with, rows what = {});
    outcome send() { return send(builder()); }

    /// Expects success: each flush was stored @p times, and nothing is held.
    void expect_delivered(const outcome& got, std::size_t times = 1) const;
    /// Expects a failure with the rows still held, and returns it.
    error expect_failed(const outcome& got, std::error_code code,
                        std::optional<delivery> state = {}) const;

    asio::io_context io{1};
    wire_server server;
    std::function<void()> recovery;    // where set: what happens before the flush after a failure
    std::function<bool()> ready_again; // where set: what the next flush waits for

private:
    asio::awaitable<void> deliver(sender_builder with, rows what, outcome& out);
    asio::awaitable<void> flush_all(sender& s, buffer& own, rows what, outcome& out);

    way how_;
    heap_watch heap_{io};
    std::string text_; // the rows of one flush as they must arrive
    std::size_t flushes_ = 0;
};

/// Expects that @p got took no longer than @p deadline, by more than a tenth; what a loaded machine
/// adds to that is not the library's.
void expect_in_time(const outcome& got, std::chrono::milliseconds deadline);
/// Expects that memory stayed at most 8 MiB above idle.
void expect_bounded(const outcome& got);

/// Says whether @p e tells @p text.
[[nodiscard]] testing::AssertionResult says(const error& e, std::string_view text);

} // namespace coquest::test
