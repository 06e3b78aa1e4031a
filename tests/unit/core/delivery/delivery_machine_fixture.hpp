// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A delivery machine whose time, connections and server the tests play. Rows are named by a text
// without blanks, such as "a", and batches by the names of their rows, such as "a b".
#pragma once

#include "core/delivery/delivery_machine.hpp"

#include "support/batches.hpp"
#include "support/delivery_counts.hpp"
#include "support/delivery_results.hpp"

#include <coquest/buffer.hpp>
#include <coquest/detail/buffer_access.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coquest::test {

constexpr std::size_t row_bytes = sizeof "t,n=a v=1i\n" - 1; // of a row with a name of one letter

/// Adds the row @p name to @p rows. The server sets its timestamp.
inline void add_row(buffer& rows, std::string_view name)
{
    rows.table("t").symbol("n", name).column_i64("v", 1).at_now();
}

/// Returns the names of rows that add_row() has made.
inline std::string names_in(std::string_view text)
{
    std::string names;
    for (std::size_t at = text.find("n="); at != text.npos; at = text.find("n=", at)) {
        at += 2;
        names += (names.empty() ? "" : " ") + std::string(text.substr(at, text.find(' ', at) - at));
    }
    return names;
}

inline std::string names_of(const detail::batch& rows)
{
    return names_in(text_of(rows));
}

inline std::string names_of(const buffer& rows)
{
    return names_of(detail::buffer_access::copy(rows));
}

/// Machines are made by start(), or by the first use with the settings of that time.
class delivery_machine_test : public testing::Test {
protected:
    using machine_type = detail::delivery_machine;
    using action = machine_type::action;
    using effects = machine_type::effects;
    using progress = machine_type::progress;
    using ticket = machine_type::ticket;

    static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

    delivery_machine_test()
    {
        settings.number = 1;
        settings.batching.enabled = false;
        settings.queue.retry_timeout = std::chrono::seconds(1);
        settings.queue.max_backoff = std::chrono::milliseconds(100);
        settings.max_bytes = std::size_t{1024} * 1024;
        settings.confirmed_after = std::chrono::seconds(20);
    }

    void TearDown() override
    {
        if (built) {
            EXPECT_TRUE(counts.are_balanced(built->queue())) << counts.text(built->queue());
        }
    }

    /// Rows are sent over TCP.
    void use_tcp() { settings.is_acknowledged = false; }
    void use_connections(std::size_t number)
    {
        settings.connections = number;
        settings.queue.in_order = number == 1;
    }
    machine_type& start()
    {
        counts = {};
        return built.emplace(settings, buffer(protocol_version::v1, row_limits), counts);
    }
    machine_type& machine() { return built ? *built : start(); }

    /// Commits a row, as a sender does. Returns what the batcher decides.
    detail::batcher::action commit(std::string_view name)
    {
        add_row(machine().rows(), name);
        return machine().needs_look() ? machine().row_committed()
                                      : detail::batcher::action::nothing;
    }
    /// Commits rows and seals them.
    void commit_batch(std::string_view name, std::string_view second = {})
    {
        commit(name);
        if (!second.empty()) {
            commit(second);
        }
        machine().seal();
    }
    /// Returns the names of the rows that connection @p id sends now, or when it waits.
    std::string send(std::size_t id = 0, std::size_t max_bytes = no_limit)
    {
        const auto next = machine().next(id, now, max_bytes);
        switch (next.kind) {
        case action::send: return names_of(next.to_send->rows);
        case action::end: return "(ends)";
        case action::wait: break;
        }
        if (next.until == machine_type::time_point::max()) {
            return "(waits)";
        }
        const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(next.until - now);
        return "(waits for " + std::to_string(pause.count()) + " ms)";
    }
    effects finish(std::size_t id, detail::status result, std::size_t max_bytes = no_limit)
    {
        return machine().finished(id, std::move(result), now, 0, max_bytes);
    }
    effects fail(detail::status failure) { return finish(0, std::move(failure)); }
    /// Sends a batch on connection @p id, which is acknowledged. Returns the names of its rows.
    std::string deliver(std::size_t id = 0)
    {
        std::string names = send(id);
        if (machine().is_sending(id)) {
            finish(id, {});
        }
        return names;
    }
    /// Loses connection @p id between two attempts.
    effects lose(std::size_t id = 0) { return machine().lost(id, not_sent(), now, 0); }
    /// Returns what a wait finds: "pending", "delivered", or the message of its failure.
    std::string look(const ticket& held)
    {
        found = {};
        switch (machine().look(held, found)) {
        case progress::pending: return "pending";
        case progress::delivered: return "delivered";
        case progress::failed: break;
        }
        return found.info().message;
    }
    std::string taken()
    {
        buffer rows(protocol_version::v1, {});
        machine().take_unacknowledged(rows);
        return names_of(rows);
    }
    /// Returns the message of the error of the next call that adds rows, or nothing.
    std::string next_call()
    {
        effects wanted;
        return machine().take_pending_error(wanted).info().message;
    }
    buffer rows_named(std::string_view name, std::string_view second = {})
    {
        buffer rows(protocol_version::v1, {});
        add_row(rows, name);
        if (!second.empty()) {
            add_row(rows, second);
        }
        return rows;
    }

    machine_type::settings settings;
    buffer_options row_limits;
    delivery_counts counts;
    detail::status found; // the failure that look() found
    machine_type::time_point now{std::chrono::hours(1)};
    std::optional<machine_type> built;
};

} // namespace coquest::test
