// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reads the tables of the documentation, so that tests can compare them with the code.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::test {

using doc_row = std::vector<std::string>; // cells, without the backquotes around a whole cell

/// Returns the rows of the table under the heading @p title of the page @p page, without its
/// header.
inline std::vector<doc_row> doc_table(std::string_view title,
                                      const std::string& page = "tls-errors.md")
{
    std::ifstream file(COQUEST_TEST_DATA "/../../docs/" + page);
    std::vector<doc_row> rows;
    bool in_section = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#")) {
            in_section = line == "## " + std::string(title);
        }
        if (!in_section || !line.starts_with("| ")) {
            continue;
        }
        doc_row cells;
        std::istringstream input(line.substr(2));
        for (std::string cell; std::getline(input, cell, '|');) {
            cell.resize(cell.empty() ? 0 : cell.size() - 1); // the blank before '|'
            cell.erase(0, !cells.empty() && cell.starts_with(' ') ? 1 : 0);
            const bool code = cell.size() > 1 && cell.front() == '`' && cell.back() == '`';
            cells.push_back(code ? cell.substr(1, cell.size() - 2) : cell);
        }
        rows.push_back(cells);
    }
    if (!rows.empty()) {
        rows.erase(rows.begin());
    }
    return rows;
}

} // namespace coquest::test
