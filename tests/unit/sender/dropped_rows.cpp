// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows that are dropped with their sender are reported on standard error, unless there is a hook.

#include <coquest/sender.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <asio/detached.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace {

using namespace coquest;

const std::string two_rows =
    "coquest: 2 rows (14 bytes) dropped: the sender was destroyed with rows that were not "
    "acknowledged; call close() before, set on_event to handle it, or log_dropped_rows=off\n";

class dropped_rows : public testing::Test {
protected:
    sender_builder builder()
    {
        sender_builder options("http", "127.0.0.1", server.port());
        options.protocol_version(protocol_version::v2);
        return options;
    }

    asio::io_context io{1};
    test::scripted_server server{io, [](const test::request&) { return test::ok(); }};
};

/// Adds two rows. If @p fails is not null, sets it and throws; otherwise moves the sender to @p
/// out.
asio::awaitable<void> ingest(sender_builder builder, bool* fails, std::optional<sender>& out)
{
    auto s = co_await builder.build();
    co_await s.table("t").column_i64("n", 1).at_now();
    co_await s.table("t").column_i64("n", 2).at_now();
    if (fails != nullptr) {
        *fails = true;
        throw std::runtime_error("a bug");
    }
    out = std::move(s);
}

TEST_F(dropped_rows, by_a_destructor_are_reported)
{
    std::optional<sender> s;
    test::run(io, ingest(builder(), nullptr, s));

    testing::internal::CaptureStderr();
    s.reset();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), two_rows);
}

TEST_F(dropped_rows, by_an_exception_of_a_detached_coroutine_are_reported)
{
    std::optional<sender> s;
    bool failed = false;
    testing::internal::CaptureStderr();
    asio::co_spawn(io, ingest(builder(), &failed, s), asio::detached);
    test::run_until(io, [&] { return failed; });
    EXPECT_EQ(testing::internal::GetCapturedStderr(), two_rows);
}

asio::awaitable<void> ingest_and_wait(sender_builder builder, bool& waits)
{
    std::optional<sender> s;
    co_await ingest(std::move(builder), nullptr, s);
    waits = true;
    asio::steady_timer never(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
}

TEST_F(dropped_rows, by_a_context_that_was_stopped_are_reported)
{
    auto own = std::make_unique<asio::io_context>(1);
    bool waits = false;
    asio::co_spawn(*own, ingest_and_wait(builder(), waits), asio::detached);
    test::run_until(*own, [&] { return waits; });
    own->stop();

    testing::internal::CaptureStderr();
    own.reset();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), two_rows);
}

TEST_F(dropped_rows, are_not_reported_to_standard_error_with_a_hook_or_if_it_is_off)
{
    std::optional<sender> s;
    std::size_t told = 0;
    test::run(io, ingest(builder().on_event([&](const event& happened) {
                  told += happened.kind == event_kind::dropped_unacknowledged ? happened.rows : 0;
              }),
                         nullptr, s));
    testing::internal::CaptureStderr();
    s.reset();
    EXPECT_EQ(told, 2U);

    test::run(io, ingest(builder().log_dropped_rows(false), nullptr, s));
    s.reset();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(dropped_rows, that_were_closed_or_taken_are_not_reported)
{
    std::optional<sender> s;
    test::run(io, ingest(builder(), nullptr, s));
    EXPECT_EQ(s->take_unacknowledged().row_count(), 2U);
    testing::internal::CaptureStderr();
    s.reset();

    test::run(io, ingest(builder(), nullptr, s));
    test::run(io, s->close());
    s.reset();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

} // namespace
