// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The integration tests' view of the real servers, which tests/integration/servers starts: ports,
// certificates, and the rows that arrived, by SQL.
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
/// Returns the result of @p query as soon as it has @p count rows, or after 20 s. Rows are readable
/// only some milliseconds after the server acknowledged them.
[[nodiscard]] nlohmann::json rows(std::uint16_t port, std::string_view query, std::size_t count);

/// The environment file of the servers.
class real_servers {
public:
    /// Reads the file named by COQUEST_SERVERS.
    real_servers();

    /// Returns why there are no servers; empty if there are.
    [[nodiscard]] const std::string& skipped() const noexcept { return skipped_; }
    /// Returns the port of that name; throws std::out_of_range if there is none.
    [[nodiscard]] std::uint16_t port(const std::string& name) const;
    /// Returns the path of a file that make_certs wrote.
    [[nodiscard]] std::string cert(std::string_view file) const;

    /// See test::sql.
    [[nodiscard]] nlohmann::json sql(std::string_view query) const;
    /// See test::rows.
    [[nodiscard]] nlohmann::json rows(std::string_view query, std::size_t count) const;
    /// Returns whether the table exists.
    [[nodiscard]] bool has_table(const std::string& name) const;

private:
    std::map<std::string, std::string> values_;
    std::string skipped_;
};

/// Returns a name that no other test uses.
[[nodiscard]] std::string unique_table();

} // namespace coquest::test
