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

// Applies to all threads: names are looked up on another one.
struct plan {
    std::atomic<bool> active{false};
    std::atomic<system_call> call{system_call::socket};
    std::atomic<int> error{0};
    std::atomic<std::size_t> spared{0};
    std::atomic<std::size_t> times{0};
    std::atomic<std::size_t> failed{0};
};
plan active_plan;
std::atomic<std::time_t> clock_offset{0};

bool takes_one(std::atomic<std::size_t>& counter)
{
    std::size_t remaining = counter;
    while (remaining != 0 && !counter.compare_exchange_weak(remaining, remaining - 1)) {
    }
    return remaining != 0;
}

bool fails(system_call call)
{
    // A name is looked up on another thread, during the turn of either side.
    const bool applies = active_plan.active || call == system_call::getaddrinfo;
    if (!applies || active_plan.call != call || takes_one(active_plan.spared) ||
        !takes_one(active_plan.times)) {
        return false;
    }
    ++active_plan.failed;
    errno = active_plan.error;
    return true;
}

template <class Function>
Function* original(const char* name)
{
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

} // namespace

failing_calls::failing_calls(rig& client, system_call call, int error, std::size_t spared,
                             std::size_t times, side whose)
    : rig_(client)
{
    active_plan.call = call;
    active_plan.error = error;
    active_plan.spared = spared;
    active_plan.times = times;
    active_plan.failed = 0;
    active_plan.active = whose == side::server;
    rig_.client_turn = [whose](bool begins) {
        active_plan.active = begins == (whose == side::client);
    };
}

failing_calls::~failing_calls()
{
    rig_.client_turn = nullptr;
    active_plan.active = false;
    active_plan.times = 0;
}

std::size_t failing_calls::failed() const noexcept
{
    return active_plan.failed;
}

wall_clock_jump::wall_clock_jump(std::chrono::seconds offset)
{
    clock_offset = static_cast<std::time_t>(offset.count());
}

wall_clock_jump::~wall_clock_jump()
{
    clock_offset = 0;
}

} // namespace coquest::test

using coquest::test::clock_offset;
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

int connect(int descriptor, const sockaddr* address, socklen_t size)
{
    static const auto next = original<int(int, const sockaddr*, socklen_t)>("connect");
    return fails(system_call::connect) ? -1 : next(descriptor, address, size);
}

ssize_t sendmsg(int descriptor, const msghdr* message, int flags)
{
    static const auto next = original<ssize_t(int, const msghdr*, int)>("sendmsg");
    return fails(system_call::sendmsg) ? -1 : next(descriptor, message, flags);
}

// Asio sends a single buffer with send, and receives a single one with recv.
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

int epoll_wait(int descriptor, epoll_event* events, int max_events, int timeout)
{
    static const auto next = original<int(int, epoll_event*, int, int)>("epoll_wait");
    return fails(system_call::epoll_wait) ? -1 : next(descriptor, events, max_events, timeout);
}

int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result)
{
    static const auto next =
        original<int(const char*, const char*, const addrinfo*, addrinfo**)>("getaddrinfo");
    return fails(system_call::getaddrinfo) ? EAI_SYSTEM : next(node, service, hints, result);
}

int clock_gettime(clockid_t clock_id, timespec* result) noexcept
{
    static const auto next = original<int(clockid_t, timespec*)>("clock_gettime");
    const int error = next(clock_id, result);
    if (error == 0 && clock_id == CLOCK_REALTIME) {
        result->tv_sec += clock_offset;
    }
    return error;
}

std::time_t time(std::time_t* result) noexcept
{
    timespec t{};
    clock_gettime(CLOCK_REALTIME, &t);
    if (result != nullptr) {
        *result = t.tv_sec;
    }
    return t.tv_sec;
}

int gettimeofday(timeval* result, void* /*zone*/) noexcept
{
    timespec t{};
    clock_gettime(CLOCK_REALTIME, &t);
    result->tv_sec = t.tv_sec;
    result->tv_usec = t.tv_nsec / 1000;
    return 0;
}
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
