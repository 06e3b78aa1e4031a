// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/connect/connect_race.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

namespace coquest::inline v0::detail {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

using action = connect_race::action;
using time_point = connect_race::time_point;

constexpr time_point start{std::chrono::hours(1)};

// Drives a race with a clock of its own and records its decisions.
class race_test : public testing::Test {
protected:
    // Takes every step that is due now and returns the list; `until` is when the next one is due.
    std::vector<std::string> due_steps()
    {
        std::vector<std::string> steps;
        for (;;) {
            const connect_race::decision d = race.next(now);
            const std::string server = std::to_string(d.server);
            switch (d.kind) {
            case action::resolve: steps.push_back("resolve " + server); break;
            case action::connect:
                steps.push_back("connect " + server + "/" + std::to_string(d.ip));
                break;
            case action::abandon: steps.push_back("abandon " + server); break;
            case action::wait: until = d.until - start; return steps;
            case action::over: steps.emplace_back("over"); return steps;
            }
            last = d.attempt;
            if (d.kind == action::resolve && !slow_names) {
                race.resolved(d.attempt, ips);
            }
        }
    }
    void advance(std::chrono::milliseconds time) { now += time; }

    time_point now = start;
    std::size_t ips = 1; // addresses of each name
    bool slow_names = false;
    connect_race race{{0, 1, 2, 3}};
    std::size_t last = 0; // the last attempt
    std::chrono::nanoseconds until{};
};

TEST_F(race_test, each_server_gets_a_head_start_on_the_next)
{
    EXPECT_THAT(due_steps(), ElementsAre("resolve 0", "connect 0/0"));
    EXPECT_EQ(until, 250ms);
    EXPECT_THAT(race.started(), ElementsAre(0));

    advance(249ms);
    EXPECT_THAT(due_steps(), ElementsAre());
    advance(1ms);
    EXPECT_THAT(due_steps(), ElementsAre("resolve 1", "connect 1/0"));
    advance(250ms);
    EXPECT_THAT(due_steps(), ElementsAre("resolve 2", "connect 2/0"));
    advance(250ms); // the fourth of four is tried before a second has passed
    EXPECT_THAT(due_steps(), ElementsAre("resolve 3", "connect 3/0"));
    EXPECT_EQ(until, 5s); // when the first is abandoned
    EXPECT_THAT(race.started(), ElementsAre(0, 1, 2, 3));
}

TEST_F(race_test, failure_starts_the_next_immediately)
{
    due_steps();
    race.failed(last);
    EXPECT_TRUE(race.is_exhausted(0));
    EXPECT_FALSE(race.is_exhausted(1));
    EXPECT_THAT(due_steps(), ElementsAre("resolve 1", "connect 1/0"));
    race.failed(last);
    EXPECT_THAT(due_steps(), ElementsAre("resolve 2", "connect 2/0"));
    race.failed(last);
    EXPECT_THAT(due_steps(), ElementsAre("resolve 3", "connect 3/0"));
    race.failed(last);
    EXPECT_THAT(due_steps(), ElementsAre("over"));
}

TEST_F(race_test, the_ip_addresses_of_one_server_go_before_the_next_server)
{
    ips = 2;
    EXPECT_THAT(due_steps(), ElementsAre("resolve 0", "connect 0/0"));
    advance(250ms);
    EXPECT_THAT(due_steps(), ElementsAre("connect 0/1"));
    race.failed(last);
    EXPECT_FALSE(race.is_exhausted(0)); // its first address may still answer
    EXPECT_THAT(due_steps(), ElementsAre("resolve 1", "connect 1/0"));
}

TEST_F(race_test, a_slow_name_does_not_hold_up_the_others)
{
    slow_names = true;
    EXPECT_THAT(due_steps(), ElementsAre("resolve 0"));
    const std::size_t slow = last;
    slow_names = false;
    advance(250ms);
    EXPECT_THAT(due_steps(), ElementsAre("resolve 1", "connect 1/0"));

    advance(10ms);
    race.resolved(slow, 2); // server 0 goes before the servers after it
    EXPECT_THAT(due_steps(), ElementsAre("connect 0/0"));
    advance(250ms);
    EXPECT_THAT(due_steps(), ElementsAre("connect 0/1"));
    advance(250ms);
    EXPECT_THAT(due_steps(), ElementsAre("resolve 2", "connect 2/0"));
}

TEST_F(race_test, a_name_without_addresses_has_failed)
{
    ips = 0;
    EXPECT_THAT(due_steps(),
                ElementsAre("resolve 0", "resolve 1", "resolve 2", "resolve 3", "over"));
    EXPECT_TRUE(race.is_exhausted(3));
}

TEST_F(race_test, connect_that_takes_five_seconds_is_abandoned)
{
    race = connect_race({7});
    EXPECT_THAT(due_steps(), ElementsAre("resolve 7", "connect 7/0"));
    EXPECT_EQ(until, 5s);
    advance(4999ms);
    EXPECT_THAT(due_steps(), ElementsAre());
    advance(1ms);
    EXPECT_THAT(due_steps(), ElementsAre("abandon 7", "over"));
}

TEST_F(race_test, a_name_that_is_not_resolved_in_five_seconds_is_abandoned)
{
    race = connect_race({7});
    slow_names = true;
    EXPECT_THAT(due_steps(), ElementsAre("resolve 7"));
    advance(5s);
    EXPECT_THAT(due_steps(), ElementsAre("abandon 7", "over"));
}

TEST_F(race_test, race_without_servers_is_over_immediately)
{
    race = connect_race({});
    EXPECT_THAT(due_steps(), ElementsAre("over"));
}

} // namespace
} // namespace coquest::inline v0::detail
