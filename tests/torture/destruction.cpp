// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 77: a sender is destroyed in the middle of each of its operations. The operation ends at once
// by errc::closed, or has succeeded, and nothing is left open.

#include "torture/rig.hpp"

namespace {

using namespace coquest;
using test::moment;
using test::operation;
using test::rig;

constexpr std::size_t row_count = 3;

// More than the kernel takes of a request at once; TLS goes out in smaller pieces.
std::size_t large(const moment& when)
{
    return when.kind == test::wire_kind::https ? 100'000 : 1'500'000;
}

void expect_closed(rig& on, const operation& what)
{
    on.run_until([&] { return what.done(); });
    EXPECT_TRUE(what.code() == errc::closed || what.succeeded()) << what.what();
}

void destroy(rig& on, sender& s, std::size_t descriptors)
{
    s = sender();
    on.run_until([&] { return !on.step(); });
    test::expect_descriptors(descriptors);
}

TEST(fault_matrix, row_77_sender_destroyed_at_each_step_of_a_flush)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        on.answer = test::passing_faults();
        const std::size_t descriptors = test::open_descriptors();
        sender s = on.build(on.builder());
        test::add_rows(s, 0, row_count);
        const operation flushing(on, [&] { return s.flush(); });
        const bool reached = test::reaches(on, flushing, when);

        destroy(on, s, descriptors);

        expect_closed(on, flushing);
        EXPECT_FALSE(flushing.succeeded() && on.missing(row_count) != 0);
        return reached;
    });
}

TEST(fault_matrix, row_77_sender_destroyed_at_each_step_of_a_large_request)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        const std::size_t descriptors = test::open_descriptors();
        sender s = on.build(on.builder().connections(2));
        buffer rows = s.new_buffer();
        for (std::size_t row = 0; row < row_count; ++row) {
            rows.table("t")
                .column_i64("n", static_cast<std::int64_t>(row))
                .column_str("padding", std::string(large(when), 'x'))
                .at_now();
        }
        const operation flushing(on, [&] { return s.flush(rows); });
        const bool reached = test::reaches(on, flushing, when);

        destroy(on, s, descriptors);

        expect_closed(on, flushing);
        EXPECT_FALSE(flushing.succeeded() && on.missing(row_count) != 0);
        EXPECT_TRUE(rows.empty() || rows.row_count() == row_count);
        return reached;
    });
}

TEST(fault_matrix, row_77_sender_destroyed_at_each_step_of_a_row_without_room)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        on.answer = test::passing_faults();
        const std::size_t descriptors = test::open_descriptors();
        sender s = on.build(on.builder().auto_flush(true).init_buf_size(1024).max_buf_size(1024));
        test::add_rows(s, 0, row_count - 1, 600);
        const operation adding(
            on, [&] { return s.table("t").column_i64("n", row_count - 1).at_now(); });
        const bool reached = test::reaches(on, adding, when);

        destroy(on, s, descriptors);

        expect_closed(on, adding);
        return reached;
    });
}

TEST(fault_matrix, row_77_sender_destroyed_at_each_step_of_close)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        on.answer = test::passing_faults();
        const std::size_t descriptors = test::open_descriptors();
        sender s = on.build(on.builder());
        test::add_rows(s, 0, row_count);
        const operation closing(on, [&] { return s.close(); });
        const bool reached = test::reaches(on, closing, when);

        destroy(on, s, descriptors);

        expect_closed(on, closing);
        EXPECT_FALSE(closing.succeeded() && on.missing(row_count) != 0);
        return reached;
    });
}

} // namespace
