// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 73 of docs/faults.md: the wall clock jumps by ten years. No deadline, pause or interval is
// affected. A certificate that is not valid at that time is rejected for that reason, and accepted
// afterwards.

#include "torture/libc.hpp"
#include "torture/rig.hpp"

#include <chrono>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using test::moment;
using test::operation;
using test::rig;

constexpr std::chrono::seconds ten_years = 10 * 365 * std::chrono::hours(24);

// The rig's timeouts are ten minutes, its pauses ten milliseconds.
TEST(fault_matrix, row_73_timers_do_not_notice_a_jump_at_any_step)
{
    for (const auto jump : {ten_years, -ten_years}) {
        bool reached = true;
        for (std::size_t step = 0; reached && !HasFailure(); ++step) {
            SCOPED_TRACE("step " + std::to_string(step));
            rig fixture(test::wire_kind::http);
            fixture.answer = test::passing_faults();
            sender s = fixture.build(fixture.builder());
            test::add_rows(s, 0, 3);
            const operation flushing(fixture, [&] { return s.flush(); });
            reached = test::reaches(fixture, flushing, {test::wire_kind::http, step, false});

            const test::wall_clock_jump jumped(jump);
            fixture.run_until([&] { return flushing.done(); });

            EXPECT_TRUE(flushing.succeeded()) << flushing.what();
            EXPECT_EQ(fixture.missing(3), 0U);
        }
    }
}

TEST(fault_matrix, row_73_a_deadline_comes_while_the_clock_is_back)
{
    rig fixture(test::wire_kind::http);
    fixture.answer = [](const test::request&) { return test::reply{.wait = true}; };
    sender s = fixture.build(fixture.builder().flush_timeout(20ms));
    test::add_rows(s, 0, 3);
    const operation flushing(fixture, [&] { return s.flush(); });
    static_cast<void>(test::reaches(fixture, flushing, {test::wire_kind::http, 2, false}));

    const test::wall_clock_jump jumped(-ten_years);
    fixture.run_until([&] { return flushing.done(); });

    EXPECT_EQ(flushing.code(), errc::timed_out) << flushing.what();
    EXPECT_EQ(s.unacknowledged_rows(), 3U);
}

TEST(fault_matrix, row_73_certificates_go_by_the_wall_clock)
{
    rig fixture(test::wire_kind::https);
    sender s = fixture.build(fixture.builder());
    test::add_rows(s, 0, 3);
    for (const auto jump : {ten_years, -ten_years}) {
        const test::wall_clock_jump jumped(jump);

        const operation flushing(fixture, [&] { return s.flush(); });
        fixture.run_until([&] { return flushing.done(); });

        EXPECT_EQ(flushing.code(), errc::tls_error) << flushing.what();
        const std::string reason = jump > 0s ? "expired" : "not yet valid";
        EXPECT_NE(flushing.what().find(reason), std::string::npos) << flushing.what();
        EXPECT_EQ(s.unacknowledged_rows(), 3U);
    }

    test::expect_flush(fixture, s);

    EXPECT_EQ(fixture.missing(3), 0U);
}

} // namespace
