// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 77 of docs/faults.md: a sender is destroyed in the middle of each of its operations. The
// operation ends immediately with errc::closed, or has succeeded, and nothing is left open.

#include "torture/rig.hpp"

namespace {

using namespace coquest;
using test::moment;
using test::operation;
using test::rig;

constexpr std::size_t row_count = 3;

// More bytes than the kernel accepts of a request in one write; TLS is sent in smaller pieces.
std::size_t large(const moment& when)
{
    return when.kind == test::wire_kind::https ? 100'000 : 1'500'000;
}

void expect_closed(rig& fixture, const operation& subject)
{
    fixture.run_until([&] { return subject.done(); });
    EXPECT_TRUE(subject.code() == errc::closed || subject.succeeded()) << subject.what();
}

void destroy(rig& fixture, sender& s, std::size_t descriptors)
{
    s = sender();
    fixture.run_until([&] { return !fixture.step(); });
    test::expect_descriptors(descriptors);
}

TEST(fault_matrix, row_77_sender_destroyed_at_each_step_of_a_flush)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer = test::passing_faults();
        const std::size_t descriptors = test::open_descriptors();
        sender s = fixture.build(fixture.builder());
        test::add_rows(s, 0, row_count);
        const operation flushing(fixture, [&] { return s.flush(); });
        const bool reached = test::reaches(fixture, flushing, when);

        destroy(fixture, s, descriptors);

        expect_closed(fixture, flushing);
        EXPECT_FALSE(flushing.succeeded() && fixture.missing(row_count) != 0);
        return reached;
    });
}

TEST(fault_matrix, row_77_sender_destroyed_at_each_step_of_a_large_request)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        const std::size_t descriptors = test::open_descriptors();
        sender s = fixture.build(fixture.builder().connections(2));
        buffer rows = s.new_buffer();
        for (std::size_t row = 0; row < row_count; ++row) {
            rows.table("t")
                .column_i64("n", static_cast<std::int64_t>(row))
                .column_str("padding", std::string(large(when), 'x'))
                .at_now();
        }
        const operation flushing(fixture, [&] { return s.flush(rows); });
        const bool reached = test::reaches(fixture, flushing, when);

        destroy(fixture, s, descriptors);

        expect_closed(fixture, flushing);
        EXPECT_FALSE(flushing.succeeded() && fixture.missing(row_count) != 0);
        EXPECT_TRUE(rows.empty() || rows.row_count() == row_count);
        return reached;
    });
}

TEST(fault_matrix, row_77_sender_destroyed_at_each_step_of_a_row_without_room)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer = test::passing_faults();
        const std::size_t descriptors = test::open_descriptors();
        sender s = fixture.build(
            fixture.builder().auto_flush(true).init_buf_size(1024).max_buf_size(1024));
        test::add_rows(s, 0, row_count - 1, 600);
        const operation adding(
            fixture, [&] { return s.table("t").column_i64("n", row_count - 1).at_now(); });
        const bool reached = test::reaches(fixture, adding, when);

        destroy(fixture, s, descriptors);

        expect_closed(fixture, adding);
        return reached;
    });
}

TEST(fault_matrix, row_77_sender_destroyed_at_each_step_of_close)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer = test::passing_faults();
        const std::size_t descriptors = test::open_descriptors();
        sender s = fixture.build(fixture.builder());
        test::add_rows(s, 0, row_count);
        const operation closing(fixture, [&] { return s.close(); });
        const bool reached = test::reaches(fixture, closing, when);

        destroy(fixture, s, descriptors);

        expect_closed(fixture, closing);
        EXPECT_FALSE(closing.succeeded() && fixture.missing(row_count) != 0);
        return reached;
    });
}

} // namespace
