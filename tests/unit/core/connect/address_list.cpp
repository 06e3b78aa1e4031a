// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/connect/address_list.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <limits>
#include <vector>

namespace coquest::inline v0::detail {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr address_list::time_point start{std::chrono::hours(1)};

address_list four()
{
    return address_list({{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}});
}

TEST(address_list, first_order_is_that_of_the_configuration)
{
    EXPECT_THAT(four().order(start), ElementsAre(0, 1, 2, 3));
    EXPECT_EQ(four()[2].host, "c");
}

TEST(address_list, server_that_works_goes_first)
{
    address_list list = four();
    list.worked(2);

    EXPECT_THAT(list.order(start), ElementsAre(2, 0, 1, 3));
}

TEST(address_list, failed_server_goes_last_for_a_second)
{
    address_list list = four();
    list.failed(0, start);

    EXPECT_THAT(list.order(start), ElementsAre(1, 2, 3, 0));
    EXPECT_THAT(list.order(start + 999ms), ElementsAre(1, 2, 3, 0));
    EXPECT_THAT(list.order(start + 1s), ElementsAre(0, 1, 2, 3));
}

TEST(address_list, recovered_server_does_not_displace_the_one_that_works)
{
    address_list list = four();
    list.failed(0, start);
    list.worked(1);

    EXPECT_THAT(list.order(start + 1min), ElementsAre(1, 0, 2, 3));
}

TEST(address_list, the_pause_doubles_up_to_thirty_seconds)
{
    address_list list = four();
    auto now = start;
    for (const auto pause : {1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s, 30s, 30s}) {
        list.failed(0, now);

        EXPECT_EQ(list.order(now + pause - 1ms).back(), 0U);
        now += pause;
        EXPECT_EQ(list.order(now).front(), 0U);
    }
}

TEST(address_list, success_ends_the_pause_and_starts_the_count_again)
{
    address_list list = four();
    list.failed(0, start);
    list.failed(0, start + 1s);
    list.worked(0);

    EXPECT_EQ(list.order(start + 1s).front(), 0U);
    list.failed(0, start + 2s);
    EXPECT_EQ(list.order(start + 3s).front(), 0U);
}

TEST(address_list, failures_during_the_pause_count_once)
{
    address_list list = four();
    list.failed(0, start);
    list.failed(0, start + 1ms); // another connection to the same server
    list.failed(0, start + 2ms);

    EXPECT_EQ(list.order(start + 1s).front(), 0U);
}

TEST(address_list, if_all_failed_the_server_whose_pause_ends_first_goes_first)
{
    address_list list = four();
    list.worked(3);
    for (const std::size_t i : {1U, 3U, 0U, 2U}) {
        list.failed(i, start + std::chrono::milliseconds(i == 1 ? 0 : i == 3 ? 1 : i == 0 ? 2 : 3));
    }

    EXPECT_THAT(list.order(start + 500ms), ElementsAre(1, 3, 0, 2));
}

TEST(address_list, the_ip_address_that_was_reached_is_remembered)
{
    address_list list = four();
    list.reached(1, "::1");

    EXPECT_EQ(list.last_ip(1), "::1");
    EXPECT_EQ(list.last_ip(0), "");
}

TEST(interleave, alternates_between_the_families)
{
    constexpr std::size_t none = 99;
    EXPECT_THAT(interleave({true, true, true, false, false}, none), ElementsAre(0, 3, 1, 4, 2));
    EXPECT_THAT(interleave({false, true, true}, none), ElementsAre(0, 1, 2));
    EXPECT_THAT(interleave({false, false}, none), ElementsAre(0, 1));
    EXPECT_THAT(interleave({}, none), ElementsAre());
}

TEST(interleave, address_reached_last_goes_first_and_the_other_family_next)
{
    EXPECT_THAT(interleave({true, true, false, false}, 2), ElementsAre(2, 0, 3, 1));
    EXPECT_THAT(interleave({true, true, false}, 1), ElementsAre(1, 2, 0));
}

TEST(address_list, server_can_ask_for_a_longer_pause)
{
    address_list list = four();
    list.failed(0, start, 60s);
    EXPECT_EQ(list.order(start + 59s).back(), 0U);
    EXPECT_EQ(list.order(start + 60s).front(), 0U);

    list.failed(1, start);
    list.failed(1, start, 90s); // the server asks for it during its pause
    EXPECT_EQ(list.order(start + 89s).back(), 1U);
}

TEST(address_list, alternative_is_another_server_without_a_pause)
{
    address_list list({{"a", 1}, {"b", 2}});
    EXPECT_TRUE(list.has_alternative(0, start));
    list.failed(1, start);
    EXPECT_FALSE(list.has_alternative(0, start));
    EXPECT_TRUE(list.has_alternative(1, start));
    EXPECT_TRUE(list.has_alternative(0, start + 1s));
    EXPECT_FALSE(address_list({{"a", 1}}).has_alternative(0, start));
}

TEST(address_list, size_limit_is_learned_for_each_server_and_expires)
{
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    address_list list = four();
    EXPECT_EQ(list.size_limit(0, start), none);

    list.refused_size(0, 8'000'000, start);
    EXPECT_EQ(list.size_limit(0, start), 4'000'000U);
    EXPECT_EQ(list.size_limit(1, start), none);
    list.refused_size(0, 7'000'000, start); // a batch that was in flight already
    EXPECT_EQ(list.size_limit(0, start), 3'500'000U);
    list.refused_size(0, 9'000'000, start);
    EXPECT_EQ(list.size_limit(0, start), 3'500'000U) << "a limit does not rise by a refusal";
    for (int i = 0; i < 20; ++i) {
        list.refused_size(0, list.size_limit(0, start), start);
    }
    EXPECT_EQ(list.size_limit(0, start), address_list::least_size_limit);

    EXPECT_EQ(list.size_limit(0, start + address_list::size_limit_lasts), none);
    list.refused_size(2, 10'000, start);
    list.remove_size_limit(2);
    EXPECT_EQ(list.size_limit(2, start), none);
}

} // namespace
} // namespace coquest::inline v0::detail
