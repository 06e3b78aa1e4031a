// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/detail/segment_store.hpp>
#include <coquest/detail/text.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace {

using coquest::detail::batch;
using coquest::detail::segment_store;
using coquest::detail::text_slack;

constexpr std::size_t segment_size = 128;
constexpr std::size_t room = segment_size - text_slack; // of a segment

void open_row(segment_store& memory, std::string_view bytes)
{
    if (!memory.has_room(bytes.size())) {
        memory.make_room(bytes.size());
    }
    std::memcpy(memory.row_end(), bytes.data(), bytes.size());
    memory.set_row_end(memory.row_end() + bytes.size());
}

void add_row(segment_store& memory, std::string_view bytes)
{
    open_row(memory, bytes);
    memory.commit(memory.row_end());
}

std::string open_row_of(const segment_store& memory)
{
    return {memory.row_begin(), memory.row_bytes()};
}

std::string finished_rows_of(const segment_store& memory)
{
    std::string text;
    for (const std::string_view piece : memory.chunks()) {
        text += piece;
    }
    return text;
}

TEST(segment_store, the_open_row_moves_to_the_segment_that_has_room_for_it)
{
    segment_store memory(segment_size, 1000, false);
    add_row(memory, "finished");
    open_row(memory, "begun");
    ASSERT_FALSE(memory.has_room(room));
    memory.make_room(room);
    EXPECT_TRUE(memory.has_room(room));
    EXPECT_EQ(open_row_of(memory), "begun");
    EXPECT_EQ(finished_rows_of(memory), "finished");
    EXPECT_EQ(memory.size(), 8U);
    EXPECT_EQ(memory.rows(), 1U);
}

TEST(segment_store, the_open_row_stays_when_rows_are_taken_and_put_back)
{
    segment_store memory(segment_size, 1000, false);
    add_row(memory, "first");
    memory.set_server_time();
    open_row(memory, "begun");
    batch taken = memory.take();
    EXPECT_EQ(taken.rows, 1U);
    EXPECT_TRUE(taken.server_time);
    EXPECT_EQ(memory.size(), 0U);
    EXPECT_EQ(open_row_of(memory), "begun");
    memory.commit(memory.row_end());
    EXPECT_FALSE(memory.copy().server_time);
    memory.put_back(std::move(taken));
    EXPECT_EQ(finished_rows_of(memory), "firstbegun");
    EXPECT_EQ(memory.rows(), 2U);
    EXPECT_TRUE(memory.copy().server_time);
}

TEST(segment_store, rows_are_inserted_before_the_open_row)
{
    segment_store memory(segment_size, 1000, false);
    add_row(memory, "first");
    open_row(memory, "begun");
    segment_store source(segment_size, 1000, false);
    add_row(source, std::string(room, '2'));
    add_row(source, "third");
    memory.insert(source);
    EXPECT_EQ(finished_rows_of(memory), "first" + std::string(room, '2') + "third");
    EXPECT_EQ(memory.rows(), 3U);
    EXPECT_EQ(open_row_of(memory), "begun");
}

TEST(segment_store, a_row_beyond_the_limit_needs_a_check)
{
    segment_store memory(segment_size, 20, false);
    add_row(memory, "0123456789");
    open_row(memory, "0123456789");
    EXPECT_FALSE(memory.needs_check(memory.row_end()));
    EXPECT_TRUE(memory.needs_check(memory.row_end() + 1));
    memory.make_room(room); // the limit is the same in another segment
    EXPECT_FALSE(memory.needs_check(memory.row_end()));
    EXPECT_TRUE(memory.needs_check(memory.row_end() + 1));

    segment_store checked(segment_size, 20, true);
    open_row(checked, "0");
    EXPECT_TRUE(checked.needs_check(checked.row_end()));
}

TEST(segment_store, rewinding_into_a_closed_segment_opens_it_again)
{
    segment_store memory(segment_size, 1000, false);
    add_row(memory, "first");
    const segment_store::position marked = memory.end();
    add_row(memory, "second");
    add_row(memory, std::string(room, '3'));
    open_row(memory, "begun");
    memory.rewind(marked);
    EXPECT_EQ(memory.row_bytes(), 0U);
    add_row(memory, "last");
    EXPECT_EQ(finished_rows_of(memory), "firstlast");
    EXPECT_EQ(memory.rows(), 2U);
}

TEST(segment_store, is_empty_after_it_was_moved_from)
{
    segment_store memory(segment_size, 20, false);
    add_row(memory, "row");
    const segment_store moved = std::move(memory);
    EXPECT_EQ(finished_rows_of(moved), "row");
    EXPECT_EQ(memory.size(), 0U); // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(memory.max_size(), 20U);
    add_row(memory, "another");
    EXPECT_EQ(finished_rows_of(memory), "another");
}

} // namespace
