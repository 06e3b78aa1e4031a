// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/http_sink.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace coquest::bench {
namespace {

constexpr std::size_t input_size = std::size_t{256} * 1024;
constexpr std::size_t most_of_head = std::size_t{16} * 1024;
constexpr std::size_t double_size = 1 + sizeof(double); // its type goes before it
constexpr std::string_view settings =
    R"({"config":{"release.type":"OSS","release.version":"9.3.4",)"
    R"("line.proto.support.versions":[1,2],)"
    R"("cairo.max.file.name.length":127}})";

int check(int result, const char* what)
{
    if (result < 0) {
        throw std::system_error(errno, std::generic_category(), what);
    }
    return result;
}

std::string with_body(std::string_view body)
{
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string field(const char* name, std::size_t value)
{
    return "\"" + std::string(name) + "\": " + std::to_string(value);
}

/// Returns the Content-Length of a request; 0 where it has none.
std::size_t content_length(std::string_view head)
{
    constexpr std::string_view name = "\r\ncontent-length:";
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
    const auto found = std::search(head.begin(), head.end(), name.begin(), name.end(), same);
    std::size_t length = 0;
    if (found != head.end()) {
        std::string_view value =
            head.substr(static_cast<std::size_t>(found - head.begin()) + name.size());
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        std::from_chars(value.data(), value.data() + value.size(), length);
    }
    return length;
}

} // namespace

std::size_t row_counter::count(std::string_view bytes) noexcept
{
    std::size_t rows = 0;
    while (!bytes.empty()) {
        if (skip_ != 0) {
            const std::size_t skipped = std::min(skip_, bytes.size());
            skip_ -= skipped;
            bytes.remove_prefix(skipped);
            continue;
        }
        last_ = bytes.front();
        bytes.remove_prefix(1);
        switch (now_) {
        case state::escaped: now_ = state::text; break;
        case state::escaped_in_text: now_ = state::text_value; break;
        case state::text_value:
            now_ = last_ == '"'    ? state::text
                   : last_ == '\\' ? state::escaped_in_text
                                   : state::text_value;
            break;
        case state::value:
            if (last_ == '=') {
                skip_ = double_size;
                now_ = state::text;
                break;
            }
            if (last_ == '"') {
                now_ = state::text_value;
                break;
            }
            [[fallthrough]];
        case state::text:
            now_ = last_ == '=' ? state::value : last_ == '\\' ? state::escaped : state::text;
            rows += last_ == '\n' ? 1 : 0;
            break;
        }
    }
    return rows;
}

http_sink::http_sink(std::uint16_t port)
    : listener_(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")),
      epoll_(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")), input_(input_size)
{
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const general = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    check(::bind(listener_, general, size), "bind");
    check(::listen(listener_, SOMAXCONN), "listen");
    check(::getsockname(listener_, general, &size), "getsockname");
    port_ = ntohs(address.sin_port);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = listener_;
    check(::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event), "epoll_ctl");
}

http_sink::~http_sink()
{
    for (const auto& [descriptor, ignored] : connections_) {
        ::close(descriptor);
    }
    ::close(epoll_);
    ::close(listener_);
}

void http_sink::run()
{
    std::array<epoll_event, 64> events{};
    for (;;) {
        const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
            if (descriptor == listener_) {
                accept();
            } else if (!serve(descriptor, connections_.at(descriptor))) {
                connections_.erase(descriptor);
                ::close(descriptor);
            }
        }
    }
}

void http_sink::accept()
{
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) {
        return; // the client has given up
    }
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections_.try_emplace(descriptor);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    check(::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
}

// False where the connection is to be closed.
bool http_sink::serve(int descriptor, connection& of)
{
    const ssize_t got = ::recv(descriptor, input_.data(), input_.size(), 0);
    return got > 0 && take(descriptor, of, {input_.data(), static_cast<std::size_t>(got)});
}

bool http_sink::take(int descriptor, connection& of, std::string_view bytes)
{
    while (!bytes.empty()) {
        if (of.body_left == 0) {
            constexpr std::string_view end = "\r\n\r\n";
            const std::size_t before = of.head.size();
            of.head.append(bytes.substr(0, most_of_head));
            const std::size_t found = of.head.find(end, before - std::min(before, end.size() - 1));
            if (found == std::string::npos) {
                return of.head.size() < most_of_head;
            }
            of.head.resize(found + end.size());
            bytes.remove_prefix(of.head.size() - before);
            of.body_left = content_length(of.head);
        }
        const std::string_view body = bytes.substr(0, of.body_left);
        bytes.remove_prefix(body.size());
        of.body_left -= body.size();
        counts_.bytes += body.size();
        counts_.rows += of.rows.count(body);
        if (of.body_left == 0 && !answer(descriptor, of)) {
            return false;
        }
    }
    return true;
}

bool http_sink::answer(int descriptor, connection& of)
{
    std::string text = "HTTP/1.1 204 OK\r\n\r\n";
    bool sound = true;
    if (of.head.starts_with("GET /settings ")) {
        text = with_body(settings);
    } else if (of.head.starts_with("GET /counts ")) {
        const counts now = std::exchange(counts_, {});
        text = with_body("{" + field("requests", now.requests) + ", " + field("rows", now.rows) +
                         ", " + field("bytes", now.bytes) + "}");
    } else if (of.head.starts_with("POST ") && of.rows.at_end()) {
        ++counts_.requests;
    } else {
        text = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
        sound = false;
    }
    of.head.clear();
    return ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(text.size()) &&
           sound;
}

} // namespace coquest::bench
