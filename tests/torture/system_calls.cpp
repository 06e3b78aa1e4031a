// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 74 and 75: the k-th call of a function of the system fails, for want of something that may
// come back. Rows survive, and the sender recovers by itself where it may try again.

#include "torture/libc.hpp"
#include "torture/rig.hpp"

#include <cerrno>

namespace {

using namespace coquest;
using test::failing_calls;
using test::operation;
using test::rig;
using test::system_call;

constexpr std::size_t row_count = 3;

struct shortage {
    system_call which;
    int error;
};

// What one call at a time can do to a flush.
constexpr shortage shortages[] = {
    {system_call::socket, EMFILE},      {system_call::socket, ENFILE},
    {system_call::socket, ENOBUFS},     {system_call::socket, ENOMEM},
    {system_call::connect, ENOBUFS},    {system_call::connect, EADDRNOTAVAIL},
    {system_call::connect, EINTR},      {system_call::sendmsg, EINTR},
    {system_call::sendmsg, ENOBUFS},    {system_call::sendmsg, ENOMEM},
    {system_call::recvmsg, EINTR},      {system_call::recvmsg, ENOMEM},
    {system_call::recvmsg, ECONNRESET}, {system_call::epoll_wait, EINTR},
    {system_call::getaddrinfo, EMFILE}, {system_call::getaddrinfo, ENOMEM},
};

std::string name_of(const shortage& one)
{
    static constexpr const char* names[] = {"socket",  "connect",    "sendmsg",
                                            "recvmsg", "epoll_wait", "getaddrinfo"};
    return std::string(names[static_cast<std::size_t>(one.which)]) + ", errno " +
           std::to_string(one.error);
}

TEST(fault_matrix, row_75_kth_system_call_of_a_flush_fails)
{
    for (const auto kind : {test::wire_kind::http, test::wire_kind::https}) {
        for (const shortage& one : shortages) {
            bool reached = true;
            for (std::size_t spared = 0; reached && spared < 30 && !HasFailure(); ++spared) {
                SCOPED_TRACE(name_of(one) + ", call " + std::to_string(spared));
                const std::size_t before = test::open_descriptors();
                {
                    rig on(kind);
                    on.answer = test::passing_faults();
                    sender s = on.build(on.builder());
                    test::add_rows(s, 0, row_count);
                    const operation flushing(on, [&] { return s.flush(); });
                    {
                        const failing_calls failing(on, one.which, one.error, spared, 1);
                        on.run_until([&] { return flushing.done(); });
                        reached = failing.failed() != 0;
                    }
                    EXPECT_TRUE(flushing.succeeded()) << flushing.what();
                    EXPECT_EQ(on.missing(row_count), 0U);
                }
                test::expect_descriptors(before);
            }
        }
    }
}

// Without retries the caller hears of it, and what is wanting is named.
TEST(fault_matrix, row_74_a_shortage_is_reported_and_passes)
{
    const struct {
        shortage what;
        const char* text;
    } cases[] = {
        {{system_call::socket, EMFILE}, "too many open files"},
        {{system_call::socket, ENFILE}, "too many open files"},
        {{system_call::socket, ENOBUFS}, "no memory"},
        {{system_call::socket, ENOMEM}, "no memory"},
        {{system_call::connect, ENOBUFS}, "no memory"},
        {{system_call::sendmsg, ENOBUFS}, "no memory"},
        {{system_call::sendmsg, ENOMEM}, "no memory"},
        {{system_call::recvmsg, ENOMEM}, "no memory"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(name_of(one.what));
        rig on(test::wire_kind::http);
        sender s = on.build(on.builder("127.0.0.1").retry_timeout(std::chrono::milliseconds(0)));
        test::add_rows(s, 0, row_count);
        {
            const operation flushing(on, [&] { return s.flush(); });
            const failing_calls failing(on, one.what.which, one.what.error, 0, 1'000'000);
            on.run_until([&] { return flushing.done(); });
            EXPECT_EQ(flushing.code(), errc::socket_error) << flushing.what();
            EXPECT_NE(flushing.what().find(one.text), std::string::npos) << flushing.what();
        }
        EXPECT_EQ(s.unsent_rows(), row_count);
        test::expect_flush(on, s);
        EXPECT_EQ(on.missing(row_count), 0U);
    }
}

} // namespace
