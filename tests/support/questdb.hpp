// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What the integration tests know of the real servers (tests/integration/servers starts them):
// ports, certificates, and what SQL says about the rows that arrived.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace coquest::test {

/// Runs @p query on the QuestDB that listens on @p port, and returns its answer.
[[nodiscard]] nlohmann::json sql(std::uint16_t port, std::string_view query);
/// Returns what @p query selects, as soon as it has @p count rows or a deadline of 20 s has passed:
/// rows are readable some milliseconds after the server acknowledged them.
[[nodiscard]] nlohmann::json rows(std::uint16_t port, std::string_view query, std::size_t count);

/// Holds the environment file of the servers.
class real_servers {
public:
    /// Reads the file named by COQUEST_SERVERS.
    real_servers();

    /// Says why there are no servers; empty where there are.
    [[nodiscard]] const std::string& skipped() const noexcept { return skipped_; }
    /// Returns the port of that name; throws std::out_of_range where there is none.
    [[nodiscard]] std::uint16_t port(const std::string& name) const;
    /// Returns the path of a file that make_certs made.
    [[nodiscard]] std::string cert(std::string_view file) const;

    /// See test::sql.
    [[nodiscard]] nlohmann::json sql(std::string_view query) const;
    /// See test::rows.
    [[nodiscard]] nlohmann::json rows(std::string_view query, std::size_t count) const;
    /// Says whether the table exists.
    [[nodiscard]] bool has_table(const std::string& name) const;

private:
    std::map<std::string, std::string> values_;
    std::string skipped_;
};

/// Returns a name that no other test uses.
[[nodiscard]] std::string unique_table();

} // namespace coquest::test
