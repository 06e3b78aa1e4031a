// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A sender with several connections over tcp and tcps: each has unconfirmed rows of its own.

#include "tcp_scenario.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::UnorderedElementsAreArray;

constexpr int row_count = 16;

class tcp_connections : public tcp_faults {
public:
    // The first connection takes no row before `goes_on` is set, and then runs `rest`. The others
    // take every row.
    void first_stops_before(wire_script rest)
    {
        stream.server().scripts = {
            [this, rest = std::move(rest)](wire& w) -> asio::awaitable<void> {
                co_await w.handshake();
                while (!goes_on) {
                    co_await w.wait(1ms);
                }
                co_await rest(w);
            },
            takes_all_lines()};
        stream.builder->connections(2).auto_flush_rows(1);
    }
    // Adds rows that are too large for the first connection alone.
    static asio::awaitable<void> add_rows(sender& s)
    {
        for (int i = 0; i < row_count; ++i) {
            const std::string text(part_of_many, 'x');
            co_await s.table("t")
                .column_i64("n", i)
                .column_str("text", text)
                .at(timestamp_nanos(1));
        }
    }
    // Returns the values of column n in `text`.
    static std::vector<int> numbers(const std::string& text)
    {
        std::vector<int> result;
        for (std::size_t at = text.find("n="); at != std::string::npos;
             at = text.find("t n=", at)) {
            at = text.find("n=", at) + 2;
            result.push_back(std::stoi(text.substr(at, 10)));
        }
        return result;
    }
    [[nodiscard]] std::vector<int> received(std::size_t connection) const
    {
        return numbers(stream.received(connection));
    }
    static std::vector<int> all_numbers()
    {
        std::vector<int> result;
        for (int i = 0; i < row_count; ++i) {
            result.push_back(i);
        }
        return result;
    }

    streaming stream{GetParam(), little_room()};
    bool goes_on = false;
};

TEST_P(tcp_connections, others_send_while_one_is_full)
{
    first_stops_before(takes_all_lines());
    run(stream.fixture.io, [](tcp_connections& t) -> asio::awaitable<void> {
        sender s = co_await t.stream.build();
        co_await add_rows(s);
        co_await t.stream.until([&] { return t.received(1).size() > 2; });
        EXPECT_TRUE(t.received(0).empty());
        t.goes_on = true;
        co_await s.close();
        std::vector<int> got = t.received(0);
        const std::vector<int> second = t.received(1);
        EXPECT_TRUE(std::ranges::is_sorted(got));
        EXPECT_TRUE(std::ranges::is_sorted(second));
        got.insert(got.end(), second.begin(), second.end());
        EXPECT_THAT(got, UnorderedElementsAreArray(all_numbers()));
    }(*this));
}

TEST_P(tcp_connections, a_lost_one_hands_back_its_own_rows)
{
    first_stops_before(cuts());
    run(stream.fixture.io, [](tcp_connections& t) -> asio::awaitable<void> {
        sender s = co_await t.stream.build();
        co_await add_rows(s);
        co_await t.stream.until([&] { return t.received(1).size() > 2; });
        t.goes_on = true;
        const error lost = co_await failure_after(s);
        EXPECT_THAT(lost.what(), HasSubstr("rows that were sent may not be stored"));
        EXPECT_TRUE(s.must_close());
        std::vector<int> got = numbers(s.take_unacknowledged().to_string());
        EXPECT_FALSE(got.empty());
        EXPECT_FALSE(s.must_close());
        co_await s.close();
        const std::vector<int> second = t.received(1);
        got.insert(got.end(), second.begin(), second.end());
        EXPECT_THAT(got, UnorderedElementsAreArray(all_numbers()));
    }(*this));
}

TEST_P(tcp_connections, rows_of_a_lost_one_go_again_on_any)
{
    first_stops_before(cuts());
    stream.builder->tcp_resend(true);
    run(stream.fixture.io, [](tcp_connections& t) -> asio::awaitable<void> {
        sender s = co_await t.stream.build();
        co_await add_rows(s);
        co_await t.stream.until([&] { return t.received(1).size() > 2; });
        t.goes_on = true;
        co_await s.flush();
        co_await s.close();
        std::vector<int> got;
        for (std::size_t i = 1; i < t.stream.server().connections; ++i) {
            const std::vector<int> more = t.received(i);
            got.insert(got.end(), more.begin(), more.end());
        }
        EXPECT_THAT(got, UnorderedElementsAreArray(all_numbers()));
    }(*this));
}

INSTANTIATE_TEST_SUITE_P(faults, tcp_connections, testing::Values(protocol::tcp, protocol::tcps),
                         [](const auto& each) { return std::string(to_string(each.param)); });

} // namespace
} // namespace coquest::test
