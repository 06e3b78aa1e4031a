// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 78 of docs/faults.md: the context of a sender is stopped, or destroyed first, at each step of
// the sender's work. Then nothing completes, and nothing breaks.

#include "torture/rig.hpp"

namespace {

using namespace coquest;
using test::moment;
using test::operation;
using test::rig;

constexpr std::size_t row_count = 3;

struct busy_sender {
    explicit busy_sender(rig& fixture)
    {
        fixture.answer = test::passing_faults();
        s = fixture.build(fixture.builder().connections(2));
        test::add_rows(s, 0, row_count);
    }
    sender s;
};

TEST(fault_matrix, row_78_context_stopped_and_sender_destroyed_at_each_step)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        busy_sender busy(fixture);
        const operation flushing(fixture, [&] { return busy.s.flush(); });
        const bool reached = test::reaches(fixture, flushing, when);

        fixture.client().stop();
        busy.s = sender();

        EXPECT_EQ(flushing.done(), !reached);
        return reached;
    });
}

TEST(fault_matrix, row_78_context_destroyed_before_the_sender_at_each_step)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        busy_sender busy(fixture);
        const operation flushing(fixture, [&] { return busy.s.flush(); });
        const bool reached = test::reaches(fixture, flushing, when);
        const std::size_t unacknowledged = busy.s.unacknowledged_rows();

        fixture.destroy_client();

        EXPECT_EQ(flushing.done(), !reached) << "a wait ended";
        EXPECT_EQ(busy.s.unacknowledged_rows(), unacknowledged);
        EXPECT_EQ(busy.s.take_unacknowledged().row_count(), unacknowledged)
            << "the rows can be saved";
        EXPECT_TRUE(busy.s.must_close());
        return reached;
    });
}

TEST(fault_matrix, row_78_context_destroyed_at_each_step_of_close)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        busy_sender busy(fixture);
        const operation closing(fixture, [&] { return busy.s.close(); });
        const bool reached = test::reaches(fixture, closing, when);

        fixture.destroy_client();

        EXPECT_EQ(closing.done(), !reached);
        return reached;
    });
}

asio::awaitable<void> build_into(sender& result, sender_builder builder)
{
    result = co_await builder.build();
}

TEST(fault_matrix, row_78_context_destroyed_at_each_step_of_build)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer = [](const test::request&) {
            return test::status("200 OK", "", R"({"config":{}})");
        };
        config options = fixture.builder().options();
        options.version.reset();
        sender s;
        const operation building(fixture, [&] { return build_into(s, sender_builder(options)); });
        const bool reached = test::reaches(fixture, building, when);

        fixture.destroy_client();

        return reached;
    });
}

TEST(fault_matrix, row_78_a_sender_that_outlives_its_context_refuses_work)
{
    rig fixture(test::wire_kind::http);
    sender s = fixture.build(fixture.builder());
    test::add_rows(s, 0, row_count);

    fixture.destroy_client();

    auto row = s.table("t");
    EXPECT_EQ(row.column_i64("n", 9).try_at_now(), errc::closed);
    EXPECT_EQ(s.unacknowledged_rows(), row_count);
}

} // namespace
