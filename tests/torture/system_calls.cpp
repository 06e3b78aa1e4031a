// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows 74 and 75 of docs/faults.md: the k-th call of a system function fails, because of a shortage
// that may pass. The rows survive, and the sender recovers by itself if it may retry.

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
    system_call call;
    int error;
};

// The failures that a single call can cause during a flush.
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

std::string name_of(const shortage& which_call)
{
    static constexpr const char* names[] = {"socket",  "connect",    "sendmsg",
                                            "recvmsg", "epoll_wait", "getaddrinfo"};
    return std::string(names[static_cast<std::size_t>(which_call.call)]) + ", errno " +
           std::to_string(which_call.error);
}

TEST(fault_matrix, row_75_kth_system_call_of_a_flush_fails)
{
    for (const auto kind : {test::wire_kind::http, test::wire_kind::https}) {
        for (const shortage& failing_call : shortages) {
            bool reached = true;
            for (std::size_t spared = 0; reached && spared < 30 && !HasFailure(); ++spared) {
                SCOPED_TRACE(name_of(failing_call) + ", call " + std::to_string(spared));
                const std::size_t before = test::open_descriptors();
                {
                    rig fixture(kind);
                    fixture.answer = test::passing_faults();
                    sender s = fixture.build(fixture.builder());
                    test::add_rows(s, 0, row_count);
                    const operation flushing(fixture, [&] { return s.flush(); });
                    {
                        const failing_calls failing(fixture, failing_call.call, failing_call.error,
                                                    spared, 1);
                        fixture.run_until([&] { return flushing.done(); });
                        reached = failing.failed() != 0;
                    }
                    EXPECT_TRUE(flushing.succeeded()) << flushing.what();
                    EXPECT_EQ(fixture.missing(row_count), 0U);
                }
                test::expect_descriptors(before);
            }
        }
    }
}

// Without retries the caller gets the error, which names the shortage.
TEST(fault_matrix, row_74_a_shortage_is_reported_and_passes)
{
    const struct {
        shortage failing_call;
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
    for (const auto& example : cases) {
        SCOPED_TRACE(name_of(example.failing_call));
        rig fixture(test::wire_kind::http);
        sender s =
            fixture.build(fixture.builder("127.0.0.1").retry_timeout(std::chrono::milliseconds(0)));
        test::add_rows(s, 0, row_count);
        {
            const operation flushing(fixture, [&] { return s.flush(); });
            const failing_calls failing(fixture, example.failing_call.call,
                                        example.failing_call.error, 0, 1'000'000);
            fixture.run_until([&] { return flushing.done(); });
            EXPECT_EQ(flushing.code(), errc::socket_error) << flushing.what();
            EXPECT_NE(flushing.what().find(example.text), std::string::npos) << flushing.what();
        }
        EXPECT_EQ(s.unacknowledged_rows(), row_count);
        test::expect_flush(fixture, s);
        EXPECT_EQ(fixture.missing(row_count), 0U);
    }
}

} // namespace
