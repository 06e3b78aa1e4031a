// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/questdb_process.hpp"

#include "support/blocking.hpp"
#include "support/questdb.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace coquest::test {
namespace {

std::filesystem::path make_directory()
{
    std::string name = std::filesystem::temp_directory_path() / "coquest-questdb.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), name);
    }
    return name;
}

} // namespace

questdb_process::questdb_process(std::size_t disk_size)
    : disk_size_(disk_size), directory_(make_directory()), port_(free_port()),
      tcp_port_(free_port())
{
    std::filesystem::create_directory(directory_ / "server");
    start();
}

questdb_process::~questdb_process()
{
    end(SIGKILL);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

bool questdb_process::may_have_disk()
{
    return std::system("unshare --map-root-user --mount mount -t tmpfs tmpfs /mnt 2>/dev/null") ==
           0;
}

void questdb_process::start()
{
    std::vector<std::string> words;
    if (disk_size_ != 0) {
        words = {"unshare",
                 "--map-root-user",
                 "--mount",
                 "sh",
                 "-c",
                 "mount -t tmpfs -o size=$0 tmpfs \"$3\" && exec \"$@\"",
                 std::to_string(disk_size_)};
    }
    for (const std::string& word :
         {script("questdb"), std::string("run"), (directory_ / "server").string(),
          std::to_string(port_), std::to_string(tcp_port_)}) {
        words.push_back(word);
    }
    // It lives for seconds: without the optimizing compiler it starts in half the time. By default
    // its threads spin before they sleep, which slows down tests that run at the same time.
    child_ = child_process(words, directory_ / "log",
                           {{"JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"},
                            {"QDB_SHARED_WORKER_YIELD_THRESHOLD", "1"},
                            {"QDB_SHARED_WORKER_NAP_THRESHOLD", "10"},
                            {"QDB_SHARED_WORKER_SLEEP_THRESHOLD", "50"}});
}

void questdb_process::wait_until_ready() const
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (;;) {
        try {
            (void)sql(port_, "select 1");
            return;
        } catch (const std::exception& failure) {
            if (std::chrono::steady_clock::now() > deadline) {
                std::ifstream file(directory_ / "log");
                const std::string log(std::istreambuf_iterator<char>(file), {});
                throw std::runtime_error(
                    std::string("QuestDB does not answer: ") + failure.what() + "\n" +
                    log.substr(log.size() - std::min<std::size_t>(log.size(), 4000)));
            }
        }
        pause(std::chrono::milliseconds(20));
    }
}

std::filesystem::path questdb_process::directory() const
{
    const std::string root =
        disk_size_ == 0 ? "" : "/proc/" + std::to_string(child_.pid()) + "/root";
    return root + (directory_ / "server").string();
}

} // namespace coquest::test
