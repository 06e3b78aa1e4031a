// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What happens to rows that the server rejects: the stop, the rejection handler, split_rejected,
// and batches that are too large.

#include "unit/core/delivery/delivery_machine_fixture.hpp"

namespace {

using namespace coquest::test;
using namespace std::chrono_literals;
using coquest::buffer;
using coquest::delivery;
using coquest::errc;
using coquest::protocol_version;
using coquest::rejection;
using coquest::detail::buffer_access;
using coquest::detail::status;

class delivery_machine_rejections : public delivery_machine_test {
protected:
    /// Sends a batch, which the server rejects because of row number @p line, and lets the handler
    /// decide: it leaves @p left, or the rows as they are.
    effects reject(std::size_t line, rejection chosen, const char* expected,
                   std::optional<buffer> left = std::nullopt)
    {
        EXPECT_EQ(send(), expected);
        effects wanted = fail(rejected(line));
        EXPECT_TRUE(wanted.ask);
        if (!wanted.ask) {
            return wanted;
        }
        EXPECT_FALSE(wanted.has_work);
        EXPECT_EQ(wanted.ask->failure.info().server_line, line);
        EXPECT_EQ(wanted.ask->row, line == 0 ? std::nullopt : std::optional(line - 1));
        auto lent = machine().lend(*wanted.ask);
        EXPECT_EQ(names_of(lent), expected);
        EXPECT_EQ(machine().queue().in_flight(), 1U);
        return machine().answer(std::move(*wanted.ask), chosen,
                                left ? buffer_access::take(*left) : std::move(lent));
    }
};

TEST_F(delivery_machine_rejections, stop_the_machine_without_a_handler)
{
    commit_batch("a", "b");
    EXPECT_EQ(send(), "a b");
    const auto wanted = fail(rejected(2));
    EXPECT_FALSE(wanted.ask || wanted.has_work || wanted.renew);
    EXPECT_EQ(counts.rejections, 1U);
    EXPECT_EQ(counts.last_rejected_rows, 2U);
    EXPECT_EQ(counts.stops, 1U);
    EXPECT_EQ(next_call(), "it failed");
    EXPECT_EQ(next_call(), "it failed") << "the rows would only be rejected again";
    EXPECT_EQ(send(), "(waits)");
    EXPECT_EQ(taken(), "a b");
    EXPECT_EQ(next_call(), "");
}

TEST_F(delivery_machine_rejections, are_followed_by_new_connections)
{
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(rejected());
    const auto wanted = machine().resume();
    EXPECT_TRUE(wanted.renew) << "only they see that the table was repaired";
    EXPECT_TRUE(wanted.has_work);
    EXPECT_EQ(deliver(), "a");
}

TEST_F(delivery_machine_rejections, that_the_handler_keeps_stop_the_machine)
{
    settings.has_rejection_handler = true;
    commit_batch("a", "b");
    const auto wanted = reject(1, rejection::keep, "a b");
    EXPECT_FALSE(wanted.has_work || wanted.ask);
    EXPECT_EQ(counts.stops, 1U);
    EXPECT_EQ(next_call(), "it failed");
    EXPECT_EQ(taken(), "a b");
    EXPECT_EQ(counts.removed_rows, 0U);
}

TEST_F(delivery_machine_rejections, that_the_handler_drops_hold_up_no_other_row)
{
    settings.has_rejection_handler = true;
    commit_batch("a", "b");
    const auto held = machine().request_all();
    commit_batch("c");
    EXPECT_TRUE(reject(0, rejection::drop, "a b").has_work);
    EXPECT_EQ(counts.removed_rows, 2U);
    EXPECT_EQ(look(held), "delivered") << "nothing is left to wait for";
    EXPECT_EQ(deliver(), "c");
    EXPECT_FALSE(machine().has_pending_error());
}

TEST_F(delivery_machine_rejections, that_the_handler_splits_are_sent_in_parts)
{
    settings.has_rejection_handler = true;
    commit_batch("a", "b");
    commit_batch("c");
    EXPECT_TRUE(reject(2, rejection::split, "a b").has_work);
    EXPECT_EQ(deliver(), "a");
    EXPECT_FALSE(reject(1, rejection::split, "b").has_work) << "a single row is kept";
    EXPECT_EQ(counts.stops, 1U);
    EXPECT_EQ(taken(), "b c");
}

TEST_F(delivery_machine_rejections, that_the_handler_edits_are_counted)
{
    settings.has_rejection_handler = true;
    commit_batch("a", "b");
    reject(1, rejection::keep, "a b", rows_named("x"));
    EXPECT_EQ(counts.removed_rows, 1U);
    EXPECT_EQ(counts.added_rows, 0U);
    EXPECT_EQ(taken(), "x");

    commit_batch("c");
    EXPECT_TRUE(reject(1, rejection::split, "c", rows_named("y", "z")).has_work);
    EXPECT_EQ(counts.removed_rows, 1U);
    EXPECT_EQ(counts.added_rows, 1U);
    EXPECT_EQ(deliver(), "y");
    EXPECT_EQ(deliver(), "z");
}

TEST_F(delivery_machine_rejections, that_the_handler_moves_out_leave_nothing)
{
    settings.has_rejection_handler = true;
    commit_batch("a", "b");
    EXPECT_TRUE(reject(1, rejection::keep, "a b", buffer(protocol_version::v1, {})).has_work);
    EXPECT_EQ(counts.removed_rows, 2U);
    EXPECT_TRUE(machine().is_drained());
    EXPECT_FALSE(machine().has_pending_error());
}

TEST_F(delivery_machine_rejections, name_a_row_only_if_the_batch_has_it)
{
    settings.has_rejection_handler = true;
    commit_batch("a", "b");
    EXPECT_EQ(send(), "a b");
    auto wanted = fail(rejected(3));
    ASSERT_TRUE(wanted.ask);
    EXPECT_FALSE(wanted.ask->row);
    auto lent = machine().lend(*wanted.ask);
    machine().answer(std::move(*wanted.ask), rejection::split, std::move(lent));
    EXPECT_EQ(deliver(), "a") << "halves";
    EXPECT_EQ(deliver(), "b");
}

TEST_F(delivery_machine_rejections, are_set_aside_by_split_rejected_and_reported_once)
{
    settings.split_rejected = true;
    commit_batch("a", "bad");
    commit_batch("c");
    const auto held = machine().request_all();
    EXPECT_EQ(send(), "a bad");
    EXPECT_TRUE(fail(rejected(2)).has_work);
    EXPECT_EQ(deliver(), "a");
    EXPECT_EQ(send(), "bad");
    EXPECT_FALSE(machine().has_pending_error());
    const auto wanted = fail(rejected(1));
    EXPECT_TRUE(wanted.has_work);
    EXPECT_FALSE(wanted.ask);
    EXPECT_EQ(counts.rejections, 2U);
    EXPECT_EQ(counts.stops, 0U);
    EXPECT_EQ(deliver(), "c") << "no other row waits for it";
    EXPECT_EQ(look(held), "delivered");
    EXPECT_TRUE(machine().is_drained());
    EXPECT_EQ(machine().unacknowledged_rows(), 1U);

    commit("d");
    EXPECT_TRUE(machine().has_pending_error());
    EXPECT_EQ(next_call(),
              "it failed; 1 rejected row is kept: take_unacknowledged() hands them back");
    EXPECT_FALSE(machine().has_pending_error());
    EXPECT_EQ(next_call(), "");
    EXPECT_EQ(taken(), "bad d");
    EXPECT_EQ(machine().unacknowledged_rows(), 0U);
}

TEST_F(delivery_machine_rejections, report_all_rows_that_are_kept)
{
    settings.split_rejected = true;
    commit_batch("bad");
    EXPECT_EQ(send(), "bad");
    fail(rejected());
    commit_batch("b");
    commit("c");
    const status report = machine().report_rejection();
    EXPECT_EQ(report.info().unacknowledged_rows, 3U);
    EXPECT_EQ(report.info().message,
              "it failed; 1 rejected row is kept: take_unacknowledged() hands them back");
    EXPECT_EQ(machine().stops().rejections(), 1U);
    EXPECT_EQ(deliver(), "b");
}

TEST_F(delivery_machine_rejections, that_were_taken_are_not_reported)
{
    settings.split_rejected = true;
    commit_batch("bad");
    EXPECT_EQ(send(), "bad");
    fail(rejected());
    EXPECT_EQ(taken(), "bad");
    EXPECT_FALSE(machine().has_pending_error());
}

TEST_F(delivery_machine_rejections, reach_the_handler_only_when_they_cannot_be_split_further)
{
    settings.split_rejected = true;
    settings.has_rejection_handler = true;
    commit_batch("a", "b");
    EXPECT_EQ(send(), "a b");
    EXPECT_FALSE(fail(rejected()).ask);
    EXPECT_FALSE(reject(1, rejection::split, "a").ask);
    EXPECT_EQ(counts.stops, 0U) << "what the handler keeps is set aside";
    EXPECT_TRUE(machine().has_pending_error());
    EXPECT_TRUE(reject(1, rejection::drop, "b").has_work);
    EXPECT_EQ(taken(), "a");
}

TEST_F(delivery_machine_rejections, other_failures_stop_the_machine_despite_split_rejected)
{
    settings.split_rejected = true;
    commit_batch("a", "b");
    EXPECT_EQ(send(), "a b");
    EXPECT_FALSE(fail(wrong_password()).has_work);
    EXPECT_EQ(counts.stops, 1U);
    EXPECT_EQ(counts.rejections, 0U);
}

TEST_F(delivery_machine_rejections, are_5xx_that_name_a_row_until_retry_timeout_is_over)
{
    settings.split_rejected = true;
    commit_batch("a", "bad");
    EXPECT_EQ(send(), "a bad");
    fail(internal_error(2));
    EXPECT_EQ(counts.retries_announced, 1U);
    now += 1000ms;
    EXPECT_EQ(send(), "a bad");
    EXPECT_TRUE(fail(internal_error(2)).has_work);
    EXPECT_EQ(counts.rejections, 1U);
    EXPECT_EQ(deliver(), "a");
    EXPECT_EQ(send(), "bad");
    fail(internal_error(1));
    EXPECT_EQ(counts.retries_announced, 1U) << "the row keeps its history";
    EXPECT_EQ(machine().queue().rejected_rows(), 1U);
}

TEST_F(delivery_machine_rejections, are_no_5xx_that_names_no_row)
{
    settings.queue.retry_timeout = 0ms;
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(internal_error(0));
    EXPECT_EQ(counts.rejections, 0U);
    EXPECT_EQ(counts.stops, 1U);
}

TEST_F(delivery_machine_rejections, leave_the_named_row_its_history)
{
    settings.split_rejected = true;
    commit_batch("a", "b");
    EXPECT_EQ(send(), "a b");
    fail(rejected(2));
    EXPECT_EQ(deliver(), "a");
    now += 5ms;
    EXPECT_EQ(send(), "b");
    fail(not_sent());
    EXPECT_EQ(send(), "(waits for 20 ms)") << "its second failure";
    now += 20ms;
    EXPECT_EQ(send(), "b");
    fail(wrong_password());
    EXPECT_EQ(machine().stops().failure().info().attempts, 3U);
    EXPECT_EQ(machine().stops().failure().info().elapsed, 25ms);
}

TEST_F(delivery_machine_rejections, a_batch_that_is_too_large_is_cut)
{
    commit_batch("a", "b");
    const auto held = machine().request_all();
    EXPECT_EQ(send(), "a b");
    const auto wanted = finish(0, too_large(), row_bytes);
    EXPECT_FALSE(wanted.has_work || wanted.ask);
    EXPECT_EQ(counts.failures, 1U);
    EXPECT_EQ(counts.rejections + counts.stops + counts.retries_announced, 0U);
    EXPECT_EQ(send(), "a");
    fail(not_sent());
    EXPECT_EQ(send(), "(waits for 10 ms)") << "a smaller batch starts afresh";
    now += 10ms;
    EXPECT_EQ(deliver(), "a");
    EXPECT_EQ(look(held), "pending");
    EXPECT_EQ(deliver(), "b");
    EXPECT_EQ(look(held), "delivered");
}

TEST_F(delivery_machine_rejections, a_row_that_is_too_large_is_rejected)
{
    settings.has_rejection_handler = true;
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    EXPECT_TRUE(finish(0, too_large(), 1).ask);
    EXPECT_EQ(counts.rejections, 1U);
}

TEST_F(delivery_machine_rejections, a_batch_of_a_size_that_the_server_takes_is_not_cut)
{
    commit_batch("a", "b");
    EXPECT_EQ(send(), "a b");
    finish(0, too_large(), 2 * row_bytes);
    EXPECT_EQ(counts.stops, 1U) << "it would be too large again";
    EXPECT_EQ(counts.rejections, 0U) << "no row of it is to blame";
    EXPECT_EQ(taken(), "a b");
}

} // namespace
