// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// client LIBRARY ROOTS: for each line "PORT KIND SIZE" of its input, connects to localhost over
// TLS, sends SIZE bytes, and prints "ok" with what came back, or "error" with the failure. KIND is
// "post" for an HTTP request, and "echo" for a line that comes back reversed.

#include "core/address_list.hpp"
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
using detail::fault;

constexpr std::chrono::seconds deadline(20); // a hang, not a measure

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

std::string text_of(const request& what)
{
    std::string body;
    for (std::size_t i = 0; i < what.size; ++i) {
        body += static_cast<char>('a' + i * i % 26);
    }
    if (what.kind == "echo") {
        return body + "\n";
    }
    return "POST /write HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
           std::to_string(what.size) + "\r\n\r\n" + body;
}

// An HTTP answer without a length goes on to the end of the connection.
bool is_whole(const request& what, const std::string& answer)
{
    if (what.kind == "echo") {
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

asio::awaitable<fault> exchange(net::stream& s, const detail::any_tls_backend* tls, request what,
                                std::string& answer)
{
    const std::vector<server_address> one{{"localhost", what.port}};
    auto servers = std::make_shared<detail::address_list>(one);
    const auto last = net::clock::now() + deadline;
    std::vector<std::size_t> order{0};
    fault problem = co_await s.connect(std::move(servers), std::move(order), {}, tls, last);
    if (problem) {
        co_return problem;
    }
    s.expires_at(last);
    const std::string text = text_of(what);
    std::vector<asio::const_buffer> pieces{asio::buffer(text)};
    bool answered = false;
    problem = co_await s.write(pieces, answered);
    std::array<std::byte, 4096> block{};
    std::size_t n = 1;
    while (!problem && n != 0 && !is_whole(what, answer)) {
        problem = co_await s.read_some(block, n);
        answer.append(reinterpret_cast<const char*>(block.data()), n);
    }
    if (!problem) {
        const fault ignored = co_await s.half_close(net::clock::now() + std::chrono::seconds(1));
    }
    co_return problem;
}

// In one line: the body of an HTTP answer with its status, or all there is.
std::string shown(const std::string& answer)
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
    tls_diagnosis why;
    const auto tls = make != nullptr ? make(options, why) : nullptr;
    if (!tls) {
        std::cerr << argv[1] << ": " << (why.text.empty() ? "not in this build" : why.text) << '\n';
        return 2;
    }
    request what;
    while (std::cin >> what.port >> what.kind >> what.size) {
        asio::io_context io{1};
        net::stream s(io.get_executor());
        std::string answer;
        fault problem;
        asio::co_spawn(io, exchange(s, tls.get(), what, answer),
                       [&](std::exception_ptr thrown, fault result) {
                           if (thrown) {
                               std::rethrow_exception(thrown);
                           }
                           problem = std::move(result);
                       });
        io.run();
        if (problem) {
            std::cout << "error " << problem.info.message << std::endl;
        } else {
            std::cout << "ok " << shown(answer) << std::endl;
        }
    }
    return 0;
}
