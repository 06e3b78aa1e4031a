// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 75 of docs/faults.md: each allocation of an operation fails in turn. The caller gets an
// error, no row is lost, and the sender continues to work.

#include "torture/rig.hpp"

#include "support/allocation_counter.hpp"
#include "support/blocking.hpp"

#include <cstdio>
#include <exception>
#include <functional>
#include <optional>

#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace coquest;
using test::operation;
using test::rig;

constexpr std::size_t row_count = 3;

// Fails one allocation of the client, counted over all its turns from now on.
class failing_allocation {
public:
    failing_allocation(rig& client, std::size_t spared) : rig_(client), spared_(spared)
    {
        rig_.client_turn = [this](bool begins) {
            if (!begins) {
                spared_ = test::spare_allocations();
            } else if (spared_) {
                test::fail_allocation(*spared_);
            }
        };
    }
    failing_allocation(const failing_allocation&) = delete;
    failing_allocation& operator=(const failing_allocation&) = delete;
    ~failing_allocation() { rig_.client_turn = nullptr; }

    [[nodiscard]] bool failed() const noexcept { return !spared_; }

private:
    rig& rig_;
    std::optional<std::size_t> spared_; // nullopt: the allocation has failed
};

enum class outcome { reached, over, failed, terminated };

// Runs an attempt in its own process: if there is no memory for a handler, Asio terminates the
// program (its await_suspend is noexcept), and no library on top of it can prevent that.
outcome outcome_of(const std::function<bool()>& attempt)
{
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        std::set_terminate([] { ::_exit(static_cast<int>(outcome::terminated)); });
        const std::size_t before = test::open_descriptors();
        bool reached = true;
        try {
            reached = attempt();
        } catch (const std::exception& unexpected) {
            ADD_FAILURE() << unexpected.what();
        }
        test::expect_descriptors(before);
        std::fflush(nullptr);
        ::_exit(static_cast<int>(testing::Test::HasFailure() ? outcome::failed
                                 : reached                   ? outcome::reached
                                                             : outcome::over));
    }
    const int status = test::wait_for_end(child);
    return WIFEXITED(status) ? static_cast<outcome>(WEXITSTATUS(status)) : outcome::failed;
}

// Fails each allocation in turn, plain and TLS, until @p attempt returns that it was not reached.
void at_each_allocation(
    const std::function<bool(test::wire_kind kind, std::size_t spared)>& attempt)
{
    if (!COQUEST_COUNTS_ALLOCATIONS) {
        GTEST_SKIP() << "sanitizers have their own allocators";
    }
    for (const auto kind : {test::wire_kind::http, test::wire_kind::https}) {
        std::size_t spared = 0;
        std::size_t terminated = 0;
        outcome last = outcome::reached;
        while (last == outcome::reached || last == outcome::terminated) {
            SCOPED_TRACE(
                (kind == test::wire_kind::https ? "https, allocation " : "http, allocation ") +
                std::to_string(spared));
            last = outcome_of([&] { return attempt(kind, spared); });
            ++spared;
            terminated += last == outcome::terminated ? 1 : 0;
            ASSERT_NE(last, outcome::failed);
        }
        EXPECT_LT(terminated, 1 + spared / 2) << "Asio has few handlers that need new memory";
    }
}

// The failure, if any, is an error of this library, or a lack of memory.
void expect_reported(const operation& finished)
{
    const std::error_code code = finished.code();
    EXPECT_TRUE(!code || code.category() == error_category() ||
                code == std::errc::not_enough_memory)
        << finished.what();
}

asio::awaitable<void> build_into(sender& result, sender_builder builder)
{
    result = co_await builder.build();
}

TEST(fault_matrix, row_75_kth_allocation_of_build_fails)
{
    at_each_allocation([](test::wire_kind kind, std::size_t spared) {
        rig fixture(kind);
        fixture.answer = [](const test::request& received) {
            return received.begins("GET") ? test::status("200 OK", "", R"({"config":{}})")
                                          : test::ok();
        };
        config options = fixture.builder().options();
        options.version.reset();
        options.retry_timeout = std::chrono::milliseconds(0);
        sender s;
        bool reached = false;
        {
            const operation building(fixture,
                                     [&] { return build_into(s, sender_builder(options)); });
            const failing_allocation failing(fixture, spared);
            fixture.run_until([&] { return building.done(); });
            expect_reported(building);
            reached = failing.failed();
            EXPECT_TRUE(reached || building.succeeded()) << building.what();
        }
        s = fixture.build(sender_builder(options));
        test::add_rows(s, 0, row_count);
        test::expect_flush(fixture, s);
        EXPECT_EQ(fixture.missing(row_count), 0U);
        return reached;
    });
}

TEST(fault_matrix, row_75_kth_allocation_of_a_row_fails)
{
    at_each_allocation([](test::wire_kind kind, std::size_t spared) {
        rig fixture(kind);
        sender s = fixture.build(fixture.builder().init_buf_size(1024));
        std::size_t taken = 0;
        test::fail_allocation(spared);
        for (std::size_t row = 0; row < row_count; ++row) {
            try {
                const std::string padding = "pppppppp";
                auto open = s.table("t");
                open.column_i64("n", static_cast<std::int64_t>(row)).column_str("p", padding);
                EXPECT_FALSE(open.try_at_now());
                ++taken;
            } catch (const std::bad_alloc&) {
                --row; // try the same row again
            }
        }
        const bool reached = !test::spare_allocations();

        EXPECT_EQ(taken, row_count);
        EXPECT_EQ(s.unacknowledged_rows(), row_count);
        test::expect_flush(fixture, s);
        EXPECT_EQ(fixture.missing(row_count), 0U);
        return reached;
    });
}

TEST(fault_matrix, row_75_kth_allocation_of_a_flush_fails)
{
    at_each_allocation([](test::wire_kind kind, std::size_t spared) {
        rig fixture(kind);
        fixture.answer = test::passing_faults();
        sender s = fixture.build(fixture.builder());
        test::add_rows(s, 0, row_count);
        bool reached = false;
        {
            const operation flushing(fixture, [&] { return s.flush(); });
            const failing_allocation failing(fixture, spared);
            fixture.run_until([&] { return flushing.done(); });
            expect_reported(flushing);
            reached = failing.failed();
            EXPECT_TRUE(reached || flushing.succeeded()) << flushing.what();
        }
        EXPECT_LE(fixture.missing(row_count), s.unacknowledged_rows());
        test::expect_flush(fixture, s);
        EXPECT_EQ(fixture.missing(row_count), 0U);
        return reached;
    });
}

TEST(fault_matrix, row_75_kth_allocation_of_a_flush_of_a_buffer_fails)
{
    at_each_allocation([](test::wire_kind kind, std::size_t spared) {
        rig fixture(kind);
        fixture.answer = test::passing_faults();
        sender s = fixture.build(fixture.builder());
        buffer rows = s.new_buffer();
        for (std::size_t row = 0; row < row_count; ++row) {
            rows.table("t").column_i64("n", static_cast<std::int64_t>(row)).at_now();
        }
        bool reached = false;
        {
            const operation flushing(fixture, [&] { return s.flush(rows); });
            const failing_allocation failing(fixture, spared);
            fixture.run_until([&] { return flushing.done(); });
            expect_reported(flushing);
            reached = failing.failed();
            EXPECT_TRUE(reached || flushing.succeeded()) << flushing.what();
        }
        EXPECT_LE(fixture.missing(row_count), s.unacknowledged_rows() + rows.row_count());
        EXPECT_TRUE(fixture.missing(row_count) == 0 || rows.row_count() == row_count ||
                    s.metrics()->snapshot().batches_in_flight != 0)
            << "the sender keeps rows of a buffer that nobody waits for";
        const operation repeated(fixture, [&] { return s.flush(rows); });
        fixture.run_until([&] { return repeated.done(); });
        EXPECT_TRUE(repeated.succeeded()) << repeated.what();
        test::expect_flush(fixture, s);
        EXPECT_EQ(fixture.missing(row_count), 0U);
        return reached;
    });
}

TEST(fault_matrix, row_75_kth_allocation_of_close_fails)
{
    at_each_allocation([](test::wire_kind kind, std::size_t spared) {
        rig fixture(kind);
        fixture.answer = test::passing_faults();
        sender s = fixture.build(fixture.builder());
        test::add_rows(s, 0, row_count);
        bool reached = false;
        {
            const operation closing(fixture, [&] { return s.close(); });
            const failing_allocation failing(fixture, spared);
            fixture.run_until([&] { return closing.done(); });
            expect_reported(closing);
            reached = failing.failed();
            EXPECT_TRUE(reached || closing.succeeded()) << closing.what();
        }
        std::size_t taken = 0; // rows in flight cannot be taken until their attempt ends
        fixture.run_until([&] {
            taken += s.take_unacknowledged().row_count();
            return taken >= fixture.missing(row_count);
        });
        return reached;
    });
}

} // namespace
