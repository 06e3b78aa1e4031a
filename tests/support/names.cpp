// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/names.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include <dlfcn.h>
#include <netdb.h>

namespace coquest::test {
namespace {

struct table {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, std::vector<std::string>> known;
    std::set<std::string> blocking;
    std::size_t blocked = 0;
};

table& the_table()
{
    static table instance;
    return instance;
}

using lookup = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

int look_up(const char* node, const char* service, const addrinfo* hints, addrinfo** result)
{
    static const auto real = reinterpret_cast<lookup>(dlsym(RTLD_NEXT, "getaddrinfo"));
    table& table_of_names = the_table();
    std::vector<std::string> ips;
    {
        std::unique_lock lock(table_of_names.mutex);
        const std::string name = node != nullptr ? node : "";
        if (table_of_names.blocking.contains(name)) {
            ++table_of_names.blocked;
            table_of_names.changed.wait(lock,
                                        [&] { return !table_of_names.blocking.contains(name); });
            --table_of_names.blocked;
            table_of_names.changed.notify_all();
            return EAI_AGAIN;
        }
        const auto found = table_of_names.known.find(name);
        if (found == table_of_names.known.end()) {
            lock.unlock();
            return real(node, service, hints, result);
        }
        ips = found->second;
    }
    addrinfo** end = result;
    *end = nullptr;
    for (const std::string& ip : ips) {
        const int failure = real(ip.c_str(), service, hints, end);
        if (failure != 0) {
            return failure;
        }
        end = &(*end)->ai_next;
    }
    return *result != nullptr ? 0 : EAI_NONAME;
}

} // namespace

names::names() = default;

names::~names()
{
    table& table_of_names = the_table();
    std::unique_lock lock(table_of_names.mutex);
    table_of_names.known.clear();
    table_of_names.blocking.clear();
    table_of_names.changed.notify_all();
    table_of_names.changed.wait(lock, [&] { return table_of_names.blocked == 0; });
}

void names::add(const std::string& name, std::vector<std::string> ips)
{
    const std::lock_guard lock(the_table().mutex);
    the_table().known[name] = std::move(ips);
}

void names::block(const std::string& name)
{
    const std::lock_guard lock(the_table().mutex);
    the_table().blocking.insert(name);
}

std::size_t names::blocked() const
{
    const std::lock_guard lock(the_table().mutex);
    return the_table().blocked;
}

} // namespace coquest::test

// Replaces the C library's function.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** out)
{
    return coquest::test::look_up(node, service, hints, out);
}
