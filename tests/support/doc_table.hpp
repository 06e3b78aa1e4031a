// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The tables of docs/tls-errors.md, which must say what the code says.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::test {

using doc_row = std::vector<std::string>; // cells, without backquotes around a whole cell

/// Returns the rows of the table under the heading @p title, without its head.
inline std::vector<doc_row> doc_table(std::string_view title)
{
    std::ifstream file(COQUEST_TEST_DATA "/../../docs/tls-errors.md");
    std::vector<doc_row> rows;
    bool here = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#")) {
            here = line == "## " + std::string(title);
        }
        if (!here || !line.starts_with("| ")) {
            continue;
        }
        doc_row cells;
        std::istringstream in(line.substr(2));
        for (std::string cell; std::getline(in, cell, '|');) {
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
