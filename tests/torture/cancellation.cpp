// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 77 of docs/faults.md: each operation of a sender is cancelled after each of its handlers in
// turn. It ends with errc::cancelled, and no row is lost: the sender still has what is not stored.

#include "torture/rig.hpp"

#include <vector>

namespace {

using namespace coquest;
using test::moment;
using test::operation;
using test::reply;
using test::request;
using test::rig;

constexpr std::size_t row_count = 3;

asio::awaitable<void> build_into(sender& result, sender_builder builder)
{
    result = co_await builder.build();
}

// Makes a builder whose sender requests the settings, and gets a challenge for credentials.
sender_builder negotiating(const rig& fixture)
{
    config options = fixture.builder().username("u").password("p").options();
    options.version.reset();
    return sender_builder(options);
}

// A server that fails in several ways before it answers with its settings.
std::function<reply(const request&)> reluctant_settings()
{
    return [count = 0](const request& received) mutable {
        if (!received.begins("GET /settings")) {
            return test::ok();
        }
        ++count;
        if (count == 1) {
            return test::status("503 Service Unavailable");
        }
        if (count == 2) {
            return reply{.reset = true};
        }
        return received.head.find("Authorization") == std::string::npos
                   ? test::status("401 Unauthorized", "Connection: close\r\n")
                   : test::status("200 OK", "",
                                  R"({"config":{"line.proto.support.versions":[1,2]}})");
    };
}

void expect_nothing_lost(rig& fixture, sender& s, std::size_t rows = row_count)
{
    EXPECT_LE(fixture.missing(rows), s.unacknowledged_rows());
    test::expect_flush(fixture, s);
    EXPECT_EQ(fixture.missing(rows), 0U);
}

TEST(fault_matrix, row_77_build_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer = reluctant_settings();
        sender s;
        operation building(fixture, [&] { return build_into(s, negotiating(fixture)); });

        const bool reached = test::cancelled_at(fixture, building, when);

        EXPECT_EQ(s.must_close(), reached) << "there is a sender only if it was built";
        s = fixture.build(negotiating(fixture));
        test::add_rows(s, 0, row_count);
        expect_nothing_lost(fixture, s);
        return reached;
    });
}

TEST(fault_matrix, row_77_flush_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer = test::passing_faults();
        sender s = fixture.build(fixture.builder());
        test::add_rows(s, 0, row_count);
        operation flushing(fixture, [&] { return s.flush(); });

        const bool reached = test::cancelled_at(fixture, flushing, when);

        expect_nothing_lost(fixture, s);
        return reached;
    });
}

TEST(fault_matrix, row_77_flush_of_a_buffer_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer = test::passing_faults();
        sender s = fixture.build(fixture.builder());
        buffer rows = s.new_buffer();
        for (std::size_t row = 0; row < row_count; ++row) {
            rows.table("t").column_i64("n", static_cast<std::int64_t>(row)).at_now();
        }
        operation flushing(fixture, [&] { return s.flush(rows); });

        const bool reached = test::cancelled_at(fixture, flushing, when);

        EXPECT_LE(rows.row_count() + s.unacknowledged_rows(), row_count)
            << "each row is in one place";
        EXPECT_LE(fixture.missing(row_count), rows.row_count() + s.unacknowledged_rows());
        const operation repeated(fixture, [&] { return s.flush(rows); });
        fixture.run_until([&] { return repeated.done(); });
        EXPECT_TRUE(repeated.succeeded()) << repeated.what();
        EXPECT_TRUE(rows.empty());
        expect_nothing_lost(fixture, s);
        return reached;
    });
}

TEST(fault_matrix, row_77_flush_and_keep_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer = test::passing_faults();
        sender s = fixture.build(fixture.builder());
        buffer rows = s.new_buffer();
        for (std::size_t row = 0; row < row_count; ++row) {
            rows.table("t").column_i64("n", static_cast<std::int64_t>(row)).at_now();
        }
        operation flushing(fixture, [&] { return s.flush_and_keep(rows); });

        const bool reached = test::cancelled_at(fixture, flushing, when);

        EXPECT_EQ(rows.row_count(), row_count) << "the buffer stays as it is";
        const operation repeated(fixture, [&] { return s.flush(rows); });
        fixture.run_until([&] { return repeated.done(); });
        EXPECT_TRUE(repeated.succeeded()) << repeated.what();
        expect_nothing_lost(fixture, s);
        return reached;
    });
}

// Fills the sender up, so that a coroutine that adds a row waits for room.
sender full_sender(rig& fixture)
{
    fixture.answer = test::passing_faults();
    sender s =
        fixture.build(fixture.builder().auto_flush(true).init_buf_size(1024).max_buf_size(1024));
    test::add_rows(s, 0, row_count - 1, 600);
    return s;
}

TEST(fault_matrix, row_77_a_row_without_room_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        sender s = full_sender(fixture);
        operation adding(fixture,
                         [&] { return s.table("t").column_i64("n", row_count - 1).at_now(); });

        const bool reached = test::cancelled_at(fixture, adding, when);

        expect_nothing_lost(fixture, s, adding.begun() ? row_count : row_count - 1);
        return reached;
    });
}

// An operation that a cancelled coroutine awaits never begins.
TEST(fault_matrix, row_77_a_row_is_committed_though_its_await_never_begins)
{
    rig fixture(test::wire_kind::http);
    sender s = fixture.build(fixture.builder());

    static_cast<void>(s.table("t").column_i64("n", 0).at_now());

    test::add_rows(s, 1, row_count); // no row is open
    expect_nothing_lost(fixture, s);
}

TEST(fault_matrix, row_77_append_cancelled_at_each_await)
{
    static const std::vector<std::int64_t> numbers{2, 3, 4, 5};
    static const auto add = [](buffer& rows, std::int64_t number) {
        rows.table("t")
            .column_i64("n", number)
            .column_str("padding", std::string(600, 'x'))
            .at_now();
    };
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        sender s = full_sender(fixture);
        operation adding(fixture, [&] { return s.append(numbers, add); });

        const bool reached = test::cancelled_at(fixture, adding, when);

        const std::size_t committed = 2 + numbers.size() - (reached ? numbers.size() : 0);
        EXPECT_LE(fixture.missing(committed), s.unacknowledged_rows());
        test::expect_flush(fixture, s);
        EXPECT_EQ(fixture.missing(committed), 0U);
        return reached;
    });
}

TEST(fault_matrix, row_77_close_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig fixture(when.kind);
        fixture.answer = test::passing_faults();
        sender s = fixture.build(fixture.builder());
        test::add_rows(s, 0, row_count);
        operation closing(fixture, [&] { return s.close(); });

        const bool reached = test::reaches(fixture, closing, when);
        closing.cancel();
        fixture.run_until([&] { return closing.done(); });

        EXPECT_TRUE(closing.code() == errc::cancelled || closing.succeeded()) << closing.what();
        EXPECT_TRUE(s.must_close());
        EXPECT_FALSE(closing.succeeded() && fixture.missing(row_count) != 0);
        const std::size_t unacknowledged = s.unacknowledged_rows();
        EXPECT_LE(fixture.missing(row_count), unacknowledged);
        fixture.run_until([&] { return !fixture.step(); }); // attempts in flight end
        buffer left = s.take_unacknowledged();
        EXPECT_EQ(s.unacknowledged_rows(), 0U) << "all rows can be taken";
        sender other = fixture.build(fixture.builder());
        const operation flushing(fixture, [&] { return other.flush(left); });
        fixture.run_until([&] { return flushing.done(); });
        EXPECT_TRUE(flushing.succeeded()) << flushing.what();
        EXPECT_EQ(fixture.missing(row_count), 0U);
        return reached;
    });
}

} // namespace
