// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/toxiproxy.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

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
    asio::io_context context;
    asio::steady_timer pause(context);
    for (;;) {
        try {
            order("/proxies", proxy);
            return;
        } catch (const std::system_error&) { // not there yet
            if (std::chrono::steady_clock::now() > deadline) {
                throw std::runtime_error("toxiproxy does not answer");
            }
        }
        pause.expires_after(std::chrono::milliseconds(20));
        pause.wait();
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
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), orders_});
    asio::write(socket, asio::buffer("POST " + path +
                                     " HTTP/1.0\r\nContent-Type: application/json\r\n"
                                     "Content-Length: " +
                                     std::to_string(text.size()) + "\r\n\r\n" + text));
    std::string answer;
    std::error_code end;
    asio::read(socket, asio::dynamic_buffer(answer), end);
    if (answer.find(" 20") != answer.find(' ')) {
        throw std::runtime_error("toxiproxy refused " + path + " " + text + ": " + answer);
    }
}

} // namespace coquest::test
