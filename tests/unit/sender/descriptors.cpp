// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Programs that the process starts inherit no socket and no file of the library.

#include <coquest/sender.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"
#include "tls/x509/pem.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace coquest;

/// Returns the open descriptors of this process.
std::set<int> descriptors()
{
    std::set<int> open;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        open.insert(std::stoi(entry.path().filename().string()));
    }
    return open;
}

/// Returns true if @p descriptor is a socket that is connected to @p port.
bool leads_to(int descriptor, std::uint16_t port)
{
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    return ::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
           ntohs(peer.sin_port) == port;
}

bool closes_on_exec(int descriptor)
{
    return (::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0;
}

TEST(descriptors, of_sockets_are_closed_on_exec)
{
    asio::io_context io{1};
    test::scripted_server server{io, [](const test::request&) { return test::ok(); }};
    test::run(io, [](std::uint16_t port) -> asio::awaitable<void> {
        sender_builder builder("http", "127.0.0.1", port);
        sender s = co_await builder.protocol_version(protocol_version::v2).build();
        co_await s.table("t").symbol("s", "v").at_now();
        co_await s.flush();
        int found = 0;
        for (const int descriptor : descriptors()) {
            if (leads_to(descriptor, port)) {
                ++found;
                EXPECT_TRUE(closes_on_exec(descriptor)) << descriptor;
            }
        }
        EXPECT_EQ(found, 1);
        co_await s.close();
    }(server.port()));
}

// The descriptors that Asio opens.
TEST(descriptors, of_a_context_are_closed_on_exec)
{
    const std::set<int> before = descriptors();
    asio::io_context io{1};
    asio::steady_timer timer(io);
    for (const int descriptor : descriptors()) {
        EXPECT_TRUE(before.contains(descriptor) || closes_on_exec(descriptor) ||
                    ::fcntl(descriptor, F_GETFD) < 0)
            << descriptor;
    }
}

// A pipe keeps the file open while the test looks at it.
TEST(descriptors, of_files_are_closed_on_exec)
{
    const std::string path =
        testing::TempDir() + "coquest_descriptors_" + std::to_string(::getpid()) + ".pem";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    std::thread reader([&] {
        std::string text;
        tls_diagnosis diagnosis;
        const detail::pem_file file{"tls_roots", tls_failure::other, path};
        static_cast<void>(detail::read_file(file, text, diagnosis));
    });
    const int writer = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    ASSERT_GE(writer, 0);
    int found = 0;
    while (found == 0) {
        for (const int descriptor : descriptors()) {
            std::error_code ec;
            const auto target =
                std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), ec);
            if (!ec && descriptor != writer && target == path) {
                ++found;
                EXPECT_TRUE(closes_on_exec(descriptor)) << descriptor;
            }
        }
    }
    ::close(writer);
    reader.join();
    ::unlink(path.c_str());
}

} // namespace
