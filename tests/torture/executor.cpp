// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 78: the context of a sender is stopped, or goes first, at each step of what the sender does.
// Nothing completes then, and nothing breaks.

#include "torture/rig.hpp"

namespace {

using namespace coquest;
using test::moment;
using test::operation;
using test::rig;

constexpr std::size_t row_count = 3;

struct busy_sender {
    explicit busy_sender(rig& on)
    {
        on.answer = test::passing_faults();
        s = on.build(on.builder().connections(2));
        test::add_rows(s, 0, row_count);
    }
    sender s;
};

TEST(fault_matrix, row_78_context_stopped_and_sender_destroyed_at_each_step)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        busy_sender busy(on);
        const operation flushing(on, [&] { return busy.s.flush(); });
        const bool reached = test::reaches(on, flushing, when);

        on.client().stop();
        busy.s = sender();

        EXPECT_EQ(flushing.done(), !reached);
        return reached;
    });
}

TEST(fault_matrix, row_78_context_destroyed_before_the_sender_at_each_step)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        busy_sender busy(on);
        const operation flushing(on, [&] { return busy.s.flush(); });
        const bool reached = test::reaches(on, flushing, when);
        const std::size_t unsent = busy.s.unsent_rows();

        on.destroy_client();

        EXPECT_EQ(flushing.done(), !reached) << "what waits never ends";
        EXPECT_EQ(busy.s.unsent_rows(), unsent);
        EXPECT_EQ(busy.s.take_unsent().row_count(), unsent) << "the rows can be saved";
        EXPECT_TRUE(busy.s.must_close());
        return reached;
    });
}

TEST(fault_matrix, row_78_context_destroyed_at_each_step_of_close)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        busy_sender busy(on);
        const operation closing(on, [&] { return busy.s.close(); });
        const bool reached = test::reaches(on, closing, when);

        on.destroy_client();

        EXPECT_EQ(closing.done(), !reached);
        return reached;
    });
}

asio::awaitable<void> build_into(sender& made, sender_builder from)
{
    made = co_await from.build();
}

TEST(fault_matrix, row_78_context_destroyed_at_each_step_of_build)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        on.answer = [](const test::request&) {
            return test::status("200 OK", "", R"({"config":{}})");
        };
        config options = on.builder().options();
        options.version.reset();
        sender s;
        const operation building(on, [&] { return build_into(s, sender_builder(options)); });
        const bool reached = test::reaches(on, building, when);

        on.destroy_client();

        return reached;
    });
}

TEST(fault_matrix, row_78_a_sender_that_outlives_its_context_refuses_work)
{
    rig on(test::wire_kind::http);
    sender s = on.build(on.builder());
    test::add_rows(s, 0, row_count);

    on.destroy_client();

    auto row = s.table("t");
    EXPECT_EQ(row.column_i64("n", 9).try_at_now(), errc::closed);
    EXPECT_EQ(s.unsent_rows(), row_count);
}

} // namespace
