// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 76 of docs/faults.md: a write to a connection that the peer has closed does not end the
// process, and signals during writes lose no rows.

#include "torture/libc.hpp"
#include "torture/rig.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>

#include <sys/time.h>

namespace {

using namespace coquest;
using test::operation;
using test::reply;
using test::request;
using test::rig;

// Restores the previous action of a signal when destroyed.
class signal_action {
public:
    signal_action(int number, void (*handler)(int)) : number_(number)
    {
        struct sigaction action = {};
        action.sa_handler = handler; // without SA_RESTART: system calls fail with EINTR
        sigaction(number, &action, &before_);
    }
    signal_action(const signal_action&) = delete;
    signal_action& operator=(const signal_action&) = delete;
    ~signal_action() { sigaction(number_, &before_, nullptr); }

private:
    int number_;
    struct sigaction before_ = {};
};

void set_alarm_every(suseconds_t microseconds)
{
    const itimerval every{{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_REAL, &every, nullptr);
}

std::atomic<unsigned> alarms{0};

// The server closes the connection at each step of a request that is too large for one write.
TEST(fault_matrix, row_76_sigpipe_has_its_default_action)
{
    const signal_action deadly(SIGPIPE, SIG_DFL);
    for (const test::wire_kind kind : {test::wire_kind::http, test::wire_kind::https}) {
        bool reached = true;
        for (std::size_t step = 0; reached && !HasFailure(); ++step) {
            rig fixture(kind);
            sender s = fixture.build(fixture.builder().retry_timeout(std::chrono::milliseconds(0)));
            test::add_rows(s, 0, 3, kind == test::wire_kind::https ? 100'000 : 1'500'000);
            const operation flushing(fixture, [&] { return s.flush(); });
            reached = test::reaches(fixture, flushing, {kind, step, false});

            fixture.server().stop();
            fixture.run_until([&] { return flushing.done(); });

            EXPECT_TRUE(flushing.code() == errc::socket_error ||
                        flushing.code() == errc::tls_error || flushing.succeeded())
                << flushing.what();
            EXPECT_LE(fixture.missing(3), s.unacknowledged_rows());
        }
    }
}

TEST(fault_matrix, row_76_close_and_destruction_raise_no_sigpipe)
{
    const signal_action deadly(SIGPIPE, SIG_DFL);
    for (const bool destroyed : {false, true}) {
        rig fixture(test::wire_kind::https);
        sender s = fixture.build(fixture.builder());
        test::add_rows(s, 0, 3);
        test::expect_flush(fixture, s);
        fixture.server().stop();
        fixture.run_until([&] { return !fixture.step(); });

        if (destroyed) {
            s = sender();
        }
        const operation closing(fixture, [&]() -> asio::awaitable<void> {
            return destroyed ? []() -> asio::awaitable<void> { co_return; }() : s.close();
        });
        fixture.run_until([&] { return closing.done(); });

        EXPECT_TRUE(closing.succeeded()) << closing.what();
    }
}

TEST(fault_matrix, row_76_signals_during_writes_lose_nothing)
{
    constexpr std::size_t rows = 300;
    for (const test::wire_kind kind : {test::wire_kind::http, test::wire_kind::https}) {
        rig fixture(kind);
        sender s = fixture.build(fixture.builder());
        const signal_action counting(SIGALRM, [](int) { ++alarms; });
        alarms = 0;
        set_alarm_every(1000); // a shorter interval leaves no time for work under AddressSanitizer

        for (std::size_t row = 0; row < rows; row += 20) {
            test::add_rows(s, row, row + 20, 20'000);
            test::expect_flush(fixture, s);
        }

        set_alarm_every(0);
        EXPECT_GT(alarms, 0U);
        for (std::size_t row = 0; row < rows; ++row) {
            ASSERT_EQ(fixture.copies(row), 1U) << "row " << row;
        }
    }
}

// A signal must not make the rig's own TLS front leave a client waiting forever.
TEST(rig, front_outlives_an_interrupted_connect)
{
    rig fixture(test::wire_kind::https);
    sender s = fixture.build(fixture.builder());
    test::add_rows(s, 0, 3);
    const test::failing_calls failing(fixture, test::system_call::connect, EINTR, 0, 1,
                                      test::side::server);

    test::expect_flush(fixture, s);

    EXPECT_EQ(failing.failed(), 1U);
    EXPECT_EQ(fixture.missing(3), 0U);
}

} // namespace
