// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/child_process.hpp"

#include "support/blocking.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <random>
#include <system_error>
#include <utility>

namespace coquest::test {

child_process::child_process(const std::vector<std::string>& words, const std::string& log,
                             const variables& environment)
{
    std::vector<char*> arguments;
    for (const std::string& word : words) {
        arguments.push_back(const_cast<char*>(word.c_str())); // execvp does not change them
    }
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ < 0) {
        throw std::system_error(errno, std::generic_category(), "fork");
    }
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (const auto& [name, value] : environment) {
            ::setenv(name.c_str(), value.c_str(), 1);
        }
        const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        ::dup2(file, STDOUT_FILENO);
        ::dup2(file, STDERR_FILENO);
        ::closefrom(STDERR_FILENO + 1); // the sockets of the test
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
}

child_process::~child_process()
{
    end(SIGKILL);
}

child_process::child_process(child_process&& other) noexcept : pid_(std::exchange(other.pid_, -1))
{
}

child_process& child_process::operator=(child_process&& other) noexcept
{
    std::swap(pid_, other.pid_);
    return *this;
}

void child_process::end(int signal) noexcept
{
    if (pid_ > 0) {
        ::kill(pid_, signal);
        wait_for_end(pid_);
        pid_ = -1;
    }
}

std::string script(const std::string& name)
{
    return COQUEST_SCRIPTS "/" + name;
}

std::uint16_t free_port()
{
    using asio::ip::tcp;
    std::random_device random;
    std::uniform_int_distribution<int> any(10'000, 32'000);
    asio::io_context context;
    for (;;) {
        const auto port = static_cast<std::uint16_t>(any(random));
        std::error_code ec;
        tcp::acceptor probe(context, tcp::v4());
        probe.set_option(asio::socket_base::reuse_address(true));
        probe.bind({asio::ip::address_v4::loopback(), port}, ec);
        if (!ec) {
            return port;
        }
    }
}

} // namespace coquest::test
