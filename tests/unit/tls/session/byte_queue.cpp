// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/session/byte_queue.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace coquest::test {
namespace {

using detail::byte_queue;

std::size_t push(byte_queue& queue, std::string_view text)
{
    return queue.push(std::as_bytes(std::span(text)));
}

std::string content(const byte_queue& queue)
{
    return {reinterpret_cast<const char*>(queue.data().data()), queue.size()};
}

TEST(byte_queue, is_first_in_first_out)
{
    byte_queue queue;
    std::array<std::byte, 4> out{};

    push(queue, "hello");
    const std::size_t n = queue.pop(out);
    push(queue, " world");

    EXPECT_EQ(n, 4U);
    EXPECT_EQ(out[0], std::byte{'h'});
    EXPECT_EQ(content(queue), "o world");
    EXPECT_EQ(queue.pop(std::span<std::byte>{}), 0U);
}

TEST(byte_queue, takes_no_more_than_its_limit)
{
    byte_queue queue(6);

    EXPECT_EQ(push(queue, "hello"), 5U);
    EXPECT_EQ(push(queue, "world"), 1U);
    EXPECT_EQ(push(queue, "!"), 0U);
    EXPECT_EQ(content(queue), "hellow");
    queue.consume(2);
    EXPECT_EQ(push(queue, "1234"), 2U);
    EXPECT_EQ(content(queue), "llow12");
}

TEST(byte_queue, does_not_grow_while_it_is_drained)
{
    byte_queue queue(64);
    std::string expected;

    for (int i = 0; i < 10'000; ++i) {
        const std::string piece = std::to_string(i);
        push(queue, piece);
        expected += piece;
        const std::size_t n = std::min<std::size_t>(expected.size() - 1, piece.size());
        EXPECT_EQ(content(queue), expected);
        queue.consume(n);
        expected.erase(0, n);
        ASSERT_LE(queue.size(), 64U);
    }
}

TEST(byte_queue, consuming_more_than_there_is_empties_it)
{
    byte_queue queue;
    push(queue, "abc");

    queue.consume(100);

    EXPECT_TRUE(queue.empty());
}

} // namespace
} // namespace coquest::test
