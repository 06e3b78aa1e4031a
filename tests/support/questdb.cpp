// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/questdb.hpp"

#include "support/blocking.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

namespace coquest::test {
namespace {

std::string percent_encoded(std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        encoded += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return encoded;
}

// The server does not close the connection when asked, and ends every answer with the chunk "00".
std::string get(std::uint16_t port, const std::string& target)
{
    const std::string answer = ask(port,
                                   "GET " + target +
                                       " HTTP/1.1\r\nHost: localhost\r\n"
                                       "Authorization: Basic YWRtaW46cXVlc3Q=\r\n\r\n",
                                   "\r\n00\r\n\r\n");
    std::string body;
    for (std::size_t position = answer.find("\r\n\r\n") + 4;;) {
        const std::size_t size = std::stoul(answer.substr(position), nullptr, 16);
        if (size == 0) {
            return body;
        }
        const std::size_t data = answer.find("\r\n", position) + 2;
        body += answer.substr(data, size);
        position = data + size + 2;
    }
}

} // namespace

nlohmann::json sql(std::uint16_t port, std::string_view query)
{
    return nlohmann::json::parse(get(port, "/exec?query=" + percent_encoded(query)));
}

nlohmann::json rows(std::uint16_t port, std::string_view query, std::size_t count)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (;;) {
        const nlohmann::json found = sql(port, query).value("dataset", nlohmann::json::array());
        if (found.size() >= count || std::chrono::steady_clock::now() > deadline) {
            return found;
        }
        pause(std::chrono::milliseconds(20));
    }
}

real_servers::real_servers()
{
    const char* path = std::getenv("COQUEST_SERVERS");
    std::ifstream file(path != nullptr ? path : "");
    for (std::string line; std::getline(file, line);) {
        const std::size_t equals = line.find('=');
        values_[line.substr(0, equals)] = line.substr(equals + 1);
    }
    if (values_.empty()) {
        skipped_ = "no servers: run through ctest, or set COQUEST_SERVERS to the environment file "
                   "of tests/integration/servers";
    } else if (values_.contains("skipped")) {
        skipped_ = values_["skipped"];
    }
}

std::uint16_t real_servers::port(const std::string& name) const
{
    return static_cast<std::uint16_t>(std::stoul(values_.at(name)));
}

std::string real_servers::cert(std::string_view file) const
{
    return values_.at("certs") + "/" + std::string(file);
}

nlohmann::json real_servers::sql(std::string_view query) const
{
    return test::sql(port("questdb_http"), query);
}

nlohmann::json real_servers::rows(std::string_view query, std::size_t count) const
{
    return test::rows(port("questdb_http"), query, count);
}

bool real_servers::has_table(const std::string& name) const
{
    return !sql("select 1 from tables() where table_name = '" + name + "'").at("dataset").empty();
}

std::string unique_table()
{
    static int count = 0;
    return "test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

} // namespace coquest::test
