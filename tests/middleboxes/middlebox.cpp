// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "middlebox.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <sys/wait.h>
#include <unistd.h>

namespace coquest::test {
namespace {

std::filesystem::path make_directory()
{
    std::string name = std::filesystem::temp_directory_path() / "coquest-middlebox.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), name);
    }
    return name;
}

void write_file(const std::filesystem::path& path, const std::string& text)
{
    std::ofstream(path) << text;
}

std::string read_file(const std::filesystem::path& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool takes_connections(std::uint16_t port)
{
    asio::io_context context;
    asio::ip::tcp::socket probe(context);
    std::error_code ec;
    probe.connect({asio::ip::address_v4::loopback(), port}, ec);
    return !ec;
}

} // namespace

std::string find_program(std::string_view program)
{
    const char* const path = std::getenv("PATH");
    std::istringstream search_path(std::string(path != nullptr ? path : "") + ":/usr/sbin");
    for (std::string directory; std::getline(search_path, directory, ':');) {
        const std::string file = directory + "/" + std::string(program);
        if (::access(file.c_str(), X_OK) == 0) {
            return file;
        }
    }
    return "";
}

middlebox::middlebox(std::uint16_t port, std::string_view program, const std::string& config)
    : directory_(make_directory()), port_(port), command_{find_program(program)}
{
    if (program == "nginx") {
        configure_nginx(config);
    } else {
        configure_haproxy(config);
    }
    start();
}

middlebox::~middlebox()
{
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

middlebox middlebox::nginx(std::uint16_t port, const std::string& servers)
{
    return {port, "nginx", servers};
}

middlebox middlebox::haproxy(std::uint16_t port, const std::string& sections)
{
    return {port, "haproxy", sections};
}

void middlebox::configure_nginx(const std::string& servers)
{
    const std::string home = directory_.string();
    std::string text = "daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log stderr;\n"
                       "events {}\nhttp {\nlog_format status \"=$status=\";\naccess_log " +
                       home + "/access status;\n";
    for (const char* const kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
        text += std::string(kind) + "_temp_path " + home + "/" + kind + ";\n";
    }
    write_file(directory_ / "nginx.conf", text + servers + "}\n");
    write_file(directory_ / "down.html", "<html><h1>We are back soon</h1></html>\n");
    command_.insert(command_.end(), {"-e", "stderr", "-p", home, "-c", home + "/nginx.conf"});
}

void middlebox::configure_haproxy(const std::string& sections)
{
    const std::string config = directory_ / "haproxy.cfg";
    write_file(config, "global\n    maxconn 256\ndefaults\n    timeout connect 5s\n"
                       "    timeout client 60s\n    timeout server 60s\n" +
                           sections);
    command_.insert(command_.end(), {"-db", "-f", config});
}

middlebox middlebox::gate(std::uint16_t port, std::uint16_t target)
{
    return haproxy(port, "listen gate\n    mode tcp\n    bind 127.0.0.1:" + std::to_string(port) +
                             "\n    server questdb 127.0.0.1:" + std::to_string(target) + "\n");
}

void middlebox::stop() noexcept
{
    child_.end(SIGKILL);
}

void middlebox::start()
{
    const std::string log = directory_ / "log";
    child_ = child_process(command_, log);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    asio::io_context context;
    asio::steady_timer pause(context);
    while (!takes_connections(port_)) {
        siginfo_t ended{};
        const bool is_over = ::waitid(P_PID, static_cast<id_t>(child_.pid()), &ended,
                                      WEXITED | WNOHANG | WNOWAIT) == 0 &&
                             ended.si_pid != 0;
        if (is_over || std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error(command_.front() + " does not listen:\n" + read_file(log));
        }
        pause.expires_after(std::chrono::milliseconds(5));
        pause.wait();
    }
}

std::size_t middlebox::answers_with(int status) const
{
    const std::string log = read_file(directory_ / "access");
    const std::string entry = "=" + std::to_string(status) + "=";
    std::size_t count = 0;
    for (std::size_t position = log.find(entry); position != log.npos;
         position = log.find(entry, position + entry.size())) {
        ++count;
    }
    return count;
}

} // namespace coquest::test
