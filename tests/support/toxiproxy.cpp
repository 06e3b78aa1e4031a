// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/toxiproxy.hpp"

#include "support/blocking.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace coquest::test {

toxiproxy::toxiproxy(std::uint16_t server)
    : orders_(free_port()), port_(free_port()),
      child_({script("toxiproxy"), "run", std::to_string(orders_)}, "/dev/stderr")
{
    const std::string loopback = "127.0.0.1:";
    const nlohmann::json proxy = {{"name", "questdb"},
                                  {"listen", loopback + std::to_string(port_)},
                                  {"upstream", loopback + std::to_string(server)}};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (;;) {
        try {
            order("/proxies", proxy);
            return;
        } catch (const std::system_error&) { // not ready yet
            if (std::chrono::steady_clock::now() > deadline) {
                throw std::runtime_error("toxiproxy does not answer");
            }
        }
        pause(std::chrono::milliseconds(20));
    }
}

std::string toxiproxy::missing()
{
    return std::system((script("toxiproxy") + " fetch").c_str()) == 0
               ? ""
               : "toxiproxy is missing, and needs Go: run ./scripts/setup faults";
}

void toxiproxy::add(const std::string& type, const std::string& stream,
                    const nlohmann::json& attributes)
{
    order("/proxies/questdb/toxics",
          {{"type", type}, {"stream", stream}, {"attributes", attributes}});
}

void toxiproxy::clear()
{
    order("/reset", nlohmann::json::object());
}

void toxiproxy::drop_connections()
{
    order("/proxies/questdb", {{"enabled", false}});
    order("/proxies/questdb", {{"enabled", true}});
}

void toxiproxy::stall(bool held) const
{
    ::kill(child_.pid(), held ? SIGSTOP : SIGCONT);
}

void toxiproxy::order(const std::string& path, const nlohmann::json& body) const
{
    const std::string text = body.dump();
    const std::string answer = ask(orders_, "POST " + path +
                                                " HTTP/1.0\r\nContent-Type: application/json\r\n"
                                                "Content-Length: " +
                                                std::to_string(text.size()) + "\r\n\r\n" + text);
    if (answer.find(" 20") != answer.find(' ')) {
        throw std::runtime_error("toxiproxy refused " + path + " " + text + ": " + answer);
    }
}

} // namespace coquest::test
