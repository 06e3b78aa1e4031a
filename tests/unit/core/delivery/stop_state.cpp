// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/delivery/stop_state.hpp"

#include <gtest/gtest.h>

namespace {

using namespace coquest::detail;
using coquest::errc;

status rejection(const char* message)
{
    status failure(errc::server_flush_error, message);
    failure.amend().state = coquest::delivery::rejected;
    return failure;
}

TEST(stop_state_test, a_stop_that_no_wait_has_seen_is_reported_to_one_call)
{
    stop_state state;
    EXPECT_EQ(state.stops(), 0U);
    state.record_stop(status(errc::socket_error, "refused"));
    EXPECT_EQ(state.stops(), 1U);
    EXPECT_EQ(state.report_stop_once().info().message, "refused");
    EXPECT_TRUE(state.report_stop_once().ok());
    EXPECT_EQ(state.failure().info().message, "refused") << "it can still be asked for";

    state.record_stop(status(errc::timed_out, "too late"));
    EXPECT_EQ(state.stops(), 2U);
    EXPECT_EQ(state.report_stop_once().code(), errc::timed_out);
}

TEST(stop_state_test, a_stop_that_a_wait_has_reported_is_not_reported_again)
{
    stop_state state;
    state.record_stop(status(errc::socket_error, "refused"));
    EXPECT_EQ(state.report_stop().code(), errc::socket_error);
    EXPECT_EQ(state.report_stop().code(), errc::socket_error) << "each wait is told";
    EXPECT_TRUE(state.report_stop_once().ok());
}

TEST(stop_state_test, only_a_transient_failure_lets_the_next_call_try_again)
{
    stop_state state;
    state.record_stop(status(errc::socket_error, "refused"));
    EXPECT_TRUE(state.is_transient());
    state.record_stop(status(errc::auth_error, "bad password"));
    EXPECT_FALSE(state.is_transient());
    state.record_stop(rejection("bad row"));
    EXPECT_FALSE(state.is_transient());
    state.record_stop(status::out_of_memory());
    EXPECT_TRUE(state.is_transient());
}

TEST(stop_state_test, a_rejection_is_reported_with_the_rows_that_are_kept)
{
    stop_state state;
    EXPECT_FALSE(state.has_unreported_rejection());
    state.record_rejection(rejection("first"));
    state.record_rejection(rejection("second"));
    EXPECT_EQ(state.rejections(), 2U);
    EXPECT_TRUE(state.has_unreported_rejection());

    const status report = state.report_rejection(2, 5);
    EXPECT_EQ(report.code(), errc::server_flush_error);
    EXPECT_EQ(report.info().state, coquest::delivery::rejected);
    EXPECT_EQ(report.info().unacknowledged_rows, 5U);
    EXPECT_EQ(report.info().message,
              "second; 2 rejected rows are kept: take_unacknowledged() hands them back");
    EXPECT_FALSE(state.has_unreported_rejection());
    EXPECT_EQ(state.rejection().info().message, "second") << "the report is a copy";
    EXPECT_EQ(state.report_rejection(1, 1).info().message,
              "second; 1 rejected row is kept: take_unacknowledged() hands them back");
}

TEST(stop_state_test, a_caller_that_took_the_rows_needs_no_report)
{
    stop_state state;
    state.record_rejection(rejection("bad row"));
    state.dismiss_rejection();
    EXPECT_FALSE(state.has_unreported_rejection());
    EXPECT_EQ(state.stops(), 0U) << "a rejection is no stop";
}

} // namespace
