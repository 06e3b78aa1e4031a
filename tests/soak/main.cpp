// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// soak [--seconds N] [--seed S]: senders write into a real QuestDB of their own, while it and the
// network fail every few seconds. In the end every row that was acknowledged, by a journal on disk,
// is in the table once, and memory and descriptors are what they were before.

#include "soak/faults.hpp"
#include "soak/fleet.hpp"
#include "soak/journal.hpp"
#include "support/blocking.hpp"
#include "support/questdb.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::soak {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using clock = std::chrono::steady_clock;

constexpr int skipped = 77;                                       // ctest's SKIP_RETURN_CODE
constexpr std::size_t most_growth = std::size_t{8} * 1024 * 1024; // since the end of the warm-up
constexpr std::size_t most_sockets = 3 + 2 * 5; // Asio's own, and those of five connections

struct options {
    seconds duration{300};
    unsigned seed = std::random_device{}();
};

options parse(int count, char** words)
{
    options result;
    for (int i = 1; i < count; i += 2) {
        const std::string_view name = words[i];
        if (i + 1 == count || (name != "--seconds" && name != "--seed")) {
            throw std::invalid_argument("usage: soak [--seconds N] [--seed S]");
        }
        const unsigned long value = std::stoul(words[i + 1]);
        if (name == "--seconds") {
            result.duration = seconds(value);
        } else {
            result.seed = static_cast<unsigned>(value);
        }
    }
    return result;
}

std::size_t resident_bytes()
{
    std::ifstream file("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    file >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t descriptors()
{
    const std::filesystem::directory_iterator open("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

/// What the process holds.
struct usage {
    std::size_t memory = resident_bytes();
    std::size_t files = descriptors();

    void add(const usage& other)
    {
        memory = std::max(memory, other.memory);
        files = std::max(files, other.files);
    }
};

std::ostream& operator<<(std::ostream& out, const usage& value)
{
    return out << value.memory / 1024 << " KiB and " << value.files << " descriptors";
}

/// Returns which program is missing; empty if none is.
std::string missing()
{
    for (const char* program : {"java", "mvn"}) {
        if (std::system(("command -v " + std::string(program) + " >/dev/null").c_str()) != 0) {
            return std::string(program) + " is missing: run ./scripts/setup demo";
        }
    }
    return test::toxiproxy::missing();
}

/// Reports failures; the program goes on to find the others.
class test_result {
public:
    void expect(bool holds, const std::string& failure)
    {
        if (!holds) {
            std::cerr << "FAILED: " << failure << "\n";
            passed_ = false;
        }
    }
    [[nodiscard]] int exit_code() const noexcept { return passed_ ? EXIT_SUCCESS : EXIT_FAILURE; }

private:
    bool passed_ = true;
};

std::vector<sender_builder> make_senders(std::uint16_t direct, std::uint16_t proxied)
{
    std::vector<sender_builder> senders;
    for (const std::uint16_t port : {direct, proxied, proxied}) {
        sender_builder& builder = senders.emplace_back("http", "127.0.0.1", port);
        builder.username("admin").password("quest").auto_flush_rows(100);
        builder.request_timeout(seconds(2)).retry_timeout(seconds(4)).connect_timeout(seconds(2));
        builder.close_timeout(seconds(60));
    }
    senders.back().connections(3);
    return senders;
}

/// Waits until the senders have ended, for at most @p time; returns whether they have.
bool ends_within(const std::future<void>& sending, milliseconds time)
{
    return sending.wait_for(time) == std::future_status::ready;
}

/// Causes faults until @p end, or until the senders have ended early; returns the peak of what the
/// process held.
usage torment(faults& bad_luck, const fleet& senders, const std::future<void>& sending,
              clock::time_point begin, clock::time_point end)
{
    usage most;
    auto report = clock::now();
    bool have_ended = false;
    while (!have_ended && clock::now() < end) {
        have_ended = ends_within(sending, bad_luck.begin());
        most.add(usage());
        bad_luck.end();
        have_ended = have_ended || ends_within(sending, seconds(2));
        most.add(usage());
        if (clock::now() > report) {
            report += seconds(30);
            std::cerr << std::chrono::duration_cast<seconds>(clock::now() - begin).count()
                      << " s: " << senders.counts().acknowledged << " rows, "
                      << senders.counts().failures << " failures, now " << usage() << "\n";
        }
    }
    return most;
}

/// Waits until the acknowledged rows are readable.
void wait_for_rows(const test::questdb_process& server, std::int64_t rows)
{
    const auto deadline = clock::now() + seconds(60);
    while (test::sql(server.port(), "select count() from soak")["dataset"][0][0] < rows &&
           clock::now() < deadline) {
        test::pause(milliseconds(100));
    }
}

void check_rows(test_result& result, const test::questdb_process& server, const fleet& senders,
                const std::string& journal_path)
{
    const row_counts acknowledged = journal::read(journal_path);
    result.expect(acknowledged == senders.committed(), "the journal lacks rows");
    wait_for_rows(server, senders.counts().acknowledged);
    for (const auto& [writer, rows] : acknowledged) {
        const nlohmann::json found =
            test::sql(server.port(), "select count(), count_distinct(n), max(n) from soak "
                                     "where writer = '" +
                                         std::to_string(writer) + "'");
        const nlohmann::json wanted = {{rows, rows, rows - 1}};
        result.expect(found.value("dataset", nlohmann::json()) == wanted,
                      "writer " + std::to_string(writer) + " was told of " + std::to_string(rows) +
                          " rows, the server has " + found.dump());
    }
}

struct stopper {
    explicit stopper(const std::unique_ptr<fleet>& fleet_to_stop) noexcept : senders(fleet_to_stop)
    {
    }
    stopper(const stopper&) = delete;
    stopper& operator=(const stopper&) = delete;
    ~stopper()
    {
        if (senders) {
            senders->stop();
        }
    }
    const std::unique_ptr<fleet>& senders;
};

void run(test_result& result, const options& chosen)
{
    test::questdb_process server;
    test::toxiproxy proxy(server.port());
    server.wait_until_ready();
    const auto answer =
        test::sql(server.port(), "create table soak (timestamp timestamp, writer symbol, n long) "
                                 "timestamp(timestamp) partition by hour wal "
                                 "dedup upsert keys(timestamp, writer)");
    result.expect(answer.value("ddl", "") == "OK", "no table: " + answer.dump());
    const std::string journal_path = server.directory().parent_path() / "journal";
    journal oracle(journal_path);
    faults bad_luck(server, proxy, chosen.seed);
    const usage idle;
    auto senders = std::make_unique<fleet>(make_senders(server.port(), proxy.port()), "soak",
                                           oracle, chosen.seed);
    auto sending = std::async(std::launch::async, [&senders] { senders->run(); });
    const stopper stop_at_exit(senders); // the destructor of `sending` waits for their thread

    const auto begin = clock::now();
    const usage first = torment(bad_luck, *senders, sending, begin, begin + chosen.duration / 5);
    const usage most = torment(bad_luck, *senders, sending, begin, begin + chosen.duration);
    senders->stop();
    if (sending.wait_for(seconds(120)) != std::future_status::ready) {
        std::cerr << "FAILED: the senders hang\n";
        std::_Exit(EXIT_FAILURE);
    }
    sending.get();

    for (const auto& [fault, count] : bad_luck.counts()) {
        std::cerr << count << " x " << fault << "\n";
    }
    std::cerr << senders->counts().acknowledged << " rows, " << senders->counts().failures
              << " failures, the longest flush took " << senders->counts().longest_flush_ms
              << " ms\n";
    check_rows(result, server, *senders, journal_path);
    senders.reset();
    const usage last;
    std::cerr << "idle " << idle << "\nwarm " << first << "\nmost " << most << "\nlast " << last
              << "\n";
    result.expect(most.memory <= std::max(first.memory, idle.memory) + most_growth, "memory grew");
    result.expect(most.files <= idle.files + most_sockets, "descriptors are many");
    result.expect(last.files == idle.files, "descriptors are left open");
}

} // namespace
} // namespace coquest::soak

int main(int count, char** words)
{
    using namespace coquest;
    soak::test_result result;
    try {
        const soak::options chosen = soak::parse(count, words);
        if (const std::string reason = soak::missing(); !reason.empty()) {
            std::cerr << "SKIPPED: " << reason << "\n";
            return soak::skipped;
        }
        std::cerr << "soak of " << chosen.duration.count() << " s, --seed " << chosen.seed << "\n";
        soak::run(result, chosen);
    } catch (const std::exception& failure) {
        result.expect(false, failure.what());
    }
    return result.exit_code();
}
