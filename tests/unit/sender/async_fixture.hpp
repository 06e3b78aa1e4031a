// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The fixture of the tests of async.hpp.
#pragma once

#include <coquest/async.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <optional>
#include <string>

#if ASIO_VERSION >= 102400
#include <asio/as_tuple.hpp>
#include <asio/deferred.hpp>
#else
#include <asio/experimental/as_tuple.hpp>
#include <asio/experimental/deferred.hpp>
#endif

namespace coquest::test {

#if ASIO_VERSION >= 102400
using asio::as_tuple;
using asio::deferred;
#else
using asio::experimental::as_tuple;
using asio::experimental::deferred;
#endif

/// Returns the error of an operation that failed.
inline error error_in(const std::exception_ptr& thrown)
{
    if (!thrown) {
        ADD_FAILURE() << "nothing was thrown";
        return {errc::invalid_api_call, "nothing was thrown"};
    }
    try {
        std::rethrow_exception(thrown);
    } catch (const error& e) {
        return e;
    }
}

/// Stores the result of an operation.
struct outcome {
    auto callback()
    {
        return [this](std::exception_ptr e) {
            thrown = std::move(e);
            ++calls;
        };
    }
    int calls = 0;
    std::exception_ptr thrown;
};

/// A server, and a sender that async_build() has built.
class async_test : public testing::Test {
protected:
    sender_builder builder()
    {
        sender_builder options("http", "127.0.0.1", server.port());
        options.protocol_version(coquest::protocol_version::v2);
        return options;
    }
    void build(const sender_builder& options)
    {
        std::optional<std::exception_ptr> thrown;
        async_build(options, io.get_executor(), [&](std::exception_ptr e, sender result) {
            thrown = std::move(e);
            s = std::move(result);
        });
        run_until(io, [&] { return thrown.has_value(); });
        ASSERT_FALSE(*thrown);
    }
    void wait_for(const outcome& result)
    {
        run_until(io, [&] { return result.calls != 0; });
        EXPECT_EQ(result.calls, 1);
    }
    void add(int n) { async_at_now(s.table("t").column_i64("n", n), asio::detached); }
    std::string sent() const
    {
        std::string text;
        for (const request& received : server.requests) {
            text += received.body;
        }
        return text;
    }

    asio::io_context io{1};
    std::function<reply(const request&)> answer = [](const request&) { return ok(); };
    scripted_server server{io, [this](const request& r) { return answer(r); }};
    sender s;
};

} // namespace coquest::test
