// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/error_text.hpp"

#include "support/doc_table.hpp"

#include <asio/error.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <system_error>
#include <vector>

namespace coquest::test {
namespace {

std::error_code system_code(int number)
{
    return {number, asio::error::get_system_category()};
}

TEST(error_text, is_what_the_documentation_says)
{
    const std::vector<doc_row> rows = doc_table("The network");
    const std::vector<std::error_code> codes = {
        system_code(ECONNREFUSED), system_code(ECONNRESET), asio::error::host_not_found,
        system_code(EHOSTUNREACH), system_code(ETIMEDOUT),  system_code(EMFILE),
        system_code(ENFILE),       system_code(ENOBUFS),    system_code(EADDRNOTAVAIL),
        system_code(ECANCELED),
    };

    ASSERT_EQ(rows.size(), codes.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const net::socket_text words = net::explain(codes[i]);
        EXPECT_EQ(rows[i], (doc_row{words.text, words.hint}));
    }
}

TEST(error_text, a_fault_names_phase_and_server_and_ends_in_the_hint)
{
    const detail::status refused =
        net::socket_status("connecting to", {"::1", 9000}, asio::error::connection_refused);

    EXPECT_EQ(refused.code(), errc::socket_error);
    EXPECT_EQ(refused.info().message,
              "connecting to [::1]:9000: connection refused; " + refused.info().hint);
    EXPECT_EQ(refused.info().host, "[::1]:9000");
    EXPECT_TRUE(refused.info().retryable);
}

TEST(error_text, an_error_that_has_no_row_is_in_the_systems_words)
{
    EXPECT_EQ(net::explain(system_code(EPERM)).text, system_code(EPERM).message());
    EXPECT_EQ(net::explain(system_code(EPERM)).hint, "");
}

} // namespace
} // namespace coquest::test
