// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/connect_race.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

namespace coquest::detail {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

using action = connect_race::action;
using time_point = connect_race::time_point;

constexpr time_point start{std::chrono::hours(1)};

// Drives a race by a clock of its own, and writes down what it was told to do.
class race_test : public testing::Test {
protected:
    // Asks until there is nothing more to do at this time; returns what is to be waited for.
    std::vector<std::string> ask()
    {
        std::vector<std::string> told;
        for (;;) {
            const connect_race::decision d = race.next(now);
            const std::string who = std::to_string(d.server);
            switch (d.what) {
            case action::resolve: told.push_back("resolve " + who); break;
            case action::connect:
                told.push_back("connect " + who + "/" + std::to_string(d.ip));
                break;
            case action::abandon: told.push_back("abandon " + who); break;
            case action::wait: until = d.until - start; return told;
            case action::over: told.emplace_back("over"); return told;
            }
            last = d.attempt;
            if (d.what == action::resolve && !slow_names) {
                race.resolved(d.attempt, ips);
            }
        }
    }
    void pass(std::chrono::milliseconds time) { now += time; }

    time_point now = start;
    std::size_t ips = 1; // that each name has
    bool slow_names = false;
    connect_race race{{0, 1, 2, 3}};
    std::size_t last = 0; // attempt
    std::chrono::nanoseconds until{};
};

TEST_F(race_test, each_server_gets_a_head_start_on_the_next)
{
    EXPECT_THAT(ask(), ElementsAre("resolve 0", "connect 0/0"));
    EXPECT_EQ(until, 250ms);
    EXPECT_THAT(race.started(), ElementsAre(0));

    pass(249ms);
    EXPECT_THAT(ask(), ElementsAre());
    pass(1ms);
    EXPECT_THAT(ask(), ElementsAre("resolve 1", "connect 1/0"));
    pass(250ms);
    EXPECT_THAT(ask(), ElementsAre("resolve 2", "connect 2/0"));
    pass(250ms); // the fourth of four is tried before a second has passed
    EXPECT_THAT(ask(), ElementsAre("resolve 3", "connect 3/0"));
    EXPECT_EQ(until, 5s); // for the first to be given up
    EXPECT_THAT(race.started(), ElementsAre(0, 1, 2, 3));
}

TEST_F(race_test, a_failure_starts_the_next_at_once)
{
    ask();
    race.failed(last);
    EXPECT_TRUE(race.is_exhausted(0));
    EXPECT_FALSE(race.is_exhausted(1));
    EXPECT_THAT(ask(), ElementsAre("resolve 1", "connect 1/0"));
    race.failed(last);
    EXPECT_THAT(ask(), ElementsAre("resolve 2", "connect 2/0"));
    race.failed(last);
    EXPECT_THAT(ask(), ElementsAre("resolve 3", "connect 3/0"));
    race.failed(last);
    EXPECT_THAT(ask(), ElementsAre("over"));
}

TEST_F(race_test, the_ip_addresses_of_one_server_go_before_the_next_server)
{
    ips = 2;
    EXPECT_THAT(ask(), ElementsAre("resolve 0", "connect 0/0"));
    pass(250ms);
    EXPECT_THAT(ask(), ElementsAre("connect 0/1"));
    race.failed(last);
    EXPECT_FALSE(race.is_exhausted(0)); // its first address may still answer
    EXPECT_THAT(ask(), ElementsAre("resolve 1", "connect 1/0"));
}

TEST_F(race_test, a_slow_name_does_not_hold_up_the_others)
{
    slow_names = true;
    EXPECT_THAT(ask(), ElementsAre("resolve 0"));
    const std::size_t slow = last;
    slow_names = false;
    pass(250ms);
    EXPECT_THAT(ask(), ElementsAre("resolve 1", "connect 1/0"));

    pass(10ms);
    race.resolved(slow, 2); // it goes before those that come after it
    EXPECT_THAT(ask(), ElementsAre("connect 0/0"));
    pass(250ms);
    EXPECT_THAT(ask(), ElementsAre("connect 0/1"));
    pass(250ms);
    EXPECT_THAT(ask(), ElementsAre("resolve 2", "connect 2/0"));
}

TEST_F(race_test, a_name_without_addresses_has_failed)
{
    ips = 0;
    EXPECT_THAT(ask(), ElementsAre("resolve 0", "resolve 1", "resolve 2", "resolve 3", "over"));
    EXPECT_TRUE(race.is_exhausted(3));
}

TEST_F(race_test, what_takes_five_seconds_is_abandoned)
{
    race = connect_race({7});
    EXPECT_THAT(ask(), ElementsAre("resolve 7", "connect 7/0"));
    EXPECT_EQ(until, 5s);
    pass(4999ms);
    EXPECT_THAT(ask(), ElementsAre());
    pass(1ms);
    EXPECT_THAT(ask(), ElementsAre("abandon 7", "over"));
}

TEST_F(race_test, a_name_that_is_not_resolved_in_five_seconds_is_abandoned)
{
    race = connect_race({7});
    slow_names = true;
    EXPECT_THAT(ask(), ElementsAre("resolve 7"));
    pass(5s);
    EXPECT_THAT(ask(), ElementsAre("abandon 7", "over"));
}

TEST_F(race_test, no_servers_are_over_at_once)
{
    race = connect_race({});
    EXPECT_THAT(ask(), ElementsAre("over"));
}

} // namespace
} // namespace coquest::detail
