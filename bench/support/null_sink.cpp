// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/null_sink.hpp"

#include "support/sink_tls.hpp"

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
constexpr std::string_view settings =
    R"({"config":{"release.type":"OSS","release.version":"9.3.4",)"
    R"("line.proto.support.versions":[1,2],)"
    R"("cairo.max.file.name.length":127}})";

int check(int result, const char* call)
{
    if (result < 0) {
        throw std::system_error(errno, std::generic_category(), call);
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

/// Returns the Content-Length of a request; 0 if it has none.
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

void watch(int epoll, int descriptor)
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    check(::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
}

} // namespace

null_sink::null_sink(sink_options options)
    : options_(std::move(options)), epoll_(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      input_(input_size)
{
    listeners_ = {{"http", true, false}, {"tcp", false, false}};
    if (!options_.certificate.empty()) {
        tls_ = std::make_unique<sink_tls>(options_.certificate, options_.key, options_.suite);
        listeners_.push_back({"https", true, true});
        listeners_.push_back({"tcps", false, true});
    }
    std::uint16_t port = options_.port;
    for (listener& each : listeners_) {
        listen(each, std::exchange(port, 0));
    }
}

null_sink::~null_sink()
{
    for (const auto& [descriptor, ignored] : connections_) {
        ::close(descriptor);
    }
    for (const listener& each : listeners_) {
        ::close(each.descriptor);
    }
    ::close(epoll_);
}

void null_sink::listen(listener& opened, std::uint16_t port)
{
    opened.descriptor = check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    const int reuse = 1;
    ::setsockopt(opened.descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const general = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    check(::bind(opened.descriptor, general, size), "bind");
    check(::listen(opened.descriptor, SOMAXCONN), "listen");
    check(::getsockname(opened.descriptor, general, &size), "getsockname");
    opened.port = ntohs(address.sin_port);
    watch(epoll_, opened.descriptor);
}

std::string null_sink::ports() const
{
    std::string text;
    for (const listener& each : listeners_) {
        text += (text.empty() ? "{" : ", ") + field(each.protocol, each.port);
    }
    return text + "}";
}

void null_sink::run()
{
    std::array<epoll_event, 64> events{};
    for (;;) {
        const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
            const auto found = std::ranges::find(listeners_, descriptor, &listener::descriptor);
            if (found != listeners_.end()) {
                accept(*found);
            } else if (connection& client = connections_.at(descriptor);
                       !serve(descriptor, client)) {
                end(descriptor, client);
            }
        }
    }
}

void null_sink::accept(const listener& source)
{
    const int flags = SOCK_CLOEXEC | (source.tls ? SOCK_NONBLOCK : 0);
    const int descriptor = ::accept4(source.descriptor, nullptr, nullptr, flags);
    if (descriptor < 0) {
        return; // the client has closed the connection
    }
    const int no_delay = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay);
    connections_.try_emplace(
        descriptor, connection{source.http, source.tls ? tls_->accept(descriptor) : nullptr});
    watch(epoll_, descriptor);
}

// Returns false if the connection must be closed.
bool null_sink::serve(int descriptor, connection& client)
{
    std::size_t size = 0;
    do {
        if (!read(descriptor, client, size) || !take(descriptor, client, {input_.data(), size})) {
            return false;
        }
    } while (client.tls &&
             size == input_.size()); // epoll does not report bytes that the session holds
    return true;
}

bool null_sink::read(int descriptor, connection& client, std::size_t& size)
{
    if (client.tls) {
        const std::size_t before = client.tls->wire_bytes();
        const bool open = client.tls->read(input_, size);
        counts_.wire += client.tls->wire_bytes() - before;
        return open;
    }
    const ssize_t result = ::recv(descriptor, input_.data(), input_.size(), 0);
    size = result > 0 ? static_cast<std::size_t>(result) : 0;
    counts_.wire += size;
    return result > 0;
}

void null_sink::count(connection& client, std::string_view rows)
{
    counts_.bytes += rows.size();
    if (options_.count_rows) {
        counts_.rows += client.rows.count(rows);
    } else {
        client.rows.skip(rows);
    }
}

bool null_sink::take(int descriptor, connection& client, std::string_view bytes)
{
    if (!client.http) {
        count(client, bytes);
        return true;
    }
    while (!bytes.empty()) {
        if (client.body_left == 0) {
            constexpr std::string_view end = "\r\n\r\n";
            const std::size_t before = client.head.size();
            client.head.append(bytes.substr(0, most_of_head));
            const std::size_t found =
                client.head.find(end, before - std::min(before, end.size() - 1));
            if (found == std::string::npos) {
                return client.head.size() < most_of_head;
            }
            client.head.resize(found + end.size());
            bytes.remove_prefix(client.head.size() - before);
            client.body_left = content_length(client.head);
        }
        const std::string_view body = bytes.substr(0, client.body_left);
        bytes.remove_prefix(body.size());
        client.body_left -= body.size();
        count(client, body);
        if (client.body_left == 0 && !answer(descriptor, client)) {
            return false;
        }
    }
    return true;
}

bool null_sink::answer(int descriptor, connection& client)
{
    std::string text = "HTTP/1.1 204 OK\r\n\r\n";
    bool sound = true;
    if (client.head.starts_with("GET /settings ")) {
        text = with_body(settings);
    } else if (client.head.starts_with("GET /counts ")) {
        const counts totals = std::exchange(counts_, {});
        text = with_body("{" + field("requests", totals.requests) + ", " +
                         field("rows", totals.rows) + ", " + field("bytes", totals.bytes) + ", " +
                         field("wire", totals.wire) + ", " + field("broken", totals.broken) + ", " +
                         field("others", connections_.size() - 1) + "}");
    } else if (client.head.starts_with("POST ") && client.rows.at_end()) {
        ++counts_.requests;
    } else {
        ++counts_.broken;
        text = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
        sound = false;
    }
    client.head.clear();
    return send(descriptor, client, text) && sound;
}

// The short answers always fit into the socket's buffer.
bool null_sink::send(int descriptor, connection& client, std::string_view text)
{
    if (client.tls) {
        return client.tls->write(text);
    }
    return ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
}

void null_sink::end(int descriptor, connection& client)
{
    counts_.broken += client.body_left != 0 || !client.rows.at_end() ? 1 : 0;
    connections_.erase(descriptor);
    ::close(descriptor);
}

} // namespace coquest::bench
