// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// All tests of this directory check that rows committed = rows that SQL counts + rows reported.
#pragma once

#include "integration/fixture.hpp"
#include "middlebox.hpp"

#include <coquest/sender.hpp>

#include <asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace coquest::test {

/// The rows of one test, each with its own number, and what became of them.
class ledger {
public:
    /// Creates a table; one without deduplication shows rows that were stored twice.
    explicit ledger(const real_servers& servers, bool deduplicates = true);

    /// Registers a handler with @p builder that reports rejected rows here. A batch that is too
    /// large is split.
    void watch(sender_builder& builder);

    /// Commits @p count rows to @p target, each with a text of @p text bytes.
    asio::awaitable<void> add(sender& target, int count, std::size_t text = 0);
    /// Commits a row that QuestDB rejects: a text for a column of numbers.
    asio::awaitable<void> add_bad(sender& target);
    /// Takes the unacknowledged rows of @p source, and counts them as reported.
    void take_back(sender& source);

    /// Expects that each committed row is either stored or reported, and that @p reported are.
    void expect_balance(std::size_t reported = 0) const;

private:
    void report(const buffer& rows);

    const real_servers& servers_;
    std::string table_ = unique_table();
    std::int64_t committed_ = 0;
    std::set<std::int64_t> reported_;
};

class middlebox_test : public real_server {
protected:
    void SetUp() override;
    void need(const char* program);

    /// Makes a builder for the middlebox on @p port, with short back-offs, that reports to @p rows.
    [[nodiscard]] sender_builder builder(std::uint16_t port, ledger& rows) const;
    [[nodiscard]] std::uint16_t questdb() const { return servers.port("questdb_http"); }

    /// Flushes while QuestDB is down, which @p gate stops and starts, and after it is back.
    static void outlast_outages(const sender_builder& builder, middlebox& gate, ledger& rows);
    /// Runs a sender for each of @p pauses. It flushes rows twice, pauses, and so on @p rounds
    /// times.
    void flush_between_pauses(std::uint16_t port, ledger& rows, int rounds,
                              const std::vector<std::chrono::milliseconds>& pauses) const;
    /// Expects that rows over TCP to the HTTP server on @p port fail, and are handed back.
    static void expect_tcp_rows_back(std::uint16_t port, ledger& rows);
};

class behind_nginx : public middlebox_test {
protected:
    void SetUp() override;

    /// Starts an nginx that passes requests on to @p target. Its server section has @p directives
    /// too, and its http section begins with @p zone.
    [[nodiscard]] static middlebox nginx_to(std::uint16_t target,
                                            const std::string& directives = {},
                                            const std::string& zone = {});
};

class behind_haproxy : public middlebox_test {
protected:
    /// Starts a haproxy that passes requests on to the ports @p targets, with these further
    /// options.
    [[nodiscard]] static middlebox haproxy_to(const std::vector<std::uint16_t>& targets,
                                              const std::string& options = {});
};

/// Flushes @p count rows with a text of @p text bytes, @p flushes times.
asio::awaitable<void> flush_rows(sender& s, ledger& rows, int flushes, int count = 1,
                                 std::size_t text = 0);
/// The same with a sender of its own, which is closed then.
asio::awaitable<void> flush_and_close(sender_builder builder, ledger& rows, int flushes,
                                      int count = 1, std::size_t text = 0);

/// Starts a flush of @p s, which must outlive it. The next flush reports a failure of this one.
void start_flush(sender& s);

asio::awaitable<void> pause(sender& s, std::chrono::milliseconds time);

} // namespace coquest::test
