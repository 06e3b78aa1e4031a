// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A write queue whose time the tests set.
#pragma once

#include "core/delivery/write_queue.hpp"

#include "support/batches.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace coquest::test {

inline detail::write_queue::limits limits_of(std::chrono::milliseconds retry_timeout)
{
    detail::write_queue::limits limits;
    limits.retry_timeout = retry_timeout;
    limits.max_backoff = std::chrono::milliseconds(100);
    return limits;
}

inline detail::status transient_failure()
{
    detail::status failure(errc::socket_error, "connection closed by the server");
    failure.amend().retryable = true;
    return failure;
}

inline detail::status rejection()
{
    detail::status failure(errc::server_flush_error, "bad row");
    failure.amend().state = delivery::rejected;
    return failure;
}

class write_queue_test : public testing::Test {
protected:
    using outcome = detail::write_queue::outcome;

    detail::queued_batch& send()
    {
        const auto next = queue.next(now);
        EXPECT_EQ(next.kind, detail::write_queue::action::send);
        queue.begin_attempt(*next.to_send, now);
        return *next.to_send;
    }
    outcome fail(detail::status failure, std::uint32_t random = 0)
    {
        return queue.fail_attempt(send(), failure, now, random);
    }
    /// Lets the front batch fail for good, as the sender does.
    void stop(detail::status failure)
    {
        EXPECT_NE(queue.fail_attempt(send(), failure, now, 0), outcome::retry);
        queue.stop(std::move(failure));
    }
    std::string sent() { return text_of(queue.acknowledge(send())); }

    detail::write_queue queue{limits_of(std::chrono::milliseconds(1000))};
    detail::write_queue::time_point now{std::chrono::hours(1)};
};

} // namespace coquest::test
