// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 75: each allocation of an operation fails in turn. The caller hears of it, no row is lost,
// and the sender goes on.

#include "torture/rig.hpp"

#include "support/allocation_counter.hpp"

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
    failing_allocation(rig& of, std::size_t spared) : of_(of), spared_(spared)
    {
        of_.client_turn = [this](bool begins) {
            if (!begins) {
                spared_ = test::spare_allocations();
            } else if (spared_) {
                test::fail_allocation(*spared_);
            }
        };
    }
    failing_allocation(const failing_allocation&) = delete;
    failing_allocation& operator=(const failing_allocation&) = delete;
    ~failing_allocation() { of_.client_turn = nullptr; }

    [[nodiscard]] bool failed() const noexcept { return !spared_; }

private:
    rig& of_;
    std::optional<std::size_t> spared_; // none: it has failed
};

enum class outcome { reached, over, failed, terminated };

// In a process of its own: where the memory for a handler of Asio is wanting, Asio terminates the
// program (its await_suspend is noexcept), and no library on top of it can do anything about that.
outcome outcome_of(const std::function<bool()>& one)
{
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        std::set_terminate([] { ::_exit(static_cast<int>(outcome::terminated)); });
        const std::size_t before = test::open_descriptors();
        bool reached = true;
        try {
            reached = one();
        } catch (const std::exception& unexpected) {
            ADD_FAILURE() << unexpected.what();
        }
        test::expect_descriptors(before);
        std::fflush(nullptr);
        ::_exit(static_cast<int>(testing::Test::HasFailure() ? outcome::failed
                                 : reached                   ? outcome::reached
                                                             : outcome::over));
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? static_cast<outcome>(WEXITSTATUS(status)) : outcome::failed;
}

// Tries all allocations, plain and TLS, until @p one says that it was not reached.
void at_each_allocation(const std::function<bool(test::wire_kind kind, std::size_t spared)>& one)
{
    if (!COQUEST_COUNTS_ALLOCATIONS) {
        GTEST_SKIP() << "sanitizers have allocators of their own";
    }
    for (const auto kind : {test::wire_kind::http, test::wire_kind::https}) {
        std::size_t spared = 0;
        std::size_t terminated = 0;
        outcome last = outcome::reached;
        while (last == outcome::reached || last == outcome::terminated) {
            SCOPED_TRACE(
                (kind == test::wire_kind::https ? "https, allocation " : "http, allocation ") +
                std::to_string(spared));
            last = outcome_of([&] { return one(kind, spared); });
            ++spared;
            terminated += last == outcome::terminated ? 1 : 0;
            ASSERT_NE(last, outcome::failed);
        }
        EXPECT_LT(terminated, 1 + spared / 2) << "Asio has few handlers that need new memory";
    }
}

// Whatever it is, it is an error of this library or of memory.
void expect_reported(const operation& what)
{
    const std::error_code code = what.code();
    EXPECT_TRUE(!code || code.category() == error_category() ||
                code == std::errc::not_enough_memory)
        << what.what();
}

asio::awaitable<void> build_into(sender& made, sender_builder from)
{
    made = co_await from.build();
}

TEST(fault_matrix, row_75_kth_allocation_of_build_fails)
{
    at_each_allocation([](test::wire_kind kind, std::size_t spared) {
        rig on(kind);
        on.answer = [](const test::request& one) {
            return one.begins("GET") ? test::status("200 OK", "", R"({"config":{}})") : test::ok();
        };
        config options = on.builder().options();
        options.version.reset();
        options.retry_timeout = std::chrono::milliseconds(0);
        sender s;
        bool reached = false;
        {
            const operation building(on, [&] { return build_into(s, sender_builder(options)); });
            const failing_allocation failing(on, spared);
            on.run_until([&] { return building.done(); });
            expect_reported(building);
            reached = failing.failed();
            EXPECT_TRUE(reached || building.succeeded()) << building.what();
        }
        s = on.build(sender_builder(options));
        test::add_rows(s, 0, row_count);
        test::expect_flush(on, s);
        EXPECT_EQ(on.missing(row_count), 0U);
        return reached;
    });
}

TEST(fault_matrix, row_75_kth_allocation_of_a_row_fails)
{
    at_each_allocation([](test::wire_kind kind, std::size_t spared) {
        rig on(kind);
        sender s = on.build(on.builder().init_buf_size(1024));
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
                --row; // the same one again
            }
        }
        const bool reached = !test::spare_allocations();

        EXPECT_EQ(taken, row_count);
        EXPECT_EQ(s.unsent_rows(), row_count);
        test::expect_flush(on, s);
        EXPECT_EQ(on.missing(row_count), 0U);
        return reached;
    });
}

TEST(fault_matrix, row_75_kth_allocation_of_a_flush_fails)
{
    at_each_allocation([](test::wire_kind kind, std::size_t spared) {
        rig on(kind);
        on.answer = test::passing_faults();
        sender s = on.build(on.builder());
        test::add_rows(s, 0, row_count);
        bool reached = false;
        {
            const operation flushing(on, [&] { return s.flush(); });
            const failing_allocation failing(on, spared);
            on.run_until([&] { return flushing.done(); });
            expect_reported(flushing);
            reached = failing.failed();
            EXPECT_TRUE(reached || flushing.succeeded()) << flushing.what();
        }
        EXPECT_LE(on.missing(row_count), s.unsent_rows());
        test::expect_flush(on, s);
        EXPECT_EQ(on.missing(row_count), 0U);
        return reached;
    });
}

TEST(fault_matrix, row_75_kth_allocation_of_a_flush_of_a_buffer_fails)
{
    at_each_allocation([](test::wire_kind kind, std::size_t spared) {
        rig on(kind);
        on.answer = test::passing_faults();
        sender s = on.build(on.builder());
        buffer rows = s.new_buffer();
        for (std::size_t row = 0; row < row_count; ++row) {
            rows.table("t").column_i64("n", static_cast<std::int64_t>(row)).at_now();
        }
        bool reached = false;
        {
            const operation flushing(on, [&] { return s.flush(rows); });
            const failing_allocation failing(on, spared);
            on.run_until([&] { return flushing.done(); });
            expect_reported(flushing);
            reached = failing.failed();
            EXPECT_TRUE(reached || flushing.succeeded()) << flushing.what();
        }
        EXPECT_LE(on.missing(row_count), s.unsent_rows() + rows.row_count());
        const operation again(on, [&] { return s.flush(rows); });
        on.run_until([&] { return again.done(); });
        EXPECT_TRUE(again.succeeded()) << again.what();
        test::expect_flush(on, s);
        EXPECT_EQ(on.missing(row_count), 0U);
        return reached;
    });
}

TEST(fault_matrix, row_75_kth_allocation_of_close_fails)
{
    at_each_allocation([](test::wire_kind kind, std::size_t spared) {
        rig on(kind);
        on.answer = test::passing_faults();
        sender s = on.build(on.builder());
        test::add_rows(s, 0, row_count);
        bool reached = false;
        {
            const operation closing(on, [&] { return s.close(); });
            const failing_allocation failing(on, spared);
            on.run_until([&] { return closing.done(); });
            expect_reported(closing);
            reached = failing.failed();
            EXPECT_TRUE(reached || closing.succeeded()) << closing.what();
        }
        std::size_t left = 0; // what is being sent can't be taken before it comes back
        on.run_until([&] {
            left += s.take_unsent().row_count();
            return left >= on.missing(row_count);
        });
        return reached;
    });
}

} // namespace
