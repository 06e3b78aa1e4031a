// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Shared by the tests of the encoder: the bytes of one row, and the error of a row that is refused.
#pragma once

#include <coquest/buffer.hpp>

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <system_error>

namespace coquest::test {

/// Returns the bytes of hexadecimal digits. Blanks are ignored.
inline std::string hex(std::string_view digits)
{
    std::string bytes;
    int pending = -1;
    for (const char c : digits) {
        if (c == ' ') {
            continue;
        }
        const int nibble = c <= '9' ? c - '0' : c - 'a' + 10;
        if (pending < 0) {
            pending = nibble;
        } else {
            bytes += static_cast<char>(pending << 4 | nibble);
            pending = -1;
        }
    }
    return bytes;
}

/// Returns the row `t` with the columns that @p add adds.
template <class Add>
std::string encoded(protocol_version version, Add add)
{
    buffer rows(version);
    rows.table("t");
    add(rows);
    rows.at_now();
    return rows.to_string();
}

struct refusal {
    std::error_code code;
    std::string message;

    bool operator==(const refusal&) const = default;
    friend std::ostream& operator<<(std::ostream& out, const refusal& r)
    {
        return out << r.code.message() << ": " << r.message;
    }
};

/// Returns the error of a row to which @p add adds columns. Expects @p rows to be unchanged.
template <class Add>
refusal refused(buffer& rows, Add add)
{
    rows.table("before").symbol("s", "v").at_now();
    const std::string before = rows.to_string();
    const std::size_t count = rows.row_count();
    diagnostics info;

    rows.table("t").column_i64("first", 1);
    add(rows);
    rows.column_i64("last", 1);
    const std::error_code code = rows.try_at_now(&info);

    EXPECT_TRUE(code) << rows.to_string();
    EXPECT_EQ(rows.to_string(), before);
    EXPECT_EQ(rows.row_count(), count);
    rows.table("after").symbol("s", "v").at_now();
    EXPECT_EQ(rows.to_string(), before + "after,s=v\n");
    return {code, info.message};
}

template <class Add>
refusal refused(protocol_version version, Add add)
{
    buffer rows(version);
    return refused(rows, add);
}

/// Returns the error of the call that @p add makes while no row is open.
template <class Add>
refusal without_row(protocol_version version, Add add)
{
    buffer rows(version);
    diagnostics info;
    add(rows);
    rows.table("t").column_i64("a", 1);
    const std::error_code code = rows.try_at_now(&info);
    EXPECT_EQ(rows.to_string(), "");
    return {code, info.message};
}

/// The error that without_row() returns for any column.
inline const refusal no_row_is_open{errc::invalid_api_call,
                                    "bad call to `column`: should have called `table` instead"};

} // namespace coquest::test
