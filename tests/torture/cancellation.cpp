// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 77: each operation of a sender is cancelled after each of its handlers in turn. It ends with
// errc::cancelled, and no row is lost: what is not stored is still there.

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

asio::awaitable<void> build_into(sender& made, sender_builder from)
{
    made = co_await from.build();
}

// Asks for the settings, and is asked for credentials.
sender_builder negotiating(const rig& on)
{
    config options = on.builder().username("u").password("p").options();
    options.version.reset();
    return sender_builder(options);
}

// What a server does before its settings arrive, at the worst.
std::function<reply(const request&)> reluctant_settings()
{
    return [count = 0](const request& one) mutable {
        if (!one.begins("GET /settings")) {
            return test::ok();
        }
        ++count;
        if (count == 1) {
            return test::status("503 Service Unavailable");
        }
        if (count == 2) {
            return reply{.reset = true};
        }
        return one.head.find("Authorization") == std::string::npos
                   ? test::status("401 Unauthorized", "Connection: close\r\n")
                   : test::status("200 OK", "",
                                  R"({"config":{"line.proto.support.versions":[1,2]}})");
    };
}

void expect_nothing_lost(rig& on, sender& s, std::size_t rows = row_count)
{
    EXPECT_LE(on.missing(rows), s.unsent_rows());
    test::expect_flush(on, s);
    EXPECT_EQ(on.missing(rows), 0U);
}

TEST(fault_matrix, row_77_build_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        on.answer = reluctant_settings();
        sender s;
        operation building(on, [&] { return build_into(s, negotiating(on)); });

        const bool reached = test::cancelled_at(on, building, when);

        EXPECT_EQ(s.must_close(), reached) << "there is a sender only where it was built";
        s = on.build(negotiating(on));
        test::add_rows(s, 0, row_count);
        expect_nothing_lost(on, s);
        return reached;
    });
}

TEST(fault_matrix, row_77_flush_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        on.answer = test::passing_faults();
        sender s = on.build(on.builder());
        test::add_rows(s, 0, row_count);
        operation flushing(on, [&] { return s.flush(); });

        const bool reached = test::cancelled_at(on, flushing, when);

        expect_nothing_lost(on, s);
        return reached;
    });
}

TEST(fault_matrix, row_77_flush_of_a_buffer_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        on.answer = test::passing_faults();
        sender s = on.build(on.builder());
        buffer rows = s.new_buffer();
        for (std::size_t row = 0; row < row_count; ++row) {
            rows.table("t").column_i64("n", static_cast<std::int64_t>(row)).at_now();
        }
        operation flushing(on, [&] { return s.flush(rows); });

        const bool reached = test::cancelled_at(on, flushing, when);

        EXPECT_LE(rows.row_count() + s.unsent_rows(), row_count) << "each row is in one place";
        EXPECT_LE(on.missing(row_count), rows.row_count() + s.unsent_rows());
        const operation again(on, [&] { return s.flush(rows); });
        on.run_until([&] { return again.done(); });
        EXPECT_TRUE(again.succeeded()) << again.what();
        EXPECT_TRUE(rows.empty());
        expect_nothing_lost(on, s);
        return reached;
    });
}

TEST(fault_matrix, row_77_flush_and_keep_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        on.answer = test::passing_faults();
        sender s = on.build(on.builder());
        buffer rows = s.new_buffer();
        for (std::size_t row = 0; row < row_count; ++row) {
            rows.table("t").column_i64("n", static_cast<std::int64_t>(row)).at_now();
        }
        operation flushing(on, [&] { return s.flush_and_keep(rows); });

        const bool reached = test::cancelled_at(on, flushing, when);

        EXPECT_EQ(rows.row_count(), row_count) << "the buffer stays as it is";
        const operation again(on, [&] { return s.flush(rows); });
        on.run_until([&] { return again.done(); });
        EXPECT_TRUE(again.succeeded()) << again.what();
        expect_nothing_lost(on, s);
        return reached;
    });
}

// Fills the sender up, so that whoever adds a row waits for room.
sender full_sender(rig& on)
{
    on.answer = test::passing_faults();
    sender s = on.build(on.builder().auto_flush(true).init_buf_size(1024).max_buf_size(1024));
    test::add_rows(s, 0, row_count - 1, 600);
    return s;
}

TEST(fault_matrix, row_77_a_row_without_room_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        sender s = full_sender(on);
        operation adding(on, [&] { return s.table("t").column_i64("n", row_count - 1).at_now(); });

        const bool reached = test::cancelled_at(on, adding, when);

        expect_nothing_lost(on, s, adding.begun() ? row_count : row_count - 1);
        return reached;
    });
}

// What a coroutine that is cancelled already awaits, never begins.
TEST(fault_matrix, row_77_a_row_is_committed_though_its_await_never_begins)
{
    rig on(test::wire_kind::http);
    sender s = on.build(on.builder());

    static_cast<void>(s.table("t").column_i64("n", 0).at_now());

    test::add_rows(s, 1, row_count); // no row is open
    expect_nothing_lost(on, s);
}

TEST(fault_matrix, row_77_append_cancelled_at_each_await)
{
    static const std::vector<std::int64_t> numbers{2, 3, 4, 5};
    static const auto add = [](buffer& to, std::int64_t number) {
        to.table("t").column_i64("n", number).column_str("padding", std::string(600, 'x')).at_now();
    };
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        sender s = full_sender(on);
        operation adding(on, [&] { return s.append(numbers, add); });

        const bool reached = test::cancelled_at(on, adding, when);

        const std::size_t committed = 2 + numbers.size() - (reached ? numbers.size() : 0);
        EXPECT_LE(on.missing(committed), s.unsent_rows());
        test::expect_flush(on, s);
        EXPECT_EQ(on.missing(committed), 0U);
        return reached;
    });
}

TEST(fault_matrix, row_77_close_cancelled_at_each_await)
{
    test::at_each_moment([](const moment& when) {
        rig on(when.kind);
        on.answer = test::passing_faults();
        sender s = on.build(on.builder());
        test::add_rows(s, 0, row_count);
        operation closing(on, [&] { return s.close(); });

        const bool reached = test::reaches(on, closing, when);
        closing.cancel();
        on.run_until([&] { return closing.done(); });

        EXPECT_TRUE(closing.code() == errc::cancelled || closing.succeeded()) << closing.what();
        EXPECT_TRUE(s.must_close());
        EXPECT_FALSE(closing.succeeded() && on.missing(row_count) != 0);
        const std::size_t unsent = s.unsent_rows();
        EXPECT_LE(on.missing(row_count), unsent);
        on.run_until([&] { return !on.step(); }); // what was on its way comes back
        buffer left = s.take_unsent();
        EXPECT_EQ(s.unsent_rows(), 0U) << "nothing is out of reach";
        sender other = on.build(on.builder());
        const operation flushing(on, [&] { return other.flush(left); });
        on.run_until([&] { return flushing.done(); });
        EXPECT_TRUE(flushing.succeeded()) << flushing.what();
        EXPECT_EQ(on.missing(row_count), 0U);
        return reached;
    });
}

} // namespace
