// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// client LIBRARY ROOTS: for each line "PORT KIND SIZE" of its input, connects to localhost over
// TLS, sends SIZE bytes, and prints "ok" with the answer, or "error" with the failure. KIND is
// "post" for an HTTP request, and "echo" for a line that the server returns reversed.

#include "core/connect/address_list.hpp"
#include "net/stream.hpp"

#include <coquest/openssl.hpp>
#include <coquest/wolfssl.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using detail::status;

constexpr std::chrono::seconds deadline(20); // detects a hang; measures nothing

detail::tls_factory factory_of(std::string_view library)
{
#ifdef COQUEST_HAS_WOLFSSL
    if (library == "wolfssl") {
        return &detail::make_tls<wolfssl_backend>;
    }
#endif
#ifdef COQUEST_HAS_OPENSSL
    if (library == "openssl") {
        return &detail::make_tls<openssl_backend>;
    }
#endif
    return nullptr;
}

struct request {
    std::uint16_t port = 0;
    std::string kind;
    std::size_t size = 0;
};

std::string text_of(const request& asked)
{
    std::string body;
    for (std::size_t i = 0; i < asked.size; ++i) {
        body += static_cast<char>('a' + i * i % 26);
    }
    if (asked.kind == "echo") {
        return body + "\n";
    }
    return "POST /write HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
           std::to_string(asked.size) + "\r\n\r\n" + body;
}

// An HTTP answer without a length ends with its connection.
bool is_whole(const request& asked, const std::string& answer)
{
    if (asked.kind == "echo") {
        return answer.find('\n') != std::string::npos;
    }
    constexpr std::string_view name = "\r\ncontent-length: ";
    std::string lower(answer);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const std::size_t body = lower.find("\r\n\r\n");
    const std::size_t length = lower.find(name);
    return body != lower.npos && length < body &&
           answer.size() >= body + 4 + std::stoul(answer.substr(length + name.size()));
}

asio::awaitable<status> exchange(net::stream& s, const detail::any_tls_backend* tls, request asked,
                                 std::string& answer)
{
    const std::vector<server_address> addresses{{"localhost", asked.port}};
    auto servers = std::make_shared<detail::address_list>(addresses);
    const auto last = net::clock::now() + deadline;
    std::vector<std::size_t> order{0};
    status result = co_await s.connect(std::move(servers), std::move(order), {}, tls, last);
    if (!result.ok()) {
        co_return result;
    }
    s.expires_at(last);
    const std::string text = text_of(asked);
    std::vector<asio::const_buffer> pieces{asio::buffer(text)};
    bool answered = false;
    result = co_await s.write(pieces, answered, net::stream::input::left_alone);
    std::array<std::byte, 4096> block{};
    std::size_t n = 1;
    while (result.ok() && n != 0 && !is_whole(asked, answer)) {
        result = co_await s.read_some(block, n);
        answer.append(reinterpret_cast<const char*>(block.data()), n);
    }
    if (result.ok()) {
        std::vector<std::byte> said;
        const status ignored =
            co_await s.half_close(net::clock::now() + std::chrono::seconds(1), said);
    }
    co_return result;
}

// Formats an answer as one line: the status and the body of an HTTP answer, or all of another one.
std::string on_one_line(const std::string& answer)
{
    const std::size_t head = answer.find("\r\n\r\n");
    std::string text = head == std::string::npos
                           ? answer
                           : answer.substr(0, answer.find("\r\n")) + ' ' + answer.substr(head + 4);
    for (char& c : text) {
        c = c == '\n' || c == '\r' ? ' ' : c;
    }
    return text;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3) {
        std::cerr << "usage: client LIBRARY ROOTS\n";
        return 2;
    }
    const detail::tls_factory make = factory_of(argv[1]);
    tls_options options;
    options.ca = tls_ca::pem_file;
    options.roots = argv[2];
    tls_diagnosis diagnosis;
    const auto tls = make != nullptr ? make(options, diagnosis) : nullptr;
    if (!tls) {
        std::cerr << argv[1] << ": "
                  << (diagnosis.text.empty() ? "not in this build" : diagnosis.text) << '\n';
        return 2;
    }
    request asked;
    while (std::cin >> asked.port >> asked.kind >> asked.size) {
        asio::io_context io{1};
        net::stream s(io.get_executor());
        std::string answer;
        status result;
        asio::co_spawn(io, exchange(s, tls.get(), asked, answer),
                       [&](std::exception_ptr thrown, status ended) {
                           if (thrown) {
                               std::rethrow_exception(thrown);
                           }
                           result = std::move(ended);
                       });
        io.run();
        if (!result.ok()) {
            std::cout << "error " << result.info().message << std::endl;
        } else {
            std::cout << "ok " << on_one_line(answer) << std::endl;
        }
    }
    return 0;
}
