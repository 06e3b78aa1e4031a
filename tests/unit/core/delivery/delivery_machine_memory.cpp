// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The memory of a machine: an allocation that fails loses no row, and rows in the steady state need
// none.

#include "unit/core/delivery/delivery_machine_fixture.hpp"

#include "support/allocation_counter.hpp"

#include <cstddef>
#include <functional>
#include <new>
#include <string>

namespace {

using namespace coquest::test;
using coquest::buffer;
using coquest::detail::status;

class delivery_machine_memory : public delivery_machine_test {
protected:
    /// Lets each allocation of @p act fail in turn, after @p prepare. Calls @p check then.
    void at_each_allocation(const std::function<void()>& prepare, const std::function<void()>& act,
                            const std::function<void()>& check)
    {
        if (!COQUEST_COUNTS_ALLOCATIONS) {
            GTEST_SKIP() << "sanitizers have their own allocators";
        }
        bool has_failed = true;
        for (std::size_t spared = 0; has_failed; ++spared) {
            SCOPED_TRACE("allocation " + std::to_string(spared));
            start();
            prepare();
            fail_allocation(spared);
            try {
                act();
            } catch (const std::bad_alloc&) {
                machine().out_of_memory(0); // as the write loop does
            }
            has_failed = !spare_allocations();
            check();
            ASSERT_TRUE(counts.are_balanced(machine().queue())) << counts.text(machine().queue());
        }
    }
    void fail_with_next() { fail(std::move(next_failure)); }

    status next_failure; // made before allocations fail
};

TEST_F(delivery_machine_memory, a_lost_tcp_connection_keeps_its_rows)
{
    settings.is_acknowledged = false;
    for (const auto& failure : {unconfirmed(), not_sent()}) {
        at_each_allocation(
            [&] {
                commit_batch("a");
                EXPECT_EQ(deliver(), "a");
                commit_batch("b");
                EXPECT_EQ(send(), "b");
                next_failure = failure;
            },
            [this] { fail_with_next(); },
            [this] {
                EXPECT_EQ(send(), "(waits)") << "unconfirmed rows are not sent again";
                EXPECT_FALSE(machine().resume().has_work);
                EXPECT_EQ(taken(), "a b");
            });
    }
}

TEST_F(delivery_machine_memory, each_lost_tcp_connection_keeps_its_rows)
{
    use_connections(3);
    settings.is_acknowledged = false;
    at_each_allocation(
        [this] {
            for (const std::size_t id : {0U, 1U, 2U}) {
                commit_batch("a");
                EXPECT_EQ(deliver(id), "a");
            }
        },
        [this] {
            for (const std::size_t id : {0U, 1U, 2U}) {
                try {
                    machine().lost(id, status::out_of_memory(), now, 0);
                } catch (const std::bad_alloc&) {
                    machine().out_of_memory(id);
                }
            }
        },
        [this] { EXPECT_EQ(taken(), "a a a"); });
}

TEST_F(delivery_machine_memory, a_rejected_batch_keeps_its_rows)
{
    for (const bool is_split : {false, true}) {
        settings.split_rejected = is_split;
        at_each_allocation(
            [this] {
                commit_batch("a", "b");
                EXPECT_EQ(send(), "a b");
                next_failure = rejected(2);
            },
            [this] { fail_with_next(); }, [this] { EXPECT_EQ(taken(), "a b"); });
    }
}

TEST_F(delivery_machine_memory, a_batch_is_sealed_or_gathers_on)
{
    at_each_allocation(
        [this] {
            commit_batch("a");
            commit("b");
            machine().request_all();
        },
        [this] {
            machine().seal();
            EXPECT_EQ(machine().next(0, now, no_limit).kind, action::send);
        },
        [this] {
            machine().resume();
            const std::string first = machine().is_sending(0) ? "a" : deliver();
            if (machine().is_sending(0)) {
                finish(0, {});
            }
            EXPECT_EQ(first, "a");
            machine().request_all();
            EXPECT_EQ(deliver(), "b");
        });
}

TEST_F(delivery_machine_memory, a_buffer_hands_its_rows_over_or_keeps_them)
{
    buffer rows = rows_named("b");
    at_each_allocation(
        [&] {
            rows = rows_named("b");
            commit("a");
        },
        [&] {
            const auto held = machine().hand_over(rows);
            machine().release(held, rows, true);
        },
        [&] { EXPECT_EQ(names_of(rows), "b"); });
}

// Commits and delivers rows until nothing new is needed for them. Returns how many allocations
// @p rounds more rounds take.
template <class Function>
std::size_t allocations_of(Function round, int rounds = 10)
{
    for (int i = 0; i != 20; ++i) {
        round();
    }
    const std::size_t before = allocations();
    for (int i = 0; i != rounds; ++i) {
        round();
    }
    return allocations() - before;
}

TEST_F(delivery_machine_memory, a_row_allocates_nothing_in_the_steady_state)
{
    const auto round = [this] {
        add_row(machine().rows(), "a");
        machine().request_all();
        EXPECT_EQ(machine().next(0, now, no_limit).kind, action::send);
        machine().finished(0, status(), now, 0, no_limit);
    };
    row_limits.segment_size = 1024;
    EXPECT_EQ(allocations_of(round), 0U);

    use_tcp();
    settings.max_bytes = 4096;
    start();
    EXPECT_EQ(allocations_of(round), 0U) << "older rows of the window give way";

    settings.max_bytes = std::size_t{1024} * 1024;
    start();
    const auto round_later = [&] {
        now += std::chrono::minutes(1);
        round();
    };
    EXPECT_EQ(allocations_of(round_later), 0U) << "rows of the window count as stored";
    const auto round_with_look = [&] {
        now += std::chrono::minutes(1);
        EXPECT_FALSE(machine().has_unconfirmed(0, now));
        round();
    };
    EXPECT_EQ(allocations_of(round_with_look), 0U);
}

TEST_F(delivery_machine_memory, a_buffer_allocates_nothing_in_the_steady_state)
{
    buffer rows(coquest::protocol_version::v1, {});
    const auto round = [&] {
        add_row(rows, "a");
        const auto held = machine().hand_over(rows);
        EXPECT_EQ(machine().next(0, now, no_limit).kind, action::send);
        machine().finished(0, status(), now, 0, no_limit);
        machine().release(held, rows, false);
    };
    EXPECT_EQ(allocations_of(round), 0U);
}

TEST_F(delivery_machine_memory, the_memory_of_a_backlog_is_freed)
{
    if (!COQUEST_COUNTS_ALLOCATIONS) {
        GTEST_SKIP() << "sanitizers have their own allocators";
    }
    row_limits.segment_size = std::size_t{1024} * 1024;
    settings.max_bytes = std::size_t{100} * 1024 * 1024;
    const std::string large(row_limits.segment_size / 4 - 10'000, 'x');
    const auto round = [&] {
        for (int batch = 0; batch != 10; ++batch) {
            for (int row = 0; row != 3; ++row) {
                add_row(machine().rows(), large);
            }
            machine().seal();
        }
        while (machine().next(0, now, no_limit).kind == action::send) {
            machine().finished(0, status(), now, 0, no_limit);
        }
    };
    EXPECT_EQ(allocations_of(round, 1), 10U - 4U) << "4 MiB are kept";
}

} // namespace
