// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "torture/libc.hpp"

#include "torture/rig.hpp"

#include <atomic>
#include <cerrno>
#include <ctime>

#include <dlfcn.h>
#include <netdb.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace coquest::test {
namespace {

// Of all threads: names are looked up on one of their own.
struct plan {
    std::atomic<bool> active{false};
    std::atomic<system_call> which{system_call::socket};
    std::atomic<int> error{0};
    std::atomic<std::size_t> spared{0};
    std::atomic<std::size_t> times{0};
    std::atomic<std::size_t> failed{0};
};
plan now;
std::atomic<std::time_t> ahead{0};

bool takes_one(std::atomic<std::size_t>& from)
{
    std::size_t left = from;
    while (left != 0 && !from.compare_exchange_weak(left, left - 1)) {
    }
    return left != 0;
}

bool fails(system_call which)
{
    // a name is looked up on another thread, whoever's turn it is
    const bool applies = now.active || which == system_call::getaddrinfo;
    if (!applies || now.which != which || takes_one(now.spared) || !takes_one(now.times)) {
        return false;
    }
    ++now.failed;
    errno = now.error;
    return true;
}

template <class Function>
Function* original(const char* name)
{
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

} // namespace

failing_calls::failing_calls(rig& of, system_call which, int error, std::size_t spared,
                             std::size_t times)
    : of_(of)
{
    now.which = which;
    now.error = error;
    now.spared = spared;
    now.times = times;
    now.failed = 0;
    of_.client_turn = [](bool begins) { now.active = begins; };
}

failing_calls::~failing_calls()
{
    of_.client_turn = nullptr;
    now.active = false;
    now.times = 0;
}

std::size_t failing_calls::failed() const noexcept
{
    return now.failed;
}

wall_clock_jump::wall_clock_jump(std::chrono::seconds by)
{
    ahead = static_cast<std::time_t>(by.count());
}

wall_clock_jump::~wall_clock_jump()
{
    ahead = 0;
}

} // namespace coquest::test

using coquest::test::ahead;
using coquest::test::fails;
using coquest::test::original;
using coquest::test::system_call;

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

int socket(int domain, int type, int protocol) noexcept
{
    static const auto next = original<int(int, int, int)>("socket");
    return fails(system_call::socket) ? -1 : next(domain, type, protocol);
}

int connect(int descriptor, const sockaddr* to, socklen_t size)
{
    static const auto next = original<int(int, const sockaddr*, socklen_t)>("connect");
    return fails(system_call::connect) ? -1 : next(descriptor, to, size);
}

ssize_t sendmsg(int descriptor, const msghdr* message, int flags)
{
    static const auto next = original<ssize_t(int, const msghdr*, int)>("sendmsg");
    return fails(system_call::sendmsg) ? -1 : next(descriptor, message, flags);
}

// Asio sends a single piece by send, and receives likewise.
ssize_t send(int descriptor, const void* bytes, size_t size, int flags)
{
    static const auto next = original<ssize_t(int, const void*, size_t, int)>("send");
    return fails(system_call::sendmsg) ? -1 : next(descriptor, bytes, size, flags);
}

ssize_t recvmsg(int descriptor, msghdr* message, int flags)
{
    static const auto next = original<ssize_t(int, msghdr*, int)>("recvmsg");
    return fails(system_call::recvmsg) ? -1 : next(descriptor, message, flags);
}

ssize_t recv(int descriptor, void* bytes, size_t size, int flags)
{
    static const auto next = original<ssize_t(int, void*, size_t, int)>("recv");
    return fails(system_call::recvmsg) ? -1 : next(descriptor, bytes, size, flags);
}

int epoll_wait(int descriptor, epoll_event* events, int most, int timeout)
{
    static const auto next = original<int(int, epoll_event*, int, int)>("epoll_wait");
    return fails(system_call::epoll_wait) ? -1 : next(descriptor, events, most, timeout);
}

int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** out)
{
    static const auto next =
        original<int(const char*, const char*, const addrinfo*, addrinfo**)>("getaddrinfo");
    return fails(system_call::getaddrinfo) ? EAI_SYSTEM : next(node, service, hints, out);
}

int clock_gettime(clockid_t which, timespec* out) noexcept
{
    static const auto next = original<int(clockid_t, timespec*)>("clock_gettime");
    const int result = next(which, out);
    if (result == 0 && which == CLOCK_REALTIME) {
        out->tv_sec += ahead;
    }
    return result;
}

std::time_t time(std::time_t* out) noexcept
{
    timespec t{};
    clock_gettime(CLOCK_REALTIME, &t);
    if (out != nullptr) {
        *out = t.tv_sec;
    }
    return t.tv_sec;
}

int gettimeofday(timeval* out, void* /*zone*/) noexcept
{
    timespec t{};
    clock_gettime(CLOCK_REALTIME, &t);
    out->tv_sec = t.tv_sec;
    out->tv_usec = t.tv_nsec / 1000;
    return 0;
}
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
