// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "soak/faults.hpp"

#include <csignal>
#include <iterator>

namespace coquest::soak {
namespace {

struct toxic {
    const char* type;
    const char* stream;
    const char* attributes; // JSON
};

constexpr toxic toxics[] = {
    {"latency", "downstream", R"({"latency": 300, "jitter": 200})"},
    {"latency", "upstream", R"({"latency": 100, "jitter": 100})"},
    {"bandwidth", "upstream", R"({"rate": 8})"},
    {"bandwidth", "downstream", R"({"rate": 1})"},
    {"slicer", "upstream", R"({"average_size": 50, "size_variation": 40, "delay": 100})"},
    {"slicer", "downstream", R"({"average_size": 1, "delay": 1000})"},
    {"reset_peer", "upstream", R"({"timeout": 100})"},
    {"reset_peer", "downstream", R"({"timeout": 0})"},
    {"limit_data", "upstream", R"({"bytes": 1500})"},
    {"limit_data", "downstream", R"({"bytes": 20})"},
    {"timeout", "upstream", R"({"timeout": 0})"},
    {"timeout", "downstream", R"({"timeout": 200})"},
};
constexpr std::size_t others = 4; // faults that are not toxics

} // namespace

faults::faults(test::questdb_process& server, test::toxiproxy& proxy, unsigned seed)
    : server_(server), proxy_(proxy), random_(seed)
{
}

std::chrono::milliseconds faults::begin()
{
    const std::size_t chosen = random_() % (std::size(toxics) + others);
    const std::chrono::milliseconds lasts(200 + random_() % 3'000);
    if (chosen < std::size(toxics)) {
        const toxic& chosen_toxic = toxics[chosen];
        ++counts_[std::string(chosen_toxic.type) + " " + chosen_toxic.stream];
        proxy_.add(chosen_toxic.type, chosen_toxic.stream,
                   nlohmann::json::parse(chosen_toxic.attributes));
    } else if (chosen == std::size(toxics)) {
        ++counts_["stall"];
        proxy_.stall(true);
    } else if (chosen == std::size(toxics) + 1) {
        ++counts_["connections dropped"];
        proxy_.drop_connections();
    } else {
        const bool kill = chosen == std::size(toxics) + 2;
        ++counts_[kill ? "server killed" : "server restarted"];
        server_.end(kill ? SIGKILL : SIGTERM);
    }
    return lasts;
}

void faults::end()
{
    proxy_.stall(false);
    proxy_.clear();
    if (!server_.running()) {
        server_.start();
        server_.wait_until_ready();
    }
}

} // namespace coquest::soak
